/** `npm run malformed -- --runs N --seed S`: sends N malformed requests. Exits 2 when one is not refused. */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { checkDatabase } from '../../src/testing.ts';
import { contentOf, malformed, openSite, refusalOf } from './malformed.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const [numRuns, seed] = [Number(values.runs), Number(values.seed)];
const site = await openSite();
const before = await contentOf(site.api.store);
const counts = new Map<string, number>();
const property = fc.asyncProperty(malformed(site), async (request) => {
  counts.set(request.fault, (counts.get(request.fault) ?? 0) + 1);
  const wrong = await refusalOf(site, request);
  if (wrong !== null) throw new Error(wrong);
});
const result = await fc.check(property, { numRuns, seed, endOnFailure: false });
const isUnchanged = (await contentOf(site.api.store)) === before;
const { violations } = await checkDatabase(site.api.store);
await site.api.engine.close();
for (const [fault, count] of [...counts].sort(([, a], [, b]) => b - a))
  console.log(`${String(count).padStart(8)}  ${fault}`);
console.log(
  `${result.numRuns} requests, seed ${seed}: data ${isUnchanged ? 'unchanged' : 'CHANGED'}, ${violations.length} violations, ${site.api.faults.length} faults`,
);
if (result.failed) console.log(fc.defaultReportMessage(result));
process.exitCode =
  result.failed || !isUnchanged || violations.length > 0 || site.api.faults.length > 0 ? 2 : 0;
