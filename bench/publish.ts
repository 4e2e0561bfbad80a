/**
 * `npm run bench:table [FILE …]`: writes what was measured into the READMEs, and draws the charts.
 *
 * Files that `npm run bench -- … --json FILE` wrote become the record of their version, `results/<version>.json`.
 * Without files, that of this version is taken as it is.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { versions } from './machine.ts';
import { generated } from './published.ts';
import { mergeFound, readFound } from './record.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

try {
  const files = process.argv.slice(2);
  const version = versions().tenure;
  const record = at(`bench/results/${version}.json`);
  if (files.length > 0) {
    const found = mergeFound(files.map(readFound));
    if (found.versions.tenure !== version)
      throw new Error(`Expected files of tenure ${version}, got ${found.versions.tenure}`);
    writeFileSync(record, `${JSON.stringify(found, null, 2)}\n`);
  }
  const texts = generated(readFound(record), (path) => readFileSync(at(path), 'utf8'));
  for (const [path, text] of Object.entries(texts)) writeFileSync(at(path), text);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
