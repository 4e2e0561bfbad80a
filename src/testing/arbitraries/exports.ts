import fc from 'fast-check';
import { readWord } from '../../input/fields.ts';
import { optional, readOptions } from '../../input/options.ts';
import { apply, createRun } from '../model/reference-model.ts';
import type { ExportDocument } from '../verify/export-units.ts';
import { EXPORT_BREAKAGES, type SampleHistory } from '../verify/samples/sample-breakages.ts';
import {
  documentsOf,
  momentOfModel,
  PLAIN_STYLE,
  type SampleStyle,
} from '../verify/samples/sample-export.ts';
import { eventSequence } from './events.ts';
import type { EventOptions } from './option-types.ts';
import { EVENTS } from './options.ts';

/** A run at two moments of its life, with everything that Graph shows of it. */
function sampleHistory(options: EventOptions): fc.Arbitrary<SampleHistory> {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  return fc.tuple(eventSequence(options), share).map(([{ plan, events, model }, part]) => {
    const earlier = createRun(plan);
    for (const event of events.slice(0, Math.floor(events.length * part))) apply(earlier, event);
    return [momentOfModel(earlier), momentOfModel(model)];
  });
}

const style: fc.Arbitrary<SampleStyle> = fc.record({
  pageSize: fc.integer({ min: 1, max: 4 }),
  together: fc.boolean(),
  firstPublication: fc.boolean(),
  masked: fc.boolean(),
  unknownMembers: fc.boolean(),
});

/**
 * Two exports of a run, one after the other, as Graph gives them: runs, user and task results, task reports and a summary;
 * in pages or not, with or without unknown members, hidden statuses and the total that the first publication lacked.
 * `verifyGraphExport` finds nothing in them. Shrinks to a queued run of one user with one task.
 */
export function graphExport(options?: EventOptions): fc.Arbitrary<readonly ExportDocument[]> {
  const history = sampleHistory(readOptions(options, 'graphExport', EVENTS));
  return fc.tuple(history, style).map(([moments, own]) => written(moments, own));
}

/** An export that breaks a rule, and which. */
export interface BrokenGraphExport {
  readonly documents: readonly ExportDocument[];
  /** The rule that does not hold; others may be broken with it. */
  readonly rule: string;
  readonly what: string;
}

/** As {@link graphExport}, broken in one named rule. `rule`: only in that one (`I2`, `edges`, `1.6` …). */
export function brokenGraphExport(
  options?: EventOptions & { readonly rule?: string },
): fc.Arbitrary<BrokenGraphExport> {
  const rules = EXPORT_BREAKAGES.map(({ rule }) => rule);
  const { rule: only, ...others } = readOptions(options, 'brokenGraphExport', {
    ...EVENTS,
    rule: optional((place) => readWord(place, rules)),
  });
  const wanted = EXPORT_BREAKAGES.filter(({ rule }) => only === undefined || rule === only);
  return fc
    .tuple(sampleHistory(others), fc.nat({ max: 1 << 16 }), fc.boolean())
    .map(([history, pick, together]) => {
      const possible = wanted.flatMap(({ rule, what, apply: broken }) => {
        const moments = broken(history);
        return moments ? [{ rule, what, moments }] : [];
      });
      const chosen = possible[pick % Math.max(1, possible.length)];
      if (!chosen) return undefined;
      const { rule, what, moments } = chosen;
      return { rule, what, documents: written(moments, { ...PLAIN_STYLE, together }) };
    })
    .filter((broken) => broken !== undefined);
}

function written([before, after]: SampleHistory, own: SampleStyle): readonly ExportDocument[] {
  return [...documentsOf(before, own, 'monday'), ...documentsOf(after, own, 'tuesday')];
}
