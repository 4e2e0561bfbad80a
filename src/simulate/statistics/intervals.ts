/** Estimates from the figures of several seeds, with their confidence intervals. Pure. */
import { studentT } from './student-t.ts';

/** An estimate. From one value nothing is known of its precision: the interval has no ends then. */
export interface Estimate {
  readonly value: number;
  /** −∞ (in JSON: `null`) where the values are too few. */
  readonly low: number;
  /** ∞ (in JSON: `null`) where the values are too few. */
  readonly high: number;
}

/** The usual confidence: 19 of 20 such intervals hold the truth. */
export const CONFIDENCE = 0.95;

/** The mean, with Student's interval, which takes the values for independent. `NaN` of none. */
export function meanInterval(values: readonly number[], confidence = CONFIDENCE): Estimate {
  const value = meanOf(values);
  if (values.length < 2) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const squares = values.reduce((sum, one) => sum + (one - value) ** 2, 0);
  const deviation = Math.sqrt(squares / (values.length - 1) / values.length);
  const half = deviation === 0 ? 0 : studentT(confidence, values.length - 1) * deviation;
  return { value, low: value - half, high: value + half };
}

/**
 * The mean of `after − before`, pair by pair. Where both of a pair had the same random draws, what they have in common cancels
 * out, and the interval is much narrower than that of two independent samples.
 *
 * @throws RangeError for unequal lengths.
 */
export function pairedDifference(
  before: readonly number[],
  after: readonly number[],
  confidence = CONFIDENCE,
): Estimate {
  if (before.length !== after.length)
    throw new RangeError(`Expected as many values after as before (${before.length}), got ${after.length}`);
  return meanInterval(
    after.map((one, at) => one - (before[at] as number)),
    confidence,
  );
}

/**
 * The value that a share of all do not exceed, with its interval by ranks, whatever the distribution: at
 * least `confidence` of such intervals hold the truth. `NaN` of none.
 *
 * @param share 0..1, both excluded.
 */
export function quantileInterval(
  values: readonly number[],
  share: number,
  confidence = CONFIDENCE,
): Estimate {
  const sorted = [...values].sort((a, b) => a - b);
  const { length } = sorted;
  const [lowRank, highRank] = ranksAround(length, share, confidence);
  return {
    value: sorted[Math.max(1, Math.ceil(share * length)) - 1] ?? Number.NaN,
    low: sorted[lowRank - 1] ?? Number.NEGATIVE_INFINITY,
    high: sorted[highRank - 1] ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * Ranks from 1 whose values enclose the quantile; 0 and `count + 1` where no value is low or high enough. The number of values
 * below the quantile is binomial.
 */
function ranksAround(count: number, share: number, confidence: number): readonly [number, number] {
  const tail = (1 - confidence) / 2;
  let [low, high] = [0, count + 1];
  let logOfOne = count * Math.log1p(-share);
  let below = 0;
  for (let rank = 0; rank <= count; rank++) {
    below += Math.exp(logOfOne);
    if (below <= tail) low = rank + 1;
    if (below >= 1 - tail) {
      high = Math.min(high, rank + 1);
      break;
    }
    logOfOne += Math.log((count - rank) / (rank + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return [low, high];
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}
