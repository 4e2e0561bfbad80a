/** Exports of runs obey the rules, and what is broken in them is found. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenGraphExport, graphExport } from '../../src/testing/fast-check.ts';
import { EXPORT_BREAKAGES } from '../../src/testing/verify/samples/sample-breakages.ts';
import { verifyGraphExport } from '../../src/testing.ts';

describe('verifyGraphExport', () => {
  it('finds nothing in exports of a run that the model has lived through, however they are written', async () => {
    const property = fc.asyncProperty(graphExport(), async (documents) => {
      const { findings, checked } = await verifyGraphExport(documents);
      expect(findings).toEqual([]);
      expect(checked.runs).toBeGreaterThan(0);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('finds what is broken, by the name of the rule', async () => {
    const property = fc.asyncProperty(brokenGraphExport(), async ({ documents, rule, what }) => {
      const { findings } = await verifyGraphExport(documents);
      expect({ what, rules: findings.map((finding) => finding.rule) }).toEqual({
        what,
        rules: expect.arrayContaining([rule]),
      });
    });
    await fc.assert(property, { numRuns: 500 });
  });

  it('ends with a report, or with the name of the document, whatever stands in place of a value', async () => {
    const strange = fc.oneof(
      fc.jsonValue(),
      fc.constant({ toString: 1, valueOf: 1 }),
      fc.constant('\u001b[2J'),
    );
    const property = fc.asyncProperty(graphExport(), fc.nat(), strange, async (documents, at, value) => {
      const [first, ...others] = documents;
      const text = JSON.stringify(first?.body);
      let values = 0;
      JSON.parse(text, () => ++values);
      let index = 0;
      const body = JSON.parse(text, (_, own) => (index++ === at % values ? value : own));
      await verifyGraphExport([{ ...first, name: 'strange.json', body }, ...others]).then(
        (report) => JSON.stringify(report),
        (error) => {
          expect(error).toMatchObject({ code: 'InvalidArgument' });
          expect(error.message).toContain('strange.json');
        },
      );
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it.each([...new Set(EXPORT_BREAKAGES.map(({ rule }) => rule))])(
    'can be given an export that breaks %s',
    async (rule) => {
      const property = fc.asyncProperty(brokenGraphExport({ rule }), async (broken) => {
        expect(broken.rule).toBe(rule);
        const { findings } = await verifyGraphExport(broken.documents);
        expect(findings.map((finding) => finding.rule)).toContain(rule);
      });
      await fc.assert(property, { numRuns: 20 });
    },
  );
});
