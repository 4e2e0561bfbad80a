/**
 * The recorder: how what happened to users gets into the store, many events to a commit.
 *
 * Events of all runs wait in line; a flush takes up to `LIMITS.commitEventsMax` of them, decides each
 * by the rules against the run as it is in the store, and writes users, counters and status in one
 * transaction. Only then is anybody told. While a commit is under way the next batch gathers, so
 * batches grow with load and an idle engine commits at once.
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

/** A user that has been taken up: his record as committed, and as it will be after the running commit. */
export interface TrackedUser {
  user: UserRecord;
  /** Not `null` only while a commit that holds events of this user is being made. */
  staged: UserRecord | null;
}

/** Why an event was not recorded. */
export type Refusal = Extract<UserDecision, { kind: 'refused' }>['code'];

/** The side of a run's driver that hears what became of its events. Called after the commit. */
export interface RecorderClient<Lane extends TrackedUser> {
  /** `flight.user` has the committed state. `event` is the one that was recorded. */
  recorded(flight: Lane, event: UserEvent): void;
  refused(flight: Lane, event: UserEvent, code: Refusal): void;
  /** The run after a commit that changed it. */
  runChanged(run: RunRecord): void;
  /** Nothing of this client will be recorded any more: another worker has the run, or it is gone. */
  lost(error: unknown): void;
}

/** Records events of one claimed run. */
export interface RunRecorder<Lane extends TrackedUser> {
  record(flight: Lane, event: UserEvent): void;
  /** Stops taking events; what is in line is dropped. */
  close(): void;
}

interface RunQueue<Lane extends TrackedUser> {
  readonly runId: string;
  readonly claim: number;
  readonly client: RecorderClient<Lane>;
  flights: Lane[];
  events: UserEvent[];
  open: boolean;
}

/** What one run's part of a commit came to. */
interface Written {
  readonly line: RunQueue<TrackedUser>;
  readonly flights: readonly TrackedUser[];
  readonly events: readonly UserEvent[];
  /** Per event: why it was refused, or how many outcomes its user had after it. */
  readonly results: readonly (Refusal | number)[];
  readonly before: RunRecord;
  readonly after: RunRecord;
}

/** The recorder of a ledger. */
export class Recorder {
  readonly #context: LedgerContext;
  readonly #lines = new Map<string, RunQueue<TrackedUser>>();
  #waiting = 0;
  #flushing = false;
  #failures = 0;
  #idle: (() => void)[] = [];

  constructor(context: LedgerContext) {
    this.#context = context;
  }

  /** Whether this process drives the run. */
  drives(runId: string): boolean {
    return this.#lines.has(runId);
  }

