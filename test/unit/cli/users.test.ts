import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { tenure } from './support.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tenure-users-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function runFor(name: string, content: string, ...more: readonly string[]) {
  const file = join(root, name);
  await writeFile(file, content);
  const effects = join(root, `${name}.jsonl`);
  return tenure('run', '--users', file, '--workflow', 'Offboard an employee', '--effects', effects, ...more);
}

it('a run says how its file was read where that is not plain, unless it is to be quiet', async () => {
  const content = 'sep=;\nid;x;y\na;1;2\n;;\nb;1\nA\u00a0;1;2\na ;1;2\n';
  const options = ['--short-rows', 'fill', '--on-duplicate', 'first'];
  const told = await runFor('people.csv', content, ...options);
  expect([told.code, told.stderr.split('\n').filter((line) => line.startsWith('people.csv: '))]).toEqual([
    0,
    [
      'people.csv: The cells are separated by `;`, as the line `sep=;` says',
      'people.csv: 1 row has fewer cells than the header, and the missing ones count as empty (first: line 5)',
      'people.csv: 1 empty row is left out (first: line 4)',
      'people.csv: 1 row left out: the same id again (--on-duplicate first)',
    ],
  ]);
  expect(told.stdout).toContain('3 total');
  const quiet = await runFor('quiet.csv', content, ...options, '--quiet');
  expect([quiet.code, quiet.stderr]).toEqual([0, '']);
});

it.each(['tab', '\\t', '\t'])('the delimiter can be said to be a tab: %j', async (delimiter) => {
  const { code, stderr } = await runFor(
    'tabs.csv',
    'id;x\ty\na\t1\n',
    '--delimiter',
    delimiter,
    '--map',
    'id=id;x',
  );
  expect([code, stderr]).toEqual([0, '']);
});

it('a message about a file shows its bytes escaped', async () => {
  const { code, stderr } = await runFor('escape.csv', 'na\u001b]0;x\u0007me,department\nu1,Sales\n');
  expect([code, stderr]).toEqual([1, expect.stringContaining('got na\\u001b]0;x\\u0007me, department (')]);
});
