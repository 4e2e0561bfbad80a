/** What a measure is, and how sides are compared: in turn, in one run, by medians of ratios. */
import type { Site } from './site.ts';
import { median } from './statistics.ts';

/** Work for an engine or a peer: each of `users` people gets `tasks` tasks, one after the other. */
export interface Load {
  readonly users: number;
  readonly tasks: number;
  /** How long each task waits, ms. 0: it does nothing at all. */
  readonly waitMs: number;
}

/** What one go of one side came to. */
export interface Sample {
  /** Units of work per second. */
  readonly perSecond: number;
  /** What else is worth telling, by name with its unit: `residentMB`. */
  readonly figures: Readonly<Record<string, number>>;
}

/** One of the things that are measured beside each other. */
export interface Side {
  readonly name: string;
  go(): Promise<Sample>;
}

/** A side as it was measured beside ours. */
export interface Compared {
  readonly name: string;
  /** Median over the rounds. */
  readonly perSecond: number;
  /** Ours divided by this side: the median of the rounds' own ratios. */
  readonly ratio: number;
  /** Lowest and highest ratio of a round. */
  readonly spread: readonly [low: number, high: number];
}

/** All sides after all rounds. */
export interface Comparison {
  readonly perSecond: number;
  readonly others: readonly Compared[];
  /** Ours: per name, of every round. */
  readonly figures: Readonly<Record<string, readonly number[]>>;
}

/** What a measure found: one line of a table, one entry of the JSON file. */
export interface Result {
  /** The command's word. */
  readonly name: string;
  /** Which of the word's results. */
  readonly case: string;
  /** What is counted: `tasks`, unless the word measures something else. */
  readonly unit: string;
  readonly users: number;
  readonly tasks: number;
  /** Ours, in `unit` per second. */
  readonly tasksPerSecond: number;
  /** What nobody who does this work can beat, or the plainest way to do it. */
  readonly limit: { readonly name: string; readonly tasksPerSecond: number };
  readonly ratioToLimit: number;
  /** Lowest and highest ratio to the limit of a round. */
  readonly spread: readonly [low: number, high: number];
  readonly rounds: number;
  /** Other limits that were measured in the same rounds. */
  readonly moreLimits: readonly Compared[];
  readonly peers: readonly PeerResult[];
  readonly figures: Readonly<Record<string, number>>;
}

/** A peer beside ours. */
export interface PeerResult {
  readonly name: string;
  readonly tasksPerSecond: number;
  /** Ours divided by the peer. */
  readonly ratio: number;
  readonly spread: readonly [low: number, high: number];
  /** What has survived a crash at any moment. */
  readonly durability: string;
}

/** What a run of the bench was asked for. */
export interface Settings {
  /** `null`: each measure's own size. */
  readonly users: number | null;
  readonly tasks: number;
  readonly rounds: number;
  /** Whether all words are run, in some minutes, rather than some that were named. */
  readonly isTour: boolean;
}

/** What a measure works with. */
export interface Bench {
  readonly settings: Settings;
  /** Tells people what is going on. */
  readonly progress: (text: string) => void;
  readonly site: Site;
  /** Says something that belongs into the report: what was skipped, and why. */
  readonly remark: (text: string) => void;
}

/** A word of the command. */
export interface Measure {
  readonly word: string;
  readonly summary: string;
  /** Results as they are found. */
  run(bench: Bench): AsyncIterable<Result>;
}

/**
 * Runs all sides in turn, `rounds` times, in an order that turns round each time.
 *
 * @param told hears of each go before it begins.
 */
export async function compare(
  ours: Side,
  others: readonly Side[],
  rounds: number,
  told: (text: string) => void = () => {},
): Promise<Comparison> {
  const sides = [ours, ...others];
  const samples: Sample[][] = [];
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? sides : sides.toReversed();
    const bySide = new Map<Side, Sample>();
    for (const side of order) {
      told(`round ${round + 1} of ${rounds}: ${side.name}`);
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