  /** Opens the line of a run that was claimed with token `claim`. */
  open<Lane extends TrackedUser>(
    runId: string,
    claim: number,
    client: RecorderClient<Lane>,
  ): RunRecorder<Lane> {
    const line: RunQueue<Lane> = { runId, claim, client, flights: [], events: [], open: true };
    // The map holds lines of all lane types; each client only ever sees its own flights again.
    this.#lines.set(runId, line as unknown as RunQueue<TrackedUser>);
    return {
      record: (flight, event) => {
        if (!line.open) return;
        line.flights.push(flight);
        line.events.push(event);
        this.#waiting += 1;
        if (!this.#flushing) void this.#flushAll();
      },
      close: () => this.#close(line as unknown as RunQueue<TrackedUser>),
    };
  }

  /** Resolves when nothing is in line. */
  async settled(): Promise<void> {
    if (!this.#flushing && this.#waiting === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #close(line: RunQueue<TrackedUser>): void {
    if (!line.open) return;
    line.open = false;
    this.#waiting -= line.events.length;
    line.events = [];
    line.flights = [];
    if (this.#lines.get(line.runId) === line) this.#lines.delete(line.runId);
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

  /** Fair shares: every run gives an equal part of a commit, larger when others have less. */
  #takeBatches(): Batch[] {
    const lines = [...this.#lines.values()].filter((line) => line.events.length > 0);
    const share = Math.max(1, Math.floor(LIMITS.commitEventsMax / Math.max(1, lines.length)));
    return lines.slice(0, LIMITS.commitEventsMax).map((line) => {
      const isAll = line.events.length <= share;
      const flights = isAll ? line.flights : line.flights.splice(0, share);
      const events = isAll ? line.events : line.events.splice(0, share);
      if (isAll) {
        line.flights = [];
        line.events = [];
      }
      this.#waiting -= events.length;
      return { line, flights, events };
    });
  }

  async #write(tx: StoreTransaction, { line, flights, events }: Batch): Promise<Written | null> {
    const before = await tx.getRun(line.runId);
    if (!line.open || !before || before.claim !== line.claim) return null;
    if (isTerminal(before.processingStatus)) {
      return {
        line,
        flights,
        events,
        results: flights.map(() => 'AlreadyFinal' as const),
        before,
        after: before,
      };
    }
    const change = changeOf(before);
    const canceling = before.processingStatus === 'canceling';
    const touched: TrackedUser[] = [];
    const skipped: string[] = [];
    const results = flights.map((flight, index): Refusal | number => {
      const user = flight.staged ?? flight.user;
      const event = events[index] as UserEvent;
      // While a run is canceling, users who have not started belong to the drain (cancel.ts).
      if (canceling && user.processingStatus === 'queued') return 'IllegalTransition';
      const decision = decideUser(user, event, canceling);
      if (decision.kind === 'refused') return decision.code;
      if (flight.staged === null) touched.push(flight);
      flight.staged = decision.user;
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
      await tx.putUsers(touched.map((flight) => flight.staged as UserRecord));
      await tx.putRun(after);
    }
    // He was not processed: should he qualify again, a later tick may take him.
    if (skipped.length > 0 && before.workflowExecutionType === 'scheduled')
      await tx.deleteAdmissions(before.workflowId, before.id, skipped);
    return { line, flights, events, results, before, after: touched.length > 0 ? after : before };
  }

  #publish({ line, flights, events, results, before, after }: Written): void {
    const users: UserRecord[] = [];
    for (const flight of flights) {
      if (flight.staged === null) continue;
      flight.user = flight.staged;
      flight.staged = null;
      users.push(flight.user);
    }
    if (after !== before) {
      const tellTasks = () => this.#tellTasks(after, flights, events, results);
      announce(this.#context, { before, after, users, tellTasks });
      line.client.runChanged(after);
    }
    flights.forEach((flight, index) => {
      const event = events[index] as UserEvent;
      const result = results[index] as Refusal | number;
      if (typeof result === 'string') line.client.refused(flight, event, result);
      else line.client.recorded(flight, event);
    });
  }

  #tellTasks(
    run: RunRecord,
    flights: readonly TrackedUser[],
    events: readonly UserEvent[],
    results: Written['results'],
  ): void {
    flights.forEach(({ user }, index) => {
      const event = events[index] as UserEvent;
      const result = results[index];
      if (typeof result === 'number' && event.kind !== 'start') this.#tellFailure(run, user, event, result);
    });
  }

  #tellFailure(run: RunRecord, user: UserRecord, event: UserEvent, ended: number): void {
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
   * The commit failed and kept nothing. The events stay in line: what happened, happened. A bug ends
   * the runs concerned; any other failure is tried again, after a growing wait.
   */
  async #failed(batches: readonly Batch[], error: unknown): Promise<void> {
    this.#context.events.emit('engine.error', { error, during: 'commit' });
    for (const batch of batches) for (const flight of batch.flights) flight.staged = null;
    if (error instanceof InvariantError || (LifecycleError.is(error) && !error.retryable)) {
      for (const batch of batches) this.#lose(batch, error);
      return;
    }
    for (const { line, flights, events } of batches) {
      if (!line.open) continue;
      line.flights = [...flights, ...line.flights];
      line.events = [...events, ...line.events];
      this.#waiting += events.length;
    }
    this.#failures += 1;
    const delayMs = Math.min(10 * 2 ** this.#failures, LIMITS.commitRetryDelayMaxMs);
    await new Promise<void>((resolve) => this.#context.clock.setTimer(delayMs, resolve));
  }

  #lose({ line }: Batch, error: unknown): void {
    if (!line.open) return;
    this.#close(line);
    line.client.lost(error);
  }
}

interface Batch {
  readonly line: RunQueue<TrackedUser>;
  readonly flights: readonly TrackedUser[];
  readonly events: readonly UserEvent[];
}

function lostClaim({ line }: Batch): LifecycleError {
  return new LifecycleError(
    'ClaimLost',
    `Expected claim ${line.claim} of run ${line.runId} to be the newest, got a newer one, or the run was deleted`,
    { runId: line.runId, claim: line.claim },
  );
}
