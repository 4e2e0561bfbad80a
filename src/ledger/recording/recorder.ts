/**
 * The recorder writes user events to the store, many events to a commit.
 *
 * Each slice of a run that this process holds has a queue of events. A flush takes up to `LIMITS.commitEventsMax` of
 * them, decides each by the rules, and writes users and counters in one commit. Only the holder of a slice writes it,
 * so nothing has to be read first; the store refuses the commit of one that holds it no more. Events are emitted only
 * after the commit. The next batch gathers during a commit, so batches grow with load and an idle engine commits at once.
 */
import { InvariantError, LifecycleError } from '../../errors/lifecycle-error.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import {
  type SliceAnswer,
  type SliceCommit,
  type SliceKey,
  type SliceRecord,
  sliceId,
} from '../../model/slices.ts';
import type { StoreSlices } from '../../ports/store.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import type { LedgerContext } from '../context.ts';
import { announce } from './announce.ts';
import {
  type Batch,
  decideBatch,
  isFailure,
  type KnownRun,
  type RecorderClient,
  type Refusal,
  type SliceQueue,
  type SliceRecorder,
  type TrackedUser,
} from './batch.ts';
import { SliceProgress } from './progress.ts';
import { areTaskEventsHeard, emitTaskEvent, type TaskIds } from './task-events.ts';
import { wholeRuns } from './whole-runs.ts';

/** The recorder of a ledger. */
export class Recorder {
  /** The slices of the ledger's store. */
  readonly slices: StoreSlices;
  readonly #context: LedgerContext;
  readonly #progress: SliceProgress;
  readonly #queues = new Map<string, SliceQueue<TrackedUser>>();
  /** Runs whose first failure waits for a commit. */
  readonly #ungrouped = new Set<KnownRun>();
  #waiting = 0;
  /** Events that are not committed yet, but for starts. */
  #uncommitted = 0;
  #flushing = false;
  #idle: (() => void)[] = [];

  constructor(context: LedgerContext) {
    this.#context = context;
    this.#progress = new SliceProgress(context);
    this.slices = context.store.slices ?? wholeRuns(context.store);
  }

  /** Whether this process drives the slice. */
  drives(key: SliceKey): boolean {
    return this.#queues.has(sliceId(key));
  }

  /** Events that wait for a commit. */
  get backlog(): number {
    return this.#waiting;
  }

  /** Ends of tasks whose users cannot go on yet, while lanes can; 0 where nothing goes on during a commit. */
  get uncommitted(): number {
    return this.#context.commitsInBackground ? this.#uncommitted : 0;
  }

