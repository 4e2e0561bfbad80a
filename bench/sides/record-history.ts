/** Writes a record and its directory: a year of a company, simulated with seed 1. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteStore } from '../../src/sqlite.ts';
import { historyOf } from '../../test/unit/simulate/record/history.ts';
import type { Run } from '../child.ts';
import { year } from './scenarios.ts';

/** Where, and for how many people. */
export interface RecordHistoryInput {
  readonly into: string;
  readonly people: number;
}

/** The files in the folder. */
export const RECORD_FILES = { store: 'hr.db', people: 'people.jsonl' } as const;

export const run: Run<RecordHistoryInput> = async ({ into, people: count }) => {
  const store = await sqliteStore(join(into, RECORD_FILES.store));
  const { people, result } = await historyOf(year(count), { store });
  await store.close();
  const file = join(into, RECORD_FILES.people);
  writeFileSync(file, '');
  for (let at = 0; at < people.length; at += 10_000) {
    const lines = people.slice(at, at + 10_000).map((one) => `${JSON.stringify(one)}\n`);
    writeFileSync(file, lines.join(''), { flag: 'a' });
  }
  return { perSecond: Number.NaN, figures: { users: result.totals.usersCount } };
};
