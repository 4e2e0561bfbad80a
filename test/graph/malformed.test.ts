import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkDatabase } from '../../src/testing.ts';
import { contentOf, malformed, openSite, refusalOf } from './malformed.ts';

it('malformed requests are refused with a proper body, and change nothing (npm run malformed for more)', async () => {
  const site = await openSite();
  const before = await contentOf(site.api.store);
  const property = fc.asyncProperty(malformed(site), async (request) => {
    expect(await refusalOf(site, request)).toBeNull();
  });
  await fc.assert(property, { numRuns: 4_000, seed: 20_261_124 });
  expect(await contentOf(site.api.store)).toBe(before);
  expect((await checkDatabase(site.api.store)).violations).toEqual([]);
  expect(site.api.faults).toEqual([]);
  await site.api.engine.close();
});
