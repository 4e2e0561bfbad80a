/**
 * `npm run bench:table [FILE …]`: writes the measurements into the READMEs and draws the charts.
 *
 * Files that `npm run bench -- … --json FILE` wrote become the record of their version, `results/<version>.json`.
 * Without files, the newest record is used.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { generated } from './published.ts';
import { mergeFound, newestRecord, readFound, recordOf, writeFound } from './record.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

try {
  const files = process.argv.slice(2);
  if (files.length > 0) {
    const found = mergeFound(files.map(readFound));
    writeFound(recordOf(found.versions.tenure ?? ''), found);
  }
  const texts = generated(readFound(newestRecord()), (path) => readFileSync(at(path), 'utf8'));
  for (const [path, text] of Object.entries(texts)) writeFileSync(at(path), text);
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
