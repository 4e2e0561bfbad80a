/** Every snippet of the dashboard's guide runs, and prints what it promises. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const ENTRIES: Readonly<Record<string, string>> = {
  tenure: join(ROOT, 'src/index.ts'),
  'tenure/dashboard': join(ROOT, 'src/dashboard.ts'),
  'tenure/graph': join(ROOT, 'src/graph.ts'),
  'tenure/simulate': join(ROOT, 'src/simulate.ts'),
};
const PACKAGES = ['@hono/node-server', 'express', 'fastify', 'hono'];
const folder = mkdtempSync(join(tmpdir(), 'tenure-dashboard-guide-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const guide = readFileSync(join(ROOT, 'src/dashboard/README.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', body = '']) => ({
  language,
  body,
}));
const snippets = blocks.flatMap((block, index) =>
  block.language === 'ts' ? [{ code: block.body, output: blocks[index + 1] }] : [],
);

/** Where an import of a snippet is found: in this clone. */
function linked(name: string): string {
  const file = ENTRIES[name] ?? (PACKAGES.includes(name) ? import.meta.resolve(name) : undefined);
  if (file === undefined) throw new Error(`The guide imports what is not there: ${name}`);
  return file;
}

function run(path: string): Promise<{ status: unknown; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', path],
      { cwd: folder, encoding: 'utf8' },
      (error, stdout, stderr) => done({ status: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe('the guide of the dashboard', () => {
  it('mounts it in Node, Hono, Express and Fastify, shows two ways to sign in, and has what-if', () => {
    expect(snippets).toHaveLength(7);
  });

  it.concurrent.each(snippets.map((snippet, index) => ({ ...snippet, name: `example ${index + 1}` })))(
    'prints what it promises in $name',
    async ({ code, output, name }) => {
      const path = join(folder, `${name.replace(' ', '-')}.mts`);
      writeFileSync(
        path,
        code.replace(/from '([^']+)'/g, (_, entry: string) => `from '${linked(entry)}'`),
      );
      expect(output?.language).toBe('text');
      expect(await run(path)).toEqual({ status: 0, stdout: output?.body, stderr: '' });
    },
  );

  it('links to files that are there', () => {
    for (const [, link = ''] of guide.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
      expect(existsSync(join(ROOT, 'src/dashboard', link)), link).toBe(true);
  });
});
