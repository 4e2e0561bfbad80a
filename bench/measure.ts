/** Measuring: interleaved rounds, medians, and the machine that it was. */
import { cpus, totalmem } from 'node:os';

/** What one side of a measurement gives: a rate per second. */
export type Round = () => Promise<number>;

/** The rates of ours and of the limit, taken in turn so that both see the same machine. */
export interface Comparison {
  readonly ours: number;
  readonly limit: number;
  /** Median of the rounds' own ratios. */
  readonly ratio: number;
  /** Lowest and highest ratio of a round. */
  readonly spread: readonly [number, number];
}

/** Runs both sides in turn, `rounds` times after one round that does not count. */
export async function compare(ours: Round, limit: Round, rounds: number): Promise<Comparison> {
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round <= rounds; round++) {
    const pair = [await ours(), await limit()] as const;
    if (round > 0) pairs.push(pair);
  }
  const ratios = pairs.map(([a, b]) => a / b).sort((a, b) => a - b);
  return {
    ours: median(pairs.map(([a]) => a)),
    limit: median(pairs.map(([, b]) => b)),
    ratio: median(ratios),
    spread: [ratios[0] ?? Number.NaN, ratios.at(-1) ?? Number.NaN],
  };
}

/** The middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle - 0.5)] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** Where it was measured. */
export function machine(): Record<string, string | number> {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    sqlite: process.versions.sqlite ?? 'unknown',
  };
}

/** A rate for people: `213,000/s`. */
export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en-US')}/s`;
}
