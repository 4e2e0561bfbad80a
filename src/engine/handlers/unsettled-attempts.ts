import type { EventSink } from '../../events/event-map.ts';
import { isoOf } from '../../ledger/resources.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { PendingCall } from './call.ts';
import type { BoundTask } from './handlers.ts';

/** An attempt that was given up while its handler had not settled. */
export interface UnsettledAttempt {
  readonly call: PendingCall;
  readonly run: RunRecord;
  /** The user as before the attempt's outcome. */
  readonly user: UserRecord;
  readonly bound: BoundTask;
  readonly startedAtMs: EpochMs;
}

/**
 * Attempts whose handler did not settle within the grace of its abort. Nothing can end a promise from outside, so
 * each would hold its lane for as long as the process lives. Up to a bound their lanes are handed on instead; the
 * bound is there because each such handler still holds memory, sockets and whatever else it works with.
 */
export class UnsettledAttempts {
  readonly #max: number;
  readonly #events: EventSink;
  /** Those beyond the bound, in order: each hands its lane on when called. */
  readonly #holdingLane = new Set<() => void>();
  #count = 0;

  constructor(max: number, events: EventSink) {
    this.#max = max;
    this.#events = events;
  }

  /** Attempts that have not settled yet. */
  get count(): number {
    return this.#count;
  }

  /** Whether the bound is reached, so that no further lane is replaced. */
  get isStalled(): boolean {
    return this.#count > 0 && this.#count >= this.#max;
  }

  /**
   * Counts and reports `attempt`. Resolves when its lane may serve other tasks: at once below the bound, else when
   * its handler settles, or another one does and so makes room.
   */
  laneOf(attempt: UnsettledAttempt): Promise<void> {
    const { promise: isFree, resolve: handOn } = Promise.withResolvers<void>();
    const isLaneReplaced = this.#count - this.#holdingLane.size < this.#max;
    const wasStalled = this.isStalled;
    this.#count += 1;
    if (isLaneReplaced) handOn();
    else this.#holdingLane.add(handOn);
    void attempt.call.settled.then(() => this.#settled(handOn));
    this.#report(attempt, isLaneReplaced);
    // During a stop no later task needs a lane.
    if (this.isStalled && !wasStalled && attempt.call.cause !== 'stop')
      this.#events.emit('engine.stalled', {
        handlersUnsettled: this.#count,
        handlersUnsettledMax: this.#max,
      });
    return isFree;
  }

  #report({ call, run, user, bound, startedAtMs }: UnsettledAttempt, isLaneReplaced: boolean): void {
    if (call.cause === null) return;
    this.#events.emit('handler.unsettled', {
      workflowId: run.workflowId,
      runId: run.id,
      subjectId: user.subjectId,
      taskId: bound.task.id,
      taskDefinitionId: bound.task.taskDefinitionId,
      position: bound.position,
      attempt: (user.attempts?.failures ?? 0) + 1,
      startedDateTime: isoOf(startedAtMs),
      cause: call.cause,
      isLaneReplaced,
      handlersUnsettled: this.#count,
    });
  }

  #settled(handOn: () => void): void {
    this.#count -= 1;
    // The attempt's own lane, if it still holds it; else the lane that has been held longest.
    const [longest] = this.#holdingLane;
    const next = this.#holdingLane.has(handOn) ? handOn : longest;
    if (next === undefined) return;
    this.#holdingLane.delete(next);
    next();
  }
}
