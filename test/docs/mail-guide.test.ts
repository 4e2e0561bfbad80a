/** Every program of the guide of mail runs against a server with TLS, and prints what it promises. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SMTP_PASS, startSmtpServer, type TestSmtpServer } from '../servers/smtp-server.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/mail': join(ROOT, 'src/mail.ts'),
};
const HOST = 'smtp.example.org';
const folder = mkdtempSync(join(tmpdir(), 'tenure-mail-guide-'));
let server: TestSmtpServer;
beforeAll(async () => {
  server = await startSmtpServer();
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const guide = readFileSync(join(ROOT, 'src/connectors/mail/README.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
const programs = blocks.flatMap(({ language, body }, index) =>
  language === 'ts'
    ? [{ name: `program ${programNumber(index)}`, code: body, output: blocks[index + 1] }]
    : [],
);

function programNumber(index: number): number {
  return blocks.slice(0, index + 1).filter(({ language }) => language === 'ts').length;
}

/** The program with the server of this test in place of the guide's, and the entries of this clone. */
function linked(code: string): string {
  return code
    .replaceAll(`host: '${HOST}'`, `host: '127.0.0.1', port: ${server.port}`)
    .replace(/from '([^']+)'/g, (_, name: string) => `from '${ENTRIES[name] ?? name}'`);
}

function run(
  path: string,
): Promise<{ readonly status: unknown; readonly stdout: string; readonly stderr: string }> {
  const env = {
    ...process.env,
    SMTP_PASS,
    NODE_EXTRA_CA_CERTS: join(ROOT, 'test/cli/tls/cert-for-tests.pem'),
  };
  return new Promise((done) => {
    const args = ['--disable-warning=ExperimentalWarning', path];
    execFile(process.execPath, args, { cwd: folder, encoding: 'utf8', env }, (error, stdout, stderr) =>
      done({ status: error?.code ?? 0, stdout: stdout.replaceAll('127.0.0.1', HOST), stderr }),
    );
  });
}

describe('the guide of mail', () => {
  it('has three programs', () => expect(programs).toHaveLength(3));

  it.concurrent.each(programs)('prints what it promises in $name', async ({ name, code, output }) => {
    const path = join(folder, `${name.replace(' ', '-')}.mts`);
    writeFileSync(path, linked(code));
    expect(output?.language).toBe('text');
    expect(await run(path)).toEqual({ status: 0, stdout: output?.body, stderr: '' });
  });

  it('has sent the messages that its first program says', () => {
    expect(server.messages.map(({ recipients, mail }) => [recipients, mail.subject])).toEqual([
      [['ada@example.org'], 'Willkommen, Ada'],
      [['bob@example.org', 'reception@example.org'], 'Ada starts'],
    ]);
  });
});
