/** Every snippet of the test kit's guide runs, and prints what the guide says that it prints. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/simulate': join(ROOT, 'src/simulate.ts'),
  'tenure/testing': join(ROOT, 'src/testing.ts'),
  'tenure/testing/fast-check': join(ROOT, 'src/testing/fast-check.ts'),
  'fast-check': import.meta.resolve('fast-check'),
};
const folder = mkdtempSync(join(tmpdir(), 'tenure-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const guide = readFileSync(join(ROOT, 'src/testing/README.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
const snippets = blocks.flatMap((block, index) =>
  block.language === 'ts' ? [{ code: block.body, output: blocks[index + 1] }] : [],
);

interface Result {
  readonly status: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Ends when the child does; several examples run at once. */
function run(args: readonly string[]): Promise<Result> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: folder, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe('the guide of the test kit', () => {
  it('has an example for rules, handlers and stores', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(6);
    for (const part of ['status rules', 'handlers', 'store']) expect(guide).toContain(`## Test your ${part}`);
  });

  it.concurrent.each(snippets.map((snippet, index) => ({ ...snippet, name: `example ${index + 1}` })))(
    'prints what it promises in $name',
    async ({ code, output, name }) => {
      const path = join(folder, `${name.replace(' ', '-')}.mts`);
      const linked = code.replace(/from '((?:tenure|fast-check)[^']*)'/g, (_, entry: string) => {
        const file = ENTRIES[entry];
        if (!file) throw new Error(`The guide imports an entry that does not exist: ${entry}`);
        return `from '${file}'`;
      });
      writeFileSync(path, linked);
      const isSuite = code.includes("from 'node:test'");
      const args = isSuite ? ['--test-reporter=tap', path] : [path];
      const { status, stdout, stderr } = await run(args);
      // Of a suite only the number of failures is the same each time.
      const printed = isSuite ? `${/^# fail .*$/m.exec(stdout)?.[0]}\n` : stdout;
      expect(stderr).toBe('');
      expect(output?.language).toBe('text');
      expect(printed).toBe(output?.body);
      expect(status).toBe(0);
    },
  );
});
