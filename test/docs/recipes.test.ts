/**
 * Every recipe of `src/recipes` is done as it is written, in a folder of its own: its files are written, its commands run in one shell,
 * and print what the page says (`…` stands for anything). `npm install` is left out: the packages are those of this clone.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { describePostgres, serverUrl, sql } from '../postgres/support.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'src/recipes');
const PACKAGES = ['express', 'pg', '@hono/node-server', '@microsoft/microsoft-graph-client', '@types'];
const place = mkdtempSync(join(tmpdir(), 'tenure-recipes-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Ends the output of a block of commands. */
const END = '\u001e';

interface Block {
  readonly language: string;
  readonly body: string;
  /** The file that the line before the block names. */
  readonly file: string | undefined;
  /** The text before it says that it goes on while the next ones run. */
  readonly isInBackground: boolean;
}

const pages = readdirSync(FOLDER).filter((name) => name !== 'README.md');
const textOf = (page: string): string => readFileSync(join(FOLDER, page), 'utf8');

function blocksOf(page: string): readonly Block[] {
  const content = textOf(page);
  return [...content.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
    ({ index, 1: language = '', 2: body = '' }) => {
      const before = content.slice(0, index);
      const [, file] = /`([\w.-]+)`(?: \(.*\))?:\n\n$/.exec(before) ?? [];
      return { language, body, file, isInBackground: /second terminal[^.]*:\n\n$/.test(before) };
    },
  );
}

/** The steps of a page as one script; each block of commands ends with its exit code. */
function scriptOf(blocks: readonly Block[]): string {
  const steps = blocks.map(({ language, body, file, isInBackground }) => {
    if (language === 'sh') {
      const commands = body.replace(/^export DATABASE_URL=.*$/m, '').trimEnd();
      return `${commands}${isInBackground ? ' &' : ''}\nprintf '${END}%s${END}' $?`;
    }
    if (file === undefined && language !== 'text') throw new Error(`A block of ${language} names no file`);
    return file === undefined ? '' : `cat > ${file} <<'END OF ${file}'\n${body}END OF ${file}`;
  });
  return [...steps, 'kill $(jobs -p) 2>/dev/null; wait'].join('\n');
}

/** Programs of the shell: `npm` does nothing, `npx tenure` is this clone, `curl` waits until the server is there. */
function writePrograms(): string {
  const bin = join(place, 'bin');
  mkdirSync(bin);
  const node = `exec '${process.execPath}' --disable-warning=ExperimentalWarning`;
  const programs = {
    npm: 'exit 0',
    node: `${node} "$@"`,
    npx: `shift; ${node} '${join(ROOT, 'src/cli/main.ts')}' "$@"`,
    curl: `${node} '${join(ROOT, 'test/docs/curl.ts')}' "$@"`,
  };
  for (const [name, command] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${command}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

/** The entries of the package, `./sqlite`, with their sources. */
const entries: readonly (readonly [name: string, source: string])[] = Object.entries<{
  readonly default?: string;
}>(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).exports).flatMap(
  ([name, { default: file }]) =>
    file === undefined ? [] : [[name, join(ROOT, file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))]],
);

/** The package as it would be installed: its entries are those of this clone. */
function installPackages(): void {
  writeFileSync(join(place, 'package.json'), '{ "type": "module" }');
  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, 'tenure'), { recursive: true });
  const made = entries.map(([name, source], index) => {
    writeFileSync(join(modules, 'tenure', `${index}.js`), `export * from '${pathToFileURL(source)}';\n`);
    return [name, `./${index}.js`];
  });
  const manifest = { name: 'tenure', type: 'module', exports: Object.fromEntries(made) };
  writeFileSync(join(modules, 'tenure/package.json'), JSON.stringify(manifest));
  for (const name of PACKAGES) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

installPackages();
const PATH = `${writePrograms()}:${process.env.PATH}`;

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done) =>
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => done(port));
    }),
  );
}

