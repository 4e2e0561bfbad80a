/**
 * The recorder writes user events to the store, many events to a commit.
 *
 * Each run has a queue of events. A flush takes up to `LIMITS.commitEventsMax` of them, decides each
 * by the rules against the run as stored, and writes users, counters and status in one transaction.
 * Events are emitted only after the commit. The next batch gathers during a commit, so batches grow
 * with load and an idle engine commits at once.
 */
import { InvariantError, LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { addUserMove, changeOf, runAfter } from '../../rules/status/run.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { decideUser, type UserDecision, type UserEvent } from '../../rules/status/user.ts';
import { commitMoment, type LedgerContext } from '../context.ts';
import { announce } from './announce.ts';

/** An active user: its record as committed, and as it will be after the running commit. */
export interface TrackedUser {
  user: UserRecord;
  /** Not `null` only while a commit that holds events of this user is being made. */
  staged: UserRecord | null;
}

/** Why an event was not recorded. */
export type Refusal = Extract<UserDecision, { kind: 'refused' }>['code'];

/** Callbacks of a run's driver. Called after the commit. */
export interface RecorderClient<Lane extends TrackedUser> {
  /** `activeUser.user` has the committed state; `event` is the recorded event. */
  recorded(activeUser: Lane, event: UserEvent): void;
  refused(activeUser: Lane, event: UserEvent, code: Refusal): void;
  /** The run after a commit that changed it. */
  runChanged(run: RunRecord): void;
  /** No further event of this client will be recorded: another worker has claimed the run, or it is deleted. */
  lost(error: unknown): void;
}

/** Records events of one claimed run. */
export interface RunRecorder<Lane extends TrackedUser> {
  record(activeUser: Lane, event: UserEvent): void;
  /** Stops accepting events and drops the queued ones. */
  close(): void;
}

interface RunQueue<Lane extends TrackedUser> {
  readonly runId: string;
  readonly claim: number;
  readonly client: RecorderClient<Lane>;
  activeUsers: Lane[];
  events: UserEvent[];
  open: boolean;
}

/** Result of one run's part of a commit. */
interface Written {
  readonly queue: RunQueue<TrackedUser>;
  readonly activeUsers: readonly TrackedUser[];
  readonly events: readonly UserEvent[];
  /** Per event: why it was refused, or how many outcomes its user had after it. */
  readonly results: readonly (Refusal | number)[];
  readonly before: RunRecord;
  readonly after: RunRecord;
}

/** The recorder of a ledger. */
export class Recorder {
  readonly #context: LedgerContext;
  readonly #queues = new Map<string, RunQueue<TrackedUser>>();
  #waiting = 0;
  #flushing = false;
  #failures = 0;
  #idle: (() => void)[] = [];

  constructor(context: LedgerContext) {
    this.#context = context;
  }

  /** Whether this process drives the run. */
  drives(runId: string): boolean {
    return this.#queues.has(runId);
  }

  /** Opens the queue of a run that was claimed with token `claim`. */
  open<Lane extends TrackedUser>(
    runId: string,
    claim: number,
    client: RecorderClient<Lane>,
  ): RunRecorder<Lane> {
    const queue: RunQueue<Lane> = { runId, claim, client, activeUsers: [], events: [], open: true };
    // The map holds queues of all lane types; each client gets back only its own active users.
    this.#queues.set(runId, queue as unknown as RunQueue<TrackedUser>);
    return {
      record: (activeUser, event) => {
        if (!queue.open) return;
        queue.activeUsers.push(activeUser);
        queue.events.push(event);
        this.#waiting += 1;
        if (!this.#flushing) void this.#flushAll();
      },
      close: () => this.#close(queue as unknown as RunQueue<TrackedUser>),
    };
  }

  /** Resolves when all queues are empty. */
  async settled(): Promise<void> {
    if (!this.#flushing && this.#waiting === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #close(queue: RunQueue<TrackedUser>): void {
    if (!queue.open) return;
    queue.open = false;
    this.#waiting -= queue.events.length;
    queue.events = [];
    queue.activeUsers = [];
    if (this.#queues.get(queue.runId) === queue) this.#queues.delete(queue.runId);
  }

  async #flushAll(): Promise<void> {
    this.#flushing = true;
    while (this.#waiting > 0) {
      await this.#context.clock.yield();
      await this.#flush();
    }
    this.#flushing = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  async #flush(): Promise<void> {
    const batches = this.#takeBatches();
    let written: (Written | null)[];
    try {
      written = await this.#context.store.transaction(async (tx) => {
        const parts: (Written | null)[] = [];
        for (const batch of batches) parts.push(await this.#write(tx, batch));
        return parts;
      });
    } catch (error) {
      await this.#failed(batches, error);
      return;
    }
    this.#failures = 0;
    written.forEach((one, index) => {
      if (one) this.#publish(one);
      else this.#lose(batches[index] as Batch, lostClaim(batches[index] as Batch));
    });
  }

  /** Takes equal shares of a commit from all runs, larger ones when there are fewer runs. */
  #takeBatches(): Batch[] {
    const queues = [...this.#queues.values()].filter((queue) => queue.events.length > 0);
    const share = Math.max(1, Math.floor(LIMITS.commitEventsMax / Math.max(1, queues.length)));
    return queues.slice(0, LIMITS.commitEventsMax).map((queue) => {
      const isAll = queue.events.length <= share;
      const activeUsers = isAll ? queue.activeUsers : queue.activeUsers.splice(0, share);
      const events = isAll ? queue.events : queue.events.splice(0, share);
      if (isAll) {
        queue.activeUsers = [];
        queue.events = [];
      }
      this.#waiting -= events.length;
      return { queue, activeUsers, events };
    });
  }

  async #write(tx: StoreTransaction, { queue, activeUsers, events }: Batch): Promise<Written | null> {
    const before = await tx.getRun(queue.runId);
    if (!queue.open || !before || before.claim !== queue.claim) return null;
    if (isTerminal(before.processingStatus)) {
      return {
        queue,
        activeUsers,
        events,
        results: activeUsers.map(() => 'AlreadyFinal' as const),
        before,
        after: before,
      };
    }
    const change = changeOf(before);
    const canceling = before.processingStatus === 'canceling';
    const touched: TrackedUser[] = [];
    const skipped: string[] = [];
    const results = activeUsers.map((activeUser, index): Refusal | number => {
      const user = activeUser.staged ?? activeUser.user;
      const event = events[index] as UserEvent;
      // While a run is canceling, queued users belong to the drain (cancel.ts).
      if (canceling && user.processingStatus === 'queued') return 'IllegalTransition';
      const decision = decideUser(user, event, canceling);
      if (decision.kind === 'refused') return decision.code;
      if (activeUser.staged === null) touched.push(activeUser);
      activeUser.staged = decision.user;
      addUserMove(change, user, decision.user, decision.moves);
      if (event.kind === 'cancel' && user.processingStatus === 'queued') skipped.push(user.subjectId);
      return decision.user.outcomes?.length ?? 0;
    });
    const after = runAfter(
      before,
      change,
      commitMoment(this.#context.clock, before),
      this.#context.aggregation,
    );
    if (touched.length > 0) {
      await tx.putUsers(touched.map((activeUser) => activeUser.staged as UserRecord));
      await tx.putRun(after);
    }
    // The subject was not processed: a later slot may take it, should it qualify then.
    if (skipped.length > 0 && before.workflowExecutionType === 'scheduled')
      await tx.deleteAdmissions(before.workflowId, before.id, skipped);
    return { queue, activeUsers, events, results, before, after: touched.length > 0 ? after : before };
  }

  #publish({ queue, activeUsers, events, results, before, after }: Written): void {
    const users: UserRecord[] = [];
    for (const activeUser of activeUsers) {
      if (activeUser.staged === null) continue;
      activeUser.user = activeUser.staged;
      activeUser.staged = null;
      users.push(activeUser.user);
    }
    if (after !== before) {
      const emitTaskEvents = () => this.#emitTaskEvents(after, activeUsers, events, results);
      announce(this.#context, { before, after, users, emitTaskEvents });
      queue.client.runChanged(after);
    }
    activeUsers.forEach((activeUser, index) => {
      const event = events[index] as UserEvent;
      const result = results[index] as Refusal | number;
      if (typeof result === 'string') queue.client.refused(activeUser, event, result);
      else queue.client.recorded(activeUser, event);
    });
  }

  #emitTaskEvents(
    run: RunRecord,
    activeUsers: readonly TrackedUser[],
    events: readonly UserEvent[],
    results: Written['results'],
  ): void {
    activeUsers.forEach(({ user }, index) => {
      const event = events[index] as UserEvent;
      const result = results[index];
      if (typeof result === 'number' && event.kind !== 'start') this.#emitFailure(run, user, event, result);
    });
  }

  #emitFailure(run: RunRecord, user: UserRecord, event: UserEvent, ended: number): void {
    const { events } = this.#context;
    const task = { workflowId: run.workflowId, runId: run.id, subjectId: user.subjectId };
    if (event.kind === 'taskEnded' && event.outcome.status === 'failed') {
      const failureReason = event.outcome.failureReason ?? '';
      events.emit('task.failed', { ...task, position: positionOf(user, ended), failureReason });
    } else if (event.kind === 'attemptFailed') {
      const { notBeforeMs, reason } = event;
      const attempt = user.attempts?.failures ?? 1;
      events.emit('task.retrying', {
        ...task,
        position: positionOf(user, ended + 1),
        attempt,
        failureReason: reason,
        notBeforeMs,
      });
    }
  }

  /**
   * Handles a failed commit, which wrote nothing. The events go back to their queues: they did happen. A bug ends
   * the runs concerned; any other failure is retried after a growing wait.
   */
  async #failed(batches: readonly Batch[], error: unknown): Promise<void> {
    this.#context.events.emit('engine.error', { error, during: 'commit' });
    for (const batch of batches) for (const activeUser of batch.activeUsers) activeUser.staged = null;
    if (error instanceof InvariantError || (LifecycleError.is(error) && !error.retryable)) {
      for (const batch of batches) this.#lose(batch, error);
      return;
    }
    for (const { queue, activeUsers, events } of batches) {
      if (!queue.open) continue;
      queue.activeUsers = [...activeUsers, ...queue.activeUsers];
      queue.events = [...events, ...queue.events];
      this.#waiting += events.length;
    }
    this.#failures += 1;
    const delayMs = Math.min(10 * 2 ** this.#failures, LIMITS.commitRetryDelayMaxMs);
    await new Promise<void>((resolve) => this.#context.clock.setTimer(delayMs, resolve));
  }

  #lose({ queue }: Batch, error: unknown): void {
    if (!queue.open) return;
    this.#close(queue);
    queue.client.lost(error);
  }
}

interface Batch {
  readonly queue: RunQueue<TrackedUser>;
  readonly activeUsers: readonly TrackedUser[];
  readonly events: readonly UserEvent[];
}

function lostClaim({ queue }: Batch): LifecycleError {
  return new LifecycleError(
    'ClaimLost',
    `Expected claim ${queue.claim} of run ${queue.runId} to be the newest, got a newer one, or the run was deleted`,
    { runId: queue.runId, claim: queue.claim },
  );
}
