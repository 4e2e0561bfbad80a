/** Every snippet of the README runs, and prints what the README says that it prints. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: 'src/index.ts',
  'tenure/sqlite': 'src/sqlite.ts',
  'tenure/graph': 'src/graph.ts',
  'tenure/simulate': 'src/simulate.ts',
};
const folder = mkdtempSync(join(tmpdir(), 'tenure-readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Block {
  readonly language: string;
  readonly body: string;
}

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks: readonly Block[] = [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(
  ([, language = '', body = '']) => ({ language, body }),
);

function run(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('the README', () => {
  const snippets = blocks.flatMap((block, index) =>
    block.language === 'ts' ? [{ code: block.body, output: blocks[index + 1] }] : [],
  );

  it('begins with programs that can be started again', () => {
    for (const { code } of snippets.slice(0, 2)) expect(code).toContain('.ensure');
  });

  it('has snippets', () => expect(snippets.length).toBeGreaterThanOrEqual(4));

  it.each(snippets.map((snippet, index) => ({ ...snippet, name: `snippet ${index + 1}` })))(
    'prints what it promises in $name',
    ({ code, output, name }) => {
      const path = join(folder, `${name.replace(' ', '-')}.mts`);
      const linked = code.replace(/from '(tenure[^']*)'/g, (_, entry: string) => {
        const file = ENTRIES[entry];
        if (!file) throw new Error(`The README imports an entry that does not exist: ${entry}`);
        return `from '${join(ROOT, file)}'`;
      });
      writeFileSync(path, linked);
      // A program that ensures its workflows can be started again.
      const starts = code.includes('.ensure') ? 2 : 1;
      for (let start = 1; start <= starts; start += 1) {
        const result = run(['--disable-warning=ExperimentalWarning', path]);
        expect(result.stderr).toBe('');
        expect(output?.language).toBe('text');
        expect(result.stdout).toBe(output?.body);
        expect(result.status).toBe(0);
      }
    },
  );

  it('shows commands that work as they stand', () => {
    const lines = blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ body }) => body.trim().split('\n'));
    const commands = lines.filter((line) => line.startsWith('npx tenure '));
    expect(commands.length).toBeGreaterThanOrEqual(4);
    for (const command of commands) {
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
      const result = run([join(ROOT, 'src/cli/main.ts'), ...words.slice(2)]);
      expect({ command, status: result.status, stderr: result.stderr.includes('error:') }).toEqual({
        command,
        status: 0,
        stderr: false,
      });
    }
  });
});
