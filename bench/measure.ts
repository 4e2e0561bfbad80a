/** Measures, and how sides are compared: alternately, in one run, by medians of ratios. */
import type { Site } from './site.ts';
import { median } from './statistics.ts';

/** Work for an engine or a peer: each of `users` users gets `tasks` tasks, one after the other. */
export interface Load {
  readonly users: number;
  readonly tasks: number;
  /** How long each task waits, ms. 0: it returns at once. */
  readonly waitMs: number;
  /** Tasks at once in a process. Default: tenure's own. */
  readonly concurrency?: number;
}

/** Result of one execution of one side. */
export interface Sample {
  /** Units of work per second. */
  readonly perSecond: number;
  /** Further figures, by a name that ends in the unit: `residentMB`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** One of the alternatives that are compared. */
export interface Side {
  readonly name: string;
  go(): Promise<Sample>;
}

/** A side compared with tenure. */
interface Compared {
  readonly name: string;
  /** Median over the rounds. */
  readonly perSecond: number;
  /** tenure divided by this side: the median of the ratios of the rounds. */
  readonly ratio: number;
  /** Lowest and highest ratio of the rounds. */
  readonly spread: readonly [low: number, high: number];
}

/** Result of all sides over all rounds. */
export interface Comparison {
  readonly perSecond: number;
  readonly others: readonly Compared[];
  /** Figures of tenure by name, one value per round. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
}

/** Result of a measure: one line of a table, one entry of the JSON file. */
export interface Result {
  /** Name of the benchmark, as on the command line. */
  readonly name: string;
  /** Which of the results of the benchmark. */
  readonly case: string;
  /** The unit that is counted, usually `tasks`. */
  readonly unit: string;
  readonly users: number;
  readonly tasks: number;
  /** Rate of tenure, in `unit` per second. */
  readonly tasksPerSecond: number;
  /** An upper bound for any implementation, or the simplest implementation. */
  readonly limit: { readonly name: string; readonly tasksPerSecond: number };
  readonly ratioToLimit: number;
  /** Lowest and highest ratio to the limit over the rounds. */
  readonly spread: readonly [low: number, high: number];
  readonly rounds: number;
  /** Further limits measured in the same rounds. */
  readonly moreLimits: readonly Compared[];
  readonly peers: readonly PeerResult[];
  readonly figures: Readonly<Record<string, number>>;
}

/** A peer compared with tenure. */
interface PeerResult {
  readonly name: string;
  readonly tasksPerSecond: number;
  /** tenure divided by the peer. */
  readonly ratio: number;
  readonly spread: readonly [low: number, high: number];
  /** What survives a crash at any moment. */
  readonly durability: string;
}

/** Settings of one run of the bench. */
export interface Settings {
  /** `null`: the default size of each measure. */
  readonly users: number | null;
  readonly tasks: number;
  readonly rounds: number;
  /** Whether sizes are reduced to take some minutes, since all benchmarks are run rather than named ones. */
  readonly isReduced: boolean;
}

/** Context of a measure. */
export interface Bench {
  readonly settings: Settings;
  /** Shows progress on the terminal. */
  readonly progress: (text: string) => void;
  readonly site: Site;
  /** Adds a remark to the report: what was skipped, and why. */
  readonly remark: (text: string) => void;
}

/** A benchmark of the command line. */
export interface Measure {
  readonly name: string;
  readonly summary: string;
  /** Yields each result as soon as it is complete. */
  run(bench: Bench): AsyncIterable<Result>;
}

/**
 * Runs all sides one after the other, `rounds` times, reversing the order each round.
 *
 * @param onProgress called with a text before each execution.
 */
export async function compare(
  ours: Side,
  others: readonly Side[],
  rounds: number,
  onProgress: (text: string) => void = () => {},
): Promise<Comparison> {
  const sides = [ours, ...others];
  const samples: Sample[][] = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? sides : sides.toReversed();
    const bySide = new Map<Side, Sample>();
    for (const side of order) {
      onProgress(`round ${round + 1} of ${rounds}: ${side.name}`);
      bySide.set(side, await side.go());
    }
    samples.push(sides.map((side) => bySide.get(side) as Sample));
  }
  return summarise(others, samples);
}

function summarise(others: readonly Side[], rounds: readonly (readonly Sample[])[]): Comparison {
  const rates = (index: number) => rounds.map((round) => round[index]?.perSecond ?? Number.NaN);
  const ours = rates(0);
  const names = new Set(rounds.flatMap((round) => Object.keys(round[0]?.figures ?? {})));
  return {
    perSecond: median(ours),
    others: others.map((side, index) => {
      const theirs = rates(index + 1);
      const ratios = ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN));
      return {
        name: side.name,
        perSecond: median(theirs),
        ratio: median(ratios),
        spread: [Math.min(...ratios), Math.max(...ratios)],
      };
    }),
    figures: Object.fromEntries(
      [...names].map((name) => [name, rounds.map((round) => round[0]?.figures[name] ?? Number.NaN)]),
    ),
  };
}
