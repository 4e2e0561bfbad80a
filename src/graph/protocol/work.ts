/** What one request, or one batch, may cost: steps and time, with turns for the host in between. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { clientGone, GraphError } from '../graph-error.ts';
import type { GraphLimits } from './bounds.ts';

/** Steps between two yields of a job, at most: the host can have no turn within them. Some 3 ms. */
export const STRETCH_STEPS_MAX = 1_000_000;

/** The option of a request that work is done for: named when it is too much. */
export type WorkPart = '$filter' | '$search' | '$orderby';

/** Gives the host a turn. @throws GraphError 499 when the client has gone. */
export type Turn = () => Promise<void>;

/** What a budget is made of. */
export interface WorkOptions {
  readonly limits: Pick<GraphLimits, 'stepsMax' | 'workMsMax'>;
  readonly clock: Pick<Clock, 'elapsed' | 'yield'>;
  /** Aborted when the client no longer waits for the response. */
  readonly signal: AbortSignal;
  /** The requests of a batch share a budget. */
  readonly isBatch?: boolean;
}

/**
 * The budget of one request. Steps count the work itself, so that the same request over the same rows is refused, or
 * not, on every machine; time stops what the steps misjudge.
 */
export class Work {
  readonly #options: WorkOptions;
  #stepsLeft: number;
  #msLeft: number;
  /** Of the stretch between two yields. */
  #stretchSteps = 0;
  #stretchStepsLeft = 0;

  constructor(options: WorkOptions) {
    this.#options = options;
    this.#stepsLeft = options.limits.stepsMax;
    this.#msLeft = options.limits.workMsMax;
  }

  /** Counts steps that a job is about to make. Throws when they are too many, which {@link run} explains. */
  readonly spend = (steps: number): void => {
    this.#stretchStepsLeft -= steps;
    if (this.#stretchStepsLeft < 0) throw new OutOfSteps();
  };

  /**
   * Does a job that yields after each row, and gives the host a turn every few ms.
   *
   * @returns what the job returns.
   * @throws LifecycleError `LimitExceeded` for more steps than there are.
   * @throws GraphError 503 for more time, or for steps that others of the same batch have used; 499 when the client
   *   has gone.
   */
  async run<Result>(part: WorkPart, job: Generator<unknown, Result>): Promise<Result> {
    const { clock } = this.#options;
    let sinceMs = clock.elapsed();
    for (;;) {
      const { done, value } = this.#next(part, job);
      const tookMs = clock.elapsed() - sinceMs;
      if (!done && tookMs < LIMITS.turnMs) continue;
      this.#msLeft -= tookMs;
      if (done) return value;
      if (this.#msLeft < 0) throw this.#tooLong(part);
      await this.turn();
      sinceMs = clock.elapsed();
    }
  }

  /** Gives the host a turn. @throws GraphError 499 when the client has gone. */
  readonly turn: Turn = async () => {
    await this.#options.clock.yield();
    if (this.#options.signal.aborted) throw clientGone();
  };

  #next<Result>(part: WorkPart, job: Generator<unknown, Result>): IteratorResult<unknown, Result> {
    this.#stretchSteps = Math.min(STRETCH_STEPS_MAX, this.#stepsLeft);
    this.#stretchStepsLeft = this.#stretchSteps;
    try {
      return job.next();
    } catch (error) {
      throw error instanceof OutOfSteps ? this.#tooMuch(part) : error;
    } finally {
      this.#stepsLeft -= this.#stretchSteps - this.#stretchStepsLeft;
    }
  }

  #tooMuch(part: WorkPart): Error {
    const { limits, isBatch } = this.#options;
    if (this.#stretchSteps === STRETCH_STEPS_MAX)
      return tooManySteps(part, STRETCH_STEPS_MAX, 'for one row', 'Make it shorter');
    if (!isBatch) {
      const remedy = 'Narrow it by a status or a date, write in (…) rather than many or, or make it shorter';
      return tooManySteps(part, limits.stepsMax, 'over the rows that it looks at', remedy);
    }
    const message = `The requests of this batch used up the ${limits.stepsMax} steps that they have together, this one by ${part}. Send it by itself.`;
    return new GraphError(503, 'serviceNotAvailable', message, { 'Retry-After': '1' });
  }

  #tooLong(part: WorkPart): Error {
    const { limits, isBatch } = this.#options;
    const message = `${isBatch ? 'The requests of this batch' : 'This request'} took more than ${limits.workMsMax} ms of work, the last by ${part}. Ask for less, or again later.`;
    return new GraphError(503, 'serviceNotAvailable', message, { 'Retry-After': '10' });
  }
}

/** Thrown through a job, to be replaced where it is known what the job was for. */
class OutOfSteps extends Error {
  override readonly name = 'OutOfSteps';
}

function tooManySteps(
  part: WorkPart,
  max: number,
  over: string,
  remedy: string,
): LifecycleError<'LimitExceeded'> {
  return new LifecycleError(
    'LimitExceeded',
    `Expected ${part} to take at most ${max} steps ${over}, got more. ${remedy}`,
    { limit: 'stepsMax', max, field: part },
  );
}
