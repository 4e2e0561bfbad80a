import { writeFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/simulate.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { tenure as inProcess } from '../unit/cli/support.ts';
import { historyOf } from '../unit/simulate/record/history.ts';
import { SMALL } from '../unit/simulate/scenarios.ts';
import { expectCode, workplace } from './support.ts';

const { tenure, path, read, exists, write } = workplace();

beforeAll(async () => {
  const store = await sqliteStore(path('hr.db'));
  const { people } = await historyOf({ ...SMALL, turnover: { joinersPerMonth: 300 } }, { store });
  await store.close();
  await writeFile(path('people.jsonl'), people.map((one) => `${JSON.stringify(one)}\n`).join(''));
  await (await sqliteStore(path('empty.db'))).close();
  await write('others.csv', 'id,department\nx,Sales\n');
});

const scenario = (...args: string[]) =>
  inProcess('scenario', '--db', path('hr.db'), '--users', path('people.jsonl'), ...args);

describe('tenure scenario', () => {
  it('writes a scenario that tenure simulate runs, and says what was taken for granted', async () => {
    const { stdout, stderr } = expectCode(
      await tenure('scenario', '--db', 'hr.db', '--users', 'people.jsonl', '--out', 'mine.json'),
      0,
    );
    expect(stdout).toBe('');
    expect(stderr).toMatch(/note: Made from \d+ runs with \d+ user results in 15 days/);
    expect(stderr).toMatch(/\nWrote mine\.json\n$/);
    const made = JSON.parse(read('mine.json')) as Scenario;
    expect(made).toMatchObject({ start: '2026-03-19', horizon: 'P15D', population: { kind: 'given' } });
    expect(read('mine.json')).toMatch(/\n {6}\{"id":"p000001",.*\},\n/);
    const { stdout: printed } = await inProcess('simulate', path('mine.json'), '--json');
    expect(JSON.parse(printed).totals.usersCount).toBeGreaterThan(60);
  });

  it('prints it without --out, and no note with --quiet', async () => {
    const { code, stdout, stderr } = await scenario('--quiet', '--anonymous', '--time-zone', 'Europe/Berlin');
    expect([code, stderr]).toEqual([0, '']);
    const made = JSON.parse(stdout) as Scenario;
    expect(made).toMatchObject({ start: '2026-03-20', timeZone: 'Europe/Berlin' });
    expect(stdout).not.toContain('"displayName":"');
    expect(made.population).toHaveProperty('people.0.id', expect.stringMatching(/^[0-9a-f]{20}$/));
  });

  it.each([
    [
      ['--db', 'empty.db', '--users', 'people.jsonl'],
      /^error: Expected a record with runs, got one without any\n$/,
    ],
    [
      ['--db', 'hr.db', '--users', 'others.csv'],
      /^error: Expected the directory to have the people of the record, got 0 of \d+ user results: .*\n$/,
    ],
    [
      ['--db', 'hr.db', '--users', 'people.jsonl', '--since', 'P90D'],
      /^error: Expected since to be within the record, which goes from 2026-03-19 to 2026-04-02, got `P90D`\n$/,
    ],
  ])('refuses %j in a sentence, and writes nothing', async (args, message) => {
    const located = args.map((arg) => (/\.(db|jsonl|csv)$/.test(arg) ? path(arg) : arg));
    const { code, stderr, stdout } = await inProcess(
      'scenario',
      ...located,
      '--quiet',
      '--out',
      path('no.json'),
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(exists('no.json')).toBe(false);
  });

  it('does not write over a file that is none of its scenarios, nor over its input, nor one file twice', async () => {
    await write('notes.txt', 'mine');
    expect((await scenario('--out', path('notes.txt'))).stderr).toMatch(/which tenure did not write/);
    expect((await scenario('--out', path('people.jsonl'))).stderr).toMatch(/to name no input file/);
    const both = await scenario('--out', path('both.json'), '--report', path('both.html'));
    expect(both.stderr).toMatch(/both\.json to be two files, got one|both\.html to be two files, got one/);
    expect(exists('both.json')).toBe(false);
    expect(read('notes.txt')).toBe('mine');
    expect((await scenario('--quiet', '--out', path('mine.json'))).code).toBe(0);
  });
});
