/** Every program of the README, and of the guides that continue it, runs and prints what the page says. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describePostgres, serverUrl, sql } from '../postgres/support.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: 'src/index.ts',
  'tenure/sqlite': 'src/sqlite.ts',
  'tenure/postgres': 'src/postgres.ts',
  'tenure/pg-boss': 'src/pg-boss.ts',
  'tenure/metrics': 'src/metrics.ts',
  'tenure/telemetry': 'src/telemetry.ts',
  'tenure/connectors': 'src/connectors.ts',
  'tenure/scim': 'src/scim.ts',
  'tenure/mail': 'src/mail.ts',
  'tenure/config': 'src/config.ts',
  'tenure/ldap': 'src/ldap.ts',
  'tenure/sql': 'src/sql.ts',
  'tenure/entra': 'src/entra.ts',
  'tenure/webhook': 'src/webhook.ts',
  'tenure/graph': 'src/graph.ts',
  'tenure/simulate': 'src/simulate.ts',
};
const folder = mkdtempSync(join(tmpdir(), 'tenure-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Block {
  readonly language: string;
  readonly body: string;
}

const PAGES = [
  'README.md',
  'src/engine/README.md',
  'src/ledger/README.md',
  'src/cli/README.md',
  'src/connectors/README.md',
  'src/connectors/sql/README.md',
  'src/connectors/webhook/README.md',
  'src/telemetry/README.md',
  'src/errors/README.md',
];
/** Packages of others that the programs import. */
const PACKAGES = [
  '@opentelemetry/api',
  '@opentelemetry/context-async-hooks',
  '@opentelemetry/sdk-trace-base',
  'hono',
  'kysely',
  'pg',
  'pino',
];

function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    body,
  }));
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): { status: number | null; stdout: string; stderr: string } {
  const options = { cwd: folder, encoding: 'utf8', env } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, args, options);
  return { status, stdout, stderr };
}

interface Program {
  readonly name: string;
  readonly page: string;
  readonly code: string;
  readonly output: Block | undefined;
}

const programs: readonly Program[] = PAGES.flatMap((page) => {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, index) =>
    block.language === 'ts'
      ? [{ name: `${page}, program ${index + 1}`, page, code: block.body, output: blocks[index + 1] }]
      : [],
  );
});

describe('the README and the guides that continue it', () => {
  it('begin with a program that can be started repeatedly', () => {
    for (const page of PAGES.slice(0, 2))
      expect(programs.find((program) => program.page === page)?.code).toContain('.ensure');
  });

  it('have programs', () => expect(programs.length).toBeGreaterThanOrEqual(5));

  const needsServer = ({ code }: Program) => /from 'tenure\/postgres'|DATABASE_URL/.test(code);

  it.each(programs.filter((program) => !needsServer(program)))(
    'print what they promise in $name',
    (program) => expectPromised(program),
  );

  describePostgres('with a server', () => {
    it.each(programs.filter(needsServer))('print what they promise in $name', async (program) => {
      const database = `guide_${randomUUID()}`;
      await sql(`CREATE DATABASE "${database}"`);
      try {
        const url = Object.assign(new URL(serverUrl()), { pathname: `/${database}` });
        expectPromised(program, { ...process.env, DATABASE_URL: url.href });
      } finally {
        await sql(`DROP DATABASE "${database}" WITH (FORCE)`);
      }
    });
  });

  function expectPromised({ code, output, name }: Program, env = process.env): void {
    const path = join(folder, `${name.replace(/\W/g, '-')}.mts`);
    const linked = code.replace(/from '([^']+)'/g, (whole, name: string) => {
      if (name.startsWith('node:')) return whole;
      const entry = ENTRIES[name];
      if (!entry && !PACKAGES.includes(name)) throw new Error(`A page imports what does not exist: ${name}`);
      return `from '${entry ? join(ROOT, entry) : import.meta.resolve(name)}'`;
    });
    writeFileSync(path, linked);
    // A program that ensures its workflows can be started repeatedly.
    const starts = code.includes('.ensure') ? 2 : 1;
    for (let start = 1; start <= starts; start += 1) {
      const result = run(['--disable-warning=ExperimentalWarning', path], env);
      expect(result.stderr).toBe('');
      expect(output?.language).toBe('text');
      expect(result.stdout).toBe(output?.body);
      expect(result.status).toBe(0);
    }
  }

  it('show commands that work as they stand', () => {
    const lines = PAGES.flatMap(blocksOf)
      .filter(({ language }) => language === 'sh')
      .flatMap(({ body }) => body.trim().split('\n'));
    const commands = lines.filter((line) => line.startsWith('npx tenure '));
    expect(commands.length).toBeGreaterThanOrEqual(4);
    /** What a reader takes from the output of one command for the next: the first run, or group of failures, of a list. */
    const found: Record<string, string | undefined> = {};
    const tenure = (args: readonly string[]) => run([join(ROOT, 'src/cli/main.ts'), ...args]);
    const firstOf = (words: readonly string[]) =>
      JSON.parse(tenure([...words.slice(2).map((word) => found[word] ?? word), '--json']).stdout).value[0];
    for (const command of commands) {
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      const result = tenure(words.slice(2).map((word) => found[word] ?? word));
      if (words[2] === 'runs' && words[3] === 'list') found.RUN = firstOf(words).id;
      if (words[2] === 'runs' && words[3] === 'failures') found.GROUP = firstOf(words).key;
      expect({ command, status: result.status, stderr: result.stderr.includes('error:') }).toEqual({
        command,
        status: 0,
        stderr: false,
      });
    }
  });
});
