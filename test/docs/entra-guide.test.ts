/** Every program of the guide of Entra runs against the emulator, and prints what it promises. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PERMISSIONS } from '../../src/connectors/entra/permissions.ts';
import { guid } from '../servers/entra/entra-data.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from '../servers/entra/token-endpoint.ts';
import { type EntraEmulator, startEntraEmulator } from '../servers/entra-emulator.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/entra': join(ROOT, 'src/entra.ts'),
  'tenure/mail': join(ROOT, 'src/mail.ts'),
};
const KEYS = join(ROOT, 'test/servers/entra');
const ANA = guid('a', 1);
const folder = mkdtempSync(join(tmpdir(), 'tenure-entra-guide-'));
let emulator: EntraEmulator;

beforeAll(async () => {
  emulator = await startEntraEmulator();
  const { data } = emulator;
  data.roles = ['User.ReadWrite.All', 'GroupMember.ReadWrite.All', 'LicenseAssignment.ReadWrite.All'];
  data.addUser({ id: ANA, displayName: 'Ana Núñez', managerId: guid('a', 2) });
  data.addUser({ id: guid('a', 2), displayName: 'Bo Chen', mail: 'bo@contoso.example' });
  data.addUser({ id: guid('a', 3), displayName: 'HR', userPrincipalName: 'hr@contoso.example' });
  data.addGroup({ id: guid('b', 1), displayName: 'Sales' }, [ANA]);
  data.addGroup({ id: guid('b', 2), displayName: 'All', groupTypes: ['DynamicMembership'] }, [ANA]);
});
afterAll(async () => {
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const guide = readFileSync(join(ROOT, 'src/connectors/entra/README.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
const programs = blocks.flatMap(({ language, body }, index) =>
  language === 'ts' ? [{ name: `program ${index / 2 + 1}`, code: body, output: blocks[index + 1] }] : [],
);

/** Stands for `@azure/identity`, which is not installed: what its credentials have in common. */
function credentialModule(): string {
  const path = join(folder, 'identity.mjs');
  const form = {
    grant_type: 'client_credentials',
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
  };
  writeFileSync(
    path,
    `export class DefaultAzureCredential {
      async getToken(scope) {
        const body = new URLSearchParams({ ...${JSON.stringify(form)}, scope });
        const answer = await fetch('${emulator.url}/${TENANT}/oauth2/v2.0/token', { method: 'POST', body });
        return { token: (await answer.json()).access_token, expiresOnTimestamp: Date.now() + 3_600_000 };
      }
    }`,
  );
  return path;
}

/** The program with the emulator in place of Microsoft, and the entries of this clone. */
function linked(code: string): string {
  const identity = credentialModule();
  const urls = `graphUrl: '${emulator.url}', authorityUrl: '${emulator.url}',`;
  return code
    .replaceAll('entraConnection({', `entraConnection({ ${urls}`)
    .replaceAll(/\/etc\/tenure\/entra-(\w+)\.pem/g, `${KEYS}/$1-for-tests.pem`)
    .replace(/from '([^']+)'/g, (_, name: string) =>
      name === '@azure/identity' ? `from '${identity}'` : `from '${ENTRIES[name] ?? name}'`,
    );
}

function run(
  path: string,
): Promise<{ readonly status: unknown; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, ENTRA_SECRET: CLIENT_SECRET };
  return new Promise((done) => {
    const args = ['--disable-warning=ExperimentalWarning', path];
    execFile(process.execPath, args, { cwd: folder, encoding: 'utf8', env }, (error, stdout, stderr) =>
      done({
        status: error?.code ?? 0,
        stdout: stdout.replaceAll(new URL(emulator.url).host, 'graph.microsoft.com'),
        stderr,
      }),
    );
  });
}

describe('the guide of Entra', () => {
  it('has four programs', () => expect(programs).toHaveLength(4));

  it.concurrent.each(programs)('prints what it promises in $name', async ({ name, code, output }) => {
    const path = join(folder, `${name.replace(' ', '-')}.mts`);
    writeFileSync(path, linked(code));
    expect(output?.language).toBe('text');
    expect(await run(path)).toEqual({ status: 0, stdout: output?.body, stderr: '' });
  });

  it('has sent one message, with the pass that there is', () => {
    const [pass] = emulator.data.passes.get(ANA) ?? [];
    expect(emulator.data.mails).toHaveLength(1);
    expect(JSON.stringify(emulator.data.mails)).toContain(String(pass?.temporaryAccessPass));
  });

  it('lists the permissions of each task', () => {
    const [, table = ''] = guide.split('| for | permissions |\n| --- | --- |\n');
    const rows = [...table.matchAll(/^\| (.+?) \| (.+?) \|$/gm)].flatMap(([, tasks = '', needed = '']) =>
      [...tasks.matchAll(/`(\w+)`/g)].map(([, task]) => [
        task,
        [...needed.matchAll(/`([\w.-]+)`/g)].map(([, one]) => one),
      ]),
    );
    const expected = Object.entries(PERMISSIONS).map(([task, lists]) => [
      task,
      lists.map(([least]) => least),
    ]);
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected));
  });
});
