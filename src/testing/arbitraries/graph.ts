import fc from 'fast-check';
import { readWord } from '../../input/fields.ts';
import { optional, readOptions } from '../../input/options.ts';
import { BREAKAGES, type GraphRunWithResults, graphOf } from '../graph-run.ts';
import { type EventOptions, eventSequence } from './events.ts';
import { EVENTS } from './options.ts';

/**
 * A run with all of its user results, as Graph shows them at any moment of their lives: consistent, with
 * Microsoft's oddities (users that start some ms before their run, a late `lastUpdatedDateTime`, unknown
 * fields, no subject). Shrinks to a queued run of one user with one task, without oddities.
 */
export function graphRun(options?: EventOptions): fc.Arbitrary<GraphRunWithResults> {
  const sequence = eventSequence(readOptions(options, 'graphRun', EVENTS));
  const quirks = fc.record({
    earlyMs: fc.nat({ max: 900 }),
    lateMs: fc.nat({ max: 300_000 }),
    extraFields: fc.boolean(),
    subjects: fc.boolean().map((isMissing) => !isMissing),
  });
  return fc.tuple(sequence, quirks).map(([{ model }, own]) => graphOf(model, own));
}

/** A run that breaks a rule, and which. */
export interface BrokenGraphRun extends GraphRunWithResults {
  /** The rule that does not hold; others may be broken with it. */
  readonly rule: string;
  readonly what: string;
}

/** As {@link graphRun}, broken in one named rule. `rule`: only in that one (`I2`, `6.4`, `keys` …). */
export function brokenGraphRun(
  options?: EventOptions & { readonly rule?: string },
): fc.Arbitrary<BrokenGraphRun> {
  const rules = BREAKAGES.map(({ rule }) => rule);
  const { rule: only, ...others } = readOptions(options, 'brokenGraphRun', {
    ...EVENTS,
    rule: optional((place) => readWord(place, rules)),
  });
  const wanted = BREAKAGES.filter(({ rule }) => only === undefined || rule === only);
  return fc
    .tuple(graphRun(others), fc.nat({ max: 1 << 16 }))
    .map(([whole, pick]) => {
      const possible = wanted.filter(({ applies }) => applies(whole));
      const breakage = possible[pick % Math.max(1, possible.length)];
      return breakage && { ...breakage.apply(whole), rule: breakage.rule, what: breakage.what };
    })
    .filter((broken) => broken !== undefined);
}
