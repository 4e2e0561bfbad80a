/** The mutants are of the code as it is now; that each is found, `npm run mutation` and `npm run soak` show. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CLUSTER_MUTANTS } from '../cluster/mutants.ts';
import { MUTANTS } from './mutants.ts';
import { SOAK_MUTANTS } from './postgres/mutants.ts';

const ALL = [...MUTANTS, ...CLUSTER_MUTANTS, ...Object.values(SOAK_MUTANTS).flat()];

const textOf = (file: string) => readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');

it('every mutant fits its file in one place, and has a title of its own', () => {
  const misfits = ALL.filter(({ file, from }) => textOf(file).split(from).length !== 2);
  expect(misfits).toEqual([]);
  expect(ALL.filter(({ from, to }) => from === to)).toEqual([]);
  expect(new Set(ALL.map(({ title, file }) => `${file} ${title}`)).size).toBe(ALL.length);
  expect(MUTANTS.length).toBeGreaterThanOrEqual(30);
});
