/** Two scenarios over several seeds: which differences are an effect, and which may be noise. Pure. */
import { PERCENTILE_ROUNDING } from '../metrics/histogram.ts';
import type { SimulationFigures } from '../result.ts';
import { CONFIDENCE, type Estimate, meanInterval, pairedDifference } from '../statistics/intervals.ts';
import { MEASURES, type Measure, WORKFLOW_MEASURES } from './measures.ts';

/** A figure over the seeds. */
export interface MeasureDifference extends Pick<Measure<never>, 'name' | 'unit' | 'moreIsBetter'> {
  /** Key of the workflow; `null`: of all. */
  readonly workflow: string | null;
  /** Number of seeds in which both have the figure: no one waits where no one is due. */
  readonly seedsCount: number;
  /** Means. */
  readonly a: number;
  readonly b: number;
  /** Mean of B − A, with its confidence interval. That of a percentile includes its rounding, 0.8 %. */
  readonly difference: Estimate;
  /** `same`: equal with every seed. `notShown`: the interval holds 0, so the seeds show no difference. */
  readonly finding: 'more' | 'less' | 'same' | 'notShown';
}

/** Both scenarios over several seeds. */
export interface SeedsComparison {
  /** Both ran with each of them. */
  readonly seeds: readonly number[];
  /** Of the intervals: 0.95. */
  readonly confidence: number;
  /** First those of all workflows, then of each workflow that both have. */
  readonly measures: readonly MeasureDifference[];
  /** Broken invariants of all simulations, when `check` was asked for; else `null`. */
  readonly violationsCount: number | null;
}

/** @param a and `b` have the figures of the same seeds in the same order. */
export function overSeeds(a: readonly SimulationFigures[], b: readonly SimulationFigures[]): SeedsComparison {
  const keys = [...new Set(a.flatMap(({ workflows }) => workflows.map(({ key }) => key)))];
  const shared = keys.filter((key) => b.some(({ workflows }) => workflows.some((one) => one.key === key)));
  const ofAll = MEASURES.map((measure) => differenceOf(null, measure, a, b));
  const ofEach = (keys.length > 1 ? shared : []).flatMap((key) => {
    const of = (some: readonly SimulationFigures[]) =>
      some.map(({ workflows }) => workflows.find((one) => one.key === key));
    return WORKFLOW_MEASURES.map((measure) =>
      differenceOf(key, { ...measure, of: (one) => (one ? measure.of(one) : null) }, of(a), of(b)),
    );
  });
  const broken = [...a, ...b].map(({ violations }) => violations?.length ?? null);
  return {
    seeds: a.map(({ seed }) => seed),
    confidence: CONFIDENCE,
    measures: [...ofAll, ...ofEach].filter((one) => one !== null),
    violationsCount: broken.includes(null) ? null : broken.reduce<number>((sum, one) => sum + (one ?? 0), 0),
  };
}

/** `null`: fewer than two seeds have the figure on both sides. */
function differenceOf<Of>(
  workflow: string | null,
  { name, unit, moreIsBetter, of, isPercentile }: Measure<Of>,
  a: readonly Of[],
  b: readonly Of[],
): MeasureDifference | null {
  const pairs = a.flatMap((one, at) => {
    const [before, after] = [of(one), of(b[at] as Of)];
    return before === null || after === null ? [] : [{ before, after }];
  });
  if (pairs.length < 2) return null;
  const [before, after] = [pairs.map((pair) => pair.before), pairs.map((pair) => pair.after)];
  const sampled = pairedDifference(before, after);
  const isSame = sampled.value === 0 && sampled.low === sampled.high;
  const [meanA, meanB] = [meanInterval(before).value, meanInterval(after).value];
  const difference = isPercentile ? widened(sampled, Math.max(meanA, meanB) * PERCENTILE_ROUNDING) : sampled;
  return {
    workflow,
    name,
    unit,
    moreIsBetter,
    seedsCount: pairs.length,
    a: meanA,
    b: meanB,
    difference,
    finding: isSame ? 'same' : findingOf(difference),
  };
}

function widened({ value, low, high }: Estimate, by: number): Estimate {
  return { value, low: low - by, high: high + by };
}

function findingOf({ low, high }: Estimate): MeasureDifference['finding'] {
  if (low > 0) return 'more';
  return high < 0 ? 'less' : 'notShown';
}
