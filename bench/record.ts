/** Record of a run of the bench: the JSON file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Result } from './measure.ts';

/** The file that `--json` writes. */
export interface Found {
  readonly machine: Readonly<Record<string, string | number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

/** Reads a record. @throws Error naming the file when it is not a record. */
export function readFound(path: string): Found {
  const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const isFound =
    typeof found === 'object' &&
    found !== null &&
    'machine' in found &&
    'versions' in found &&
    'results' in found;
  if (isFound && Array.isArray(found.results)) return found as Found;
  throw new Error(`Expected ${path} to be a file that \`npm run bench -- --json FILE\` wrote`);
}

/** Digits of a figure in a record: more than are significant. */
const DIGITS = 6;

/** Whether a file with this beginning was written by {@link writeFound}. */
export function beginsAsRecord(beginning: string): boolean {
  return beginning.startsWith('{\n  "machine": {\n');
}

/** Writes a record. */
export function writeFound(path: string, found: Found): void {
  const short = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(DIGITS)) : value;
  writeFileSync(path, `${JSON.stringify(found, short, 2)}\n`);
}

/** The path of the record of a version. */
export function recordOf(version: string): string {
  return fileURLToPath(new URL(`results/${version}.json`, import.meta.url));
}

/** The newest record. @throws Error when there is none. */
export function newestRecord(): string {
  const versions = readdirSync(new URL('results/', import.meta.url)).filter((name) => name.endsWith('.json'));
  const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  if (newest === undefined) throw new Error('Expected a record in bench/results, got none');
  return recordOf(newest.slice(0, -'.json'.length));
}

/**
 * Merges several records: a later one replaces the results of its benchmarks.
 *
 * @throws Error when they were not made on the same machine with the same versions.
 */
export function mergeFound(files: readonly Found[]): Found {
  const [first, ...others] = files;
  if (!first) throw new Error('Expected at least one file');
  let results = first.results;
  for (const next of others) {
    for (const what of ['machine', 'versions'] as const) {
      const [before, after] = [first, next].map((one) =>
        JSON.stringify({ ...one[what], loadAverage: undefined }),
      );
      if (before !== after) throw new Error(`Expected files of the same ${what}, got ${before} and ${after}`);
    }
    const measuredAgain = new Set(next.results.map(({ name }) => name));
    results = [...results.filter(({ name }) => !measuredAgain.has(name)), ...next.results];
  }
  return { ...first, results };
}

/** The result of a benchmark whose case has this beginning. */
export function resultOf(found: Found, name: string, begins = ''): Result | undefined {
  return found.results.find((result) => result.name === name && result.case.startsWith(begins));
}

/** The peer comparisons for tasks that do nothing: durable per task, per job, in memory. */
export function idleGroups(found: Found): readonly Result[] {
  return found.results.filter(
    ({ name, case: what }) => name === 'peers' && what.startsWith('tasks that do nothing'),
  );
}
