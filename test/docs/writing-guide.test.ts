/** The guide for connectors: its modules compile and pass their contract suites, and its programs print what it says. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const LINKS: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/connectors': join(ROOT, 'src/connectors.ts'),
  'tenure/testing': join(ROOT, 'src/testing.ts'),
  './google-server.ts': join(ROOT, 'test/servers/google-server.ts'),
  './github-server.ts': join(ROOT, 'test/servers/github-server.ts'),
};
const folder = mkdtempSync(join(tmpdir(), 'tenure-writing-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const guide = readFileSync(join(ROOT, 'src/connectors/WRITING.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
let programs = 0;
/** A block that names its file is that file; the others are programs. */
const files = blocks.flatMap(({ language, body }, index) => {
  if (language !== 'ts') return [];
  const [, name] = /^\/\/ (\S+\.ts)\n/.exec(body) ?? [];
  programs += name === undefined ? 1 : 0;
  return [{ name: name ?? `program-${programs}.ts`, body, output: blocks[index + 1] }];
});

writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
for (const { name, body } of files)
  writeFileSync(
    join(folder, name),
    body.replace(/from '((?:tenure|\.\/)[^']*)'/g, (whole, from: string) =>
      LINKS[from] === undefined ? whole : `from '${LINKS[from]}'`,
    ),
  );

interface Result {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[]): Promise<Result> {
  const options = { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', ...args],
      options,
      (error, stdout, stderr) => done({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe('the guide for connectors', () => {
  it('has modules, their suites, and programs', () => {
    expect(files.map(({ name }) => name).sort()).toEqual([
      'github.test.ts',
      'github.ts',
      'google-workspace.test.ts',
      'google-workspace.ts',
      'program-1.ts',
      'program-2.ts',
    ]);
  });

  it.each(files.filter(({ name }) => name.startsWith('program')))(
    'prints what it promises in $name',
    async ({ name, output }) => {
      expect(output?.language).toBe('text');
      expect(await run([name])).toEqual({ status: 0, stdout: output?.body, stderr: '' });
    },
  );

  it.each(files.filter(({ name }) => name.endsWith('.test.ts')))(
    'has connectors that pass the contract suite: $name',
    async ({ name }) => {
      const { status, stdout, stderr } = await run(['--test-reporter=tap', name]);
      expect({ status, stderr }, stdout.slice(-4_000)).toEqual({ status: 0, stderr: '' });
      // Each task with every fault, and more: a suite that defines nothing passes, too.
      expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(80);
    },
  );

  it('compiles', () => {
    const compilerOptions = {
      typeRoots: [join(ROOT, 'node_modules/@types')],
      // The links to the sources are absolute.
      rewriteRelativeImportExtensions: false,
    };
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions,
      files: files.map(({ name }) => name),
      include: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', folder], {
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});