const groups = new Set<number>();
/** No test leaves a process behind, whatever became of it. */
afterAll(() => {
  for (const group of groups) process.kill(-group, 'SIGKILL');
});

/** Runs a script in a group of processes of its own. */
async function run(script: string, cwd: string, env: NodeJS.ProcessEnv) {
  const shell = spawn('bash', ['-c', script], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid = 0 } = shell;
  groups.add(pid);
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  groups.delete(pid);
  return { stdout, stderr };
}

async function expectDone(page: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  const ports: Readonly<Record<string, number>> = { 3000: await freePort(), 8080: await freePort() };
  const blocks = blocksOf(page).map((block) => ({
    ...block,
    body: block.body.replace(/\b(?:3000|8080)\b/g, (port) => String(ports[port])),
  }));
  const folder = join(place, page.replace('.md', ''));
  mkdirSync(folder);
  const { NO_COLOR: _, npm_command: __, ...inherited } = process.env;
  const { stdout, stderr } = await run(scriptOf(blocks), folder, { ...inherited, ...env, PATH });
  const outputs = stdout.split(END);
  const commands = blocks.flatMap((block, index) =>
    block.language === 'sh' ? [{ ...block, next: blocks[index + 1] }] : [],
  );
  for (const [index, { body, next }] of commands.entries()) {
    const [printed = '', code] = outputs.slice(index * 2);
    expect(`${body}exit ${code}\n${stderr}`).toMatch(/^[\s\S]*?exit [02]\n/);
    if (next?.language === 'text') expect(`${printed}\n${stderr}`).toMatch(patternOf(next.body));
  }
}

/** The text, with `…` for anything. */
function patternOf(expected: string): RegExp {
  const parts = expected
    .trimEnd()
    .split('…')
    .map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[\\s\\S]*?')}`);
}

describe('the recipes', () => {
  it.each(pages.filter((page) => page !== 'postgres.md'))('%s is done as it is written', (page) =>
    expectDone(page),
  );

  describePostgres('with a server', () => {
    it('postgres.md is done as it is written', async () => {
      const database = `recipe_${randomUUID()}`;
      await sql(`CREATE DATABASE "${database}"`);
      try {
        const url = Object.assign(new URL(serverUrl()), { pathname: `/${database}` });
        await expectDone('postgres.md', { DATABASE_URL: url.href });
      } finally {
        await sql(`DROP DATABASE "${database}" WITH (FORCE)`);
      }
    });
  });

  it('are ten, all on the list', () => {
    const listed = [...textOf('README.md').matchAll(/\]\((\w[\w-]*\.md)\)/g)].map(([, page]) => page);
    expect(listed.sort()).toEqual([...pages].sort());
    expect(pages).toHaveLength(10);
  });

  it('have programs that compile', async () => {
    const folder = join(place, 'compiled');
    for (const page of pages) {
      mkdirSync(join(folder, page), { recursive: true });
      for (const { language, file = '', body } of blocksOf(page))
        if (language === 'ts') writeFileSync(join(folder, page, file), body);
    }
    const paths = Object.fromEntries(
      entries.map(([name, source]) => [name.replace('.', 'tenure'), [source]]),
    );
    const compilerOptions = {
      paths,
      typeRoots: [join(ROOT, 'node_modules/@types')],
      rewriteRelativeImportExtensions: false,
      noUnusedLocals: false,
      noUnusedParameters: false,
    };
    const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(`'${process.execPath}' '${tsc}' --noEmit -p .`, folder, process.env);
    expect(stdout).toBe('');
  });

  it('link to files that are there', () => {
    for (const page of [...pages, 'README.md'])
      for (const [, link = ''] of textOf(page).matchAll(/\]\((?!https?:)([^)#]+)/g))
        expect(existsSync(join(FOLDER, link)), `${page}: ${link}`).toBe(true);
  });
});
