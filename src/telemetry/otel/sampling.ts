/** Which people are traced. Decided before OpenTelemetry is called: a span that its SDK drops costs as much as a task. */
import type { Run } from '../../model/resources/resources.ts';

/** People of a run up to which all are traced, by default. */
const TRACED_MAX = 10_000;
const RATIO_ABOVE = 0.01;
/** Spans of failures of one run, beside those of traced people. */
const FAILURES_MAX = 100;
/** Runs that are remembered. */
const RUNS_MAX = 10_000;

/** A run, as far as sampling needs it. */
interface SampledRun {
  /** Hash of its id, which that of a person goes on from. */
  readonly seed: number;
  ratio: number;
  failuresLeft: number;
}

/** Samples people of runs. */
export class Sampling {
  readonly #ratio: number | null;
  readonly #runs = new Map<string, SampledRun>();

  /** @param ratio of the people, 0 to 1; `null`: all of runs of up to 10,000 people, of others one in a hundred. */
  constructor(ratio: number | null) {
    this.#ratio = ratio;
  }

  /** Notes how many people a run has. */
  seen({ id, totalUsersCount }: Pick<Run, 'id' | 'totalUsersCount'>): void {
    this.#of(id).ratio = this.#ratio ?? (totalUsersCount > TRACED_MAX ? RATIO_ABOVE : 1);
  }

  /** Forgets a run that has ended. */
  ended(runId: string): void {
    this.#runs.delete(runId);
  }

  /** Whether a person is traced: the same in each process, and for each of their tasks. */
  has(runId: string, subjectId: string): boolean {
    const { ratio, seed } = this.#of(runId);
    return ratio >= 1 || (ratio > 0 && fractionOf(subjectId, seed) < ratio);
  }

  /** Whether one more failure of a person who is not traced is shown. */
  takeFailure(runId: string): boolean {
    const run = this.#of(runId);
    run.failuresLeft -= 1;
    return run.failuresLeft >= 0;
  }

  #of(runId: string): SampledRun {
    const known = this.#runs.get(runId);
    if (known) return known;
    const seed = hashOf(runId, 0x811c9dc5);
    // A run that another process has made: how many it has comes with its first progress.
    const made = { seed, ratio: this.#ratio ?? RATIO_ABOVE, failuresLeft: FAILURES_MAX };
    if (this.#runs.size >= RUNS_MAX)
      for (const oldest of this.#runs.keys()) {
        this.#runs.delete(oldest);
        break;
      }
    this.#runs.set(runId, made);
    return made;
  }
}

/** A number in [0, 1) that a text always gives, after the hash `seed` of another one. */
export function fractionOf(text: string, seed: number): number {
  let hash = hashOf(text, seed);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** FNV-1a. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