  /** Opens the queue of a slice that was claimed, of `run`. */
  open<Lane extends TrackedUser>(
    run: RunRecord,
    slice: SliceRecord,
    client: RecorderClient<Lane>,
  ): SliceRecorder<Lane> {
    const queue: SliceQueue<Lane> = {
      client,
      slice,
      known: this.#knownOf(run),
      activeUsers: [],
      events: [],
      open: true,
    };
    // The map holds queues of all lane types; each client gets back only its own active users.
    const kept = queue as unknown as SliceQueue<TrackedUser>;
    this.#queues.set(sliceId(slice), kept);
    return {
      record: (activeUser, event) => {
        if (!queue.open) return;
        queue.activeUsers.push(activeUser);
        queue.events.push(event);
        if (isFailure(event) && queue.known.groups === null) this.#ungrouped.add(queue.known);
        this.#waiting += 1;
        if (event.kind !== 'start') this.#uncommitted += 1;
        if (!this.#flushing) void this.#flushAll();
      },
      cancel: () => {
        queue.slice = { ...queue.slice, canceling: true };
      },
      close: () => this.#close(kept),
    };
  }

  /** Resolves when all queues are empty. */
  async settled(): Promise<void> {
    if (!this.#flushing && this.#waiting === 0) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #knownOf(run: RunRecord): KnownRun {
    const others = this.#context.store.slices ? this.#queues.values() : [];
    for (const { known } of others) if (known.run.id === run.id) return known;
    return { run, groups: null };
  }

  #close(queue: SliceQueue<TrackedUser>): void {
    if (!queue.open) return;
    queue.open = false;
    this.#waiting -= queue.events.length;
    this.#uncommitted -= endsIn(queue.events);
    queue.events = [];
    queue.activeUsers = [];
    if (this.#queues.get(sliceId(queue.slice)) === queue) this.#queues.delete(sliceId(queue.slice));
  }

  async #flushAll(): Promise<void> {
    const { clock, commitsInBackground } = this.#context;
    this.#flushing = true;
    let hostHadTurn = false;
    while (this.#waiting > 0) {
      // Without an `await` after a commit in the background: the next one begins before lanes go on, so both overlap.
      if (!hostHadTurn) await clock.yield();
      hostHadTurn = false;
      if (commitsInBackground) {
        void clock.yield().then(() => {
          hostHadTurn = true;
        });
      }
      if (this.#ungrouped.size > 0) for (const known of this.#ungrouped) await this.#readGroups(known);
      const batches = this.#takeBatches();
      const answers = await this.#commit(batches.filter(({ commit }) => commit !== null));
      this.#finish(batches, answers);
    }
    this.#flushing = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #finish(batches: readonly Batch[], answers: ReadonlyMap<Batch, SliceAnswer>): void {
    for (const batch of batches) {
      const answer = answers.get(batch);
      if (answer?.kind !== 'canceling' || !batch.queue.open) this.#uncommitted -= endsIn(batch.events);
      if (batch.commit === null) this.#publish(batch, null);
      else if (answer?.kind === 'written') this.#publish(batch, answer);
      else if (answer?.kind === 'canceling') this.#repeat(batch);
      else if (answer?.kind === 'lost') this.#lose(batch, lostClaim(batch));
    }
  }

  /** Reads the groups of a run with a first failure, until the store answers: there must not be too many. */
  async #readGroups(known: KnownRun): Promise<void> {
    const { store } = this.#context;
    for (let failures = 1; known.groups === null; failures += 1) {
      try {
        const groups = await store.listFailureGroups(known.run.id);
        known.groups = new Set(groups.map(({ key }) => key));
      } catch (error) {
        // What is wrong for good, the commit meets as well.
        if (isFinal(error)) known.groups = new Set();
        else await this.#failedAttempt(error, failures);
      }
    }
    this.#ungrouped.delete(known);
  }

  /** Takes equal shares of a commit from all slices, larger ones when there are fewer, and decides their events. */
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
      return decideBatch(queue, activeUsers, events);
    });
  }

  /**
   * Commits until the store has answered, or refuses for good. A failure may have come after the commit was made, so
   * the very same one is repeated, after a growing wait.
   */
  async #commit(batches: readonly Batch[]): Promise<ReadonlyMap<Batch, SliceAnswer>> {
    const { clock, aggregation, events, slicesEnded, commitsInBackground } = this.#context;
    const nowMs = clock.now();
    const startedAtMs = clock.elapsed();
    const answers = new Map<Batch, SliceAnswer>();
    let open = batches;
    for (let failures = 0; open.length > 0; open = open.filter(({ queue }) => queue.open)) {
      const commits = open.map(({ commit }) => commit as SliceCommit);
      try {
        const made = await this.slices.commit(commits, {
          nowMs,
          aggregation,
          inBackground: commitsInBackground === true,
          ...(slicesEnded ? { ended: slicesEnded } : {}),
        });
        for (const [index, batch] of open.entries()) answers.set(batch, made[index] as SliceAnswer);
        const count = open.reduce((sum, batch) => sum + batch.events.length, 0);
        this.#context.meter?.committed(clock.elapsed() - startedAtMs, count);
        return answers;
      } catch (error) {
        // A bug ends the runs concerned.
        if (isFinal(error)) {
          events.emit('engine.error', { error, during: 'committing' });
          for (const batch of open) this.#lose(batch, error);
          return answers;
        }
        failures += 1;
        await this.#failedAttempt(error, failures);
      }
    }
    return answers;
  }

  /** Reports the `nth` failure of a call, and waits before the next one. */
  async #failedAttempt(error: unknown, nth: number): Promise<void> {
    const { clock, events } = this.#context;
    events.emit('engine.error', { error, during: 'committing' });
    const delayMs = Math.min(10 * 2 ** nth, LIMITS.commitRetryDelayMsMax);
    await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve));
  }

  #publish(batch: Batch, answer: Extract<SliceAnswer, { kind: 'written' }> | null): void {
    const { queue, activeUsers, events, results } = batch;
    const users: UserRecord[] = [];
    for (const activeUser of activeUsers) {
      if (activeUser.staged === null) continue;
      activeUser.user = activeUser.staged;
      activeUser.staged = null;
      users.push(activeUser.user);
    }
    if (answer !== null) {
      const { before, after } = answer;
      const { known } = queue;
      const run = after ?? known.run;
      const emitTaskEvents = () => this.#emitTaskEvents(run, batch);
      announce(this.#context, { before: before ?? known.run, after: run, users, emitTaskEvents });
      known.run = run;
      if (after === null) this.#progress.changed(run.id);
      queue.slice = { ...answer.slice, canceling: queue.slice.canceling || answer.slice.canceling };
      queue.client.changed(queue.slice);
    }
    activeUsers.forEach((activeUser, index) => {
      const event = events[index] as UserEvent;
      const result = results[index] as Refusal | number;
      if (typeof result === 'string') queue.client.refused(activeUser, event, result);
      else queue.client.recorded(activeUser, event);
    });
  }

  #emitTaskEvents(run: RunRecord, { queue, activeUsers, events, results }: Batch): void {
    const sink = this.#context.events;
    if (!areTaskEventsHeard(sink)) return;
    const taskAt = (position: number): TaskIds => queue.client.taskAt(position);
    activeUsers.forEach(({ user }, index) => {
      const result = results[index];
      if (typeof result === 'number')
        emitTaskEvent(sink, run, user, events[index] as UserEvent, result, taskAt);
    });
  }

  /** The run is being canceled: the events, which did happen, are decided once more. */
  #repeat({ queue, activeUsers, events }: Batch): void {
    for (const activeUser of activeUsers) activeUser.staged = null;
    if (!queue.open) return;
    queue.slice = { ...queue.slice, canceling: true };
    queue.activeUsers = [...activeUsers, ...queue.activeUsers];
    queue.events = [...events, ...queue.events];
    this.#waiting += events.length;
    queue.client.cancel();
  }

  #lose({ queue, activeUsers }: Batch, error: unknown): void {
    for (const activeUser of activeUsers) activeUser.staged = null;
    if (!queue.open) return;
    this.#close(queue);
    queue.client.lost(error);
  }
}

function endsIn(events: readonly UserEvent[]): number {
  let ends = 0;
  for (const { kind } of events) if (kind !== 'start') ends += 1;
  return ends;
}

/** Whether the same call would fail once more. */
function isFinal(error: unknown): boolean {
  return error instanceof InvariantError || (LifecycleError.is(error) && !error.retryable);
}

function lostClaim({ queue: { slice } }: Batch): LifecycleError<'ClaimLost'> {
  return new LifecycleError(
    'ClaimLost',
    `Expected claim ${slice.claim} of run ${slice.runId} to be the newest, got a newer one, or the run was deleted`,
    { runId: slice.runId, claim: slice.claim },
  );
}
