/** The examples of the reference, which are those of the docstrings: each runs, and prints what stands behind its arrows. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describePostgres, serverUrl, sql } from '../postgres/support.ts';
import { ENTRIES, linked, ROOT } from './programs.ts';

const REFERENCE = join(ROOT, 'src/reference');
const folder = mkdtempSync(join(tmpdir(), 'tenure-examples-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Example {
  /** `createEngine` of `tenure.md`. */
  readonly name: string;
  readonly code: string;
}

/** What is code in a page: how a name is written comes first in its section, the rest are examples. */
function codeIn(page: string): readonly Example[] {
  const text = readFileSync(join(REFERENCE, page), 'utf8');
  return text.split(/^### /m).flatMap((section) => {
    const name = `${section.slice(0, section.indexOf('\n'))} of ${page}`;
    const blocks = [...section.matchAll(/^ *```ts\n([\s\S]*?)^ *```$/gm)].map(([, code = '']) => code);
    return blocks.slice(1).map((code) => ({ name, code }));
  });
}

const examples = readdirSync(REFERENCE).flatMap(codeIn);
const needsServer = ({ code }: Example) => code.includes('DATABASE_URL');

/** What the examples print, each in turn, all in one process: most of the time goes into loading the package. */
function run(list: readonly Example[], env: NodeJS.ProcessEnv): Readonly<Record<string, readonly string[]>> {
  const files = list.map(({ name, code }, index) => {
    const path = join(folder, `${index}-${name.replace(/\W+/g, '-')}.mts`);
    writeFileSync(path, linked(code));
    return path;
  });
  const main = join(folder, 'main.mjs');
  writeFileSync(
    main,
    `for (const path of ${JSON.stringify(files)}) {
       await import(path);
       console.log('\\0');
     }`,
  );
  const args = ['--disable-warning=ExperimentalWarning', main];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8', env });
  expect(stderr).toBe('');
  const printed = stdout.split('\0\n').map((text) => text.split('\n').filter((line) => line !== ''));
  return Object.fromEntries(list.map(({ name }, index) => [name, printed[index] ?? []]));
}

/** `// → text` behind a call or below it, in the order in which it is printed. */
function promised(list: readonly Example[]): Readonly<Record<string, readonly string[]>> {
  const arrows = ({ code }: Example) => [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text = '']) => text);
  return Object.fromEntries(list.map((one) => [one.name, arrows(one)]));
}

describe('the examples of the reference', () => {
  it('are there for what programs begin with', () => {
    const names = examples.map(({ name }) => name);
    for (const name of ['createEngine of tenure.md', 'sqliteStore of sqlite.md', 'simulate of simulate.md'])
      expect(names).toContain(name);
    expect(examples.length).toBeGreaterThan(30);
  });

  it('have the types that the package declares', () => {
    const place = join(folder, 'types');
    mkdirSync(place);
    symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
    const options = {
      rootDir: '/',
      paths: Object.fromEntries([...ENTRIES].map(([name, path]) => [name, [path]])),
    };
    const project = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: options,
      include: ['*.mts'],
      exclude: [],
    };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(project));
    for (const [index, { name, code }] of examples.entries())
      writeFileSync(join(place, `${index}-${name.replace(/\W+/g, '-')}.mts`), code);
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const { stdout, stderr } = spawnSync(tsc, ['-p', place], { cwd: place, encoding: 'utf8' });
    expect(stdout + stderr).toBe('');
  });

  // One process for all: those of Postgres go with the others, where there is a server.
  if (describePostgres === describe.skip) {
    it('print what they say, but for those of Postgres', () => expectPromised((one) => !needsServer(one)));
  } else {
    it('print what they say', async () => {
      const database = `example_${randomUUID()}`;
      await sql(`CREATE DATABASE "${database}"`);
      try {
        const url = Object.assign(new URL(serverUrl()), { pathname: `/${database}` });
        expectPromised(() => true, { ...process.env, DATABASE_URL: url.href });
      } finally {
        await sql(`DROP DATABASE "${database}" WITH (FORCE)`);
      }
    });
  }

  function expectPromised(isMeant: (one: Example) => boolean, env = process.env): void {
    const list = examples.filter(isMeant);
    expect(run(list, env)).toEqual(promised(list));
  }
});
