/**
 * Drives one slice of a run: starts its users, runs their tasks in order, and hands every event to the recorder. A user continues
 * only when the outcome of its last task is committed; until then the lane works for others. See `active-user.ts`.
 */
import type { RecorderClient, Refusal, SliceRecorder } from '../../ledger/recording/batch.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { ClaimedSlice, SliceRecord } from '../../model/slices.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Task, Workflow } from '../../model/workflow/workflow.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import { type ActiveUser, freePlace, warnRefused } from '../handlers/active-user.ts';
import { type CallResult, callHandler, PendingCall } from '../handlers/call.ts';
import { isWornOut, wornOut } from '../handlers/call-result.ts';
import type { Suspension } from '../handlers/callbacks/suspension.ts';
import { type RunInfo, runInfo } from '../handlers/handler-context.ts';
import { type BoundTask, taskOf } from '../handlers/handlers.ts';
import { Fifo } from '../lanes/fifo.ts';
import type { LaneClient } from '../lanes/lanes.ts';
import { type Qualification, qualificationOf } from '../selection/qualify.ts';
import { ActiveUsers } from './active-users.ts';
import { awaitCall } from './await-call.ts';
import { concludeAttempt } from './conclusion.ts';
import { type DriverDeps, metersOf, startRoom, wakeStarved } from './driver-deps.ts';
import { HandlerAccess } from './handler-access.ts';
import { activeUsersOf, ReadAhead } from './read-ahead.ts';
import { RetryTimers, restMs } from './retry-timers.ts';
import { activateQueued, qualifies, usersInProgress } from './slice-users.ts';
import { endThrottled } from './throttled.ts';

type Mode = 'driving' | 'canceling' | 'stopping' | 'ended';

/** The driver of one claimed slice. */
export class SliceDriver implements LaneClient, RecorderClient<ActiveUser> {
  readonly runId: string;
  readonly slice: number;
  readonly isOnDemand: boolean;
  readonly #deps: DriverDeps;
  readonly run: RunRecord;
  readonly #tasks: readonly BoundTask[];
  readonly #info: RunInfo;
  /** Decides at its start whether a user of a scheduled run still qualifies; `null`: the run is on demand. */
  readonly #qualification: Qualification | null;
  readonly #readAhead: ReadAhead;
  readonly #recorder: SliceRecorder<ActiveUser>;
  #slice: SliceRecord;
  readonly #ready = new Fifo<ActiveUser>();
  readonly #waits: RetryTimers;
  readonly #meters;
  readonly #access: HandlerAccess;
  readonly #activeUsers: ActiveUsers;
  /** Users whose start is queued for a commit. */
  #starting = 0;
  readonly #own = { busy: 0 };
  /** Calls that a stop aborted and that will be repeated: the run is not handed back clean. */
  #abandoned = 0;
  #mode: Mode = 'driving';
  /** The time as last read in this turn: reading the clock costs as much as a no-op task. */
  #nowMs: EpochMs = 0;
  /** Whether the run is canceling; stays `true` while the engine stops. */
  #isCanceling = false;
  /** No task starts; running handlers go on. */
  isPaused = false;

  constructor(
    deps: DriverDeps,
    { run, slice }: ClaimedSlice,
    workflow: Workflow,
    tasks: readonly BoundTask[],
  ) {
    this.runId = run.id;
    this.slice = slice.slice;
    this.#slice = slice;
    this.isOnDemand = run.workflowExecutionType !== 'scheduled';
    this.#deps = deps;
    this.#activeUsers = new ActiveUsers(deps.load);
    this.run = run;
    this.#tasks = tasks;
    this.#info = runInfo(run, workflow, deps.ports.logger);
    this.#qualification = this.isOnDemand ? null : qualificationOf(workflow, deps.settings.catchUpMs);
    this.#readAhead = new ReadAhead(run, slice, {
      ...deps.ports,
      changed: () => deps.lanes.wake(this),
      failed: (error) => deps.events.emit('engine.error', { error, during: 'readingUsers', runId: run.id }),
    });
    this.#waits = new RetryTimers(deps.ports.clock);
    this.#meters = metersOf(deps, run, tasks);
    this.#access = new HandlerAccess({
      clock: deps.ports.clock,
      isDriving: () => this.#mode === 'driving',
      throttled: ({ position }) => this.#meters[position - 1]?.throttled(),
      admitted: (active) => this.#goOn(active, 0),
    });
    this.#recorder = deps.recorder.open(run, slice, this);
    deps.lanes.add(this);
  }

  /**
   * Begins, or continues where another process ended.
   *
   * @param wasInHand that process died: tasks of users in progress count as interrupted.
   */
  async start(wasInHand: boolean): Promise<void> {
    const { ports, recorder } = this.#deps;
    const users = this.#slice.state === 'queued' ? [] : await usersInProgress(ports.store, this.#slice);
    const taken = await activeUsersOf(this.run, users, ports);
    // The run may have been canceled, deleted or claimed since the claim. Of a fresh slice, a fence says so in time.
    const isFenced = ports.store.slices !== undefined && users.length === 0;
    const [state] = isFenced ? ['held'] : await recorder.slices.renew([this.#slice], ports.clock.now());
    if (state === 'lost') return this.end();
    if (state === 'canceling') this.cancel();
    for (const active of taken) this.#takeBack(active, wasInHand);
    this.#mayStartUsers();
  }

  setPaused(isPaused: boolean): void {
    if (isPaused === this.isPaused || this.#mode === 'ended') return;
    this.isPaused = isPaused;
    if (isPaused) {
      for (const active of this.#activeUsers) if (active.state === 'ready') freePlace(active);
      this.#deps.eased();
    } else this.#mayStartUsers();
  }

  #mayStartUsers(): void {
    if (this.#mode !== 'driving' || this.isPaused) return;
    this.#readAhead.begin();
    this.#deps.lanes.wake(this);
  }

  taskAt(position: number): Task {
    return (this.#tasks[position - 1] as BoundTask).task;
  }

  /** The slice as last committed. */
  get held(): SliceRecord {
    return this.#slice;
  }

  hasWork(): boolean {
    return (this.#ready.length > 0 && !this.isPaused) || (this.#startRoom() > 0 && this.#readAhead.hasMore);
  }

  async work(): Promise<void> {
    const { lanes, timeSlice, ports } = this.#deps;
    // A commit or another lane may have used up this time slice: the host goes first.
    while (timeSlice.isOver()) await timeSlice.pause();
    this.#nowMs = ports.clock.now();
    for (;;) {
      this.#startUsers();
      const active = this.isPaused ? undefined : this.#ready.shift();
      if (!active) return;
      if (active.state === 'ready') {
        const pending = this.#runTask(active);
        // One slow task is a turn of its own while other runs want lanes; quick ones share one.
        if (pending && (await pending) && lanes.clients > 1) return;
      }
      if (timeSlice.isSpent(this.#nowMs)) return timeSlice.pause();
    }
  }

  #startRoom(): number {
    if (this.#mode !== 'driving' || this.isPaused) return 0;
    const [ready, active] = [this.#ready.length + this.#starting, this.#activeUsers.size];
    return startRoom(this.#deps, this, { busy: this.#own.busy, ready, active });
  }

  #startUsers(): void {
    for (let room = this.#startRoom(); room > 0; room--) {
      const active = this.#readAhead.take(this.#nowMs);
      if (!active) return;
      this.#activeUsers.add(active);
      if (qualifies(active, this.#qualification, this.run)) {
        this.#starting += 1;
        this.#record(active, { kind: 'start', atMs: this.#nowMs });
      } else this.#record(active, { kind: 'cancel', atMs: this.#nowMs, runningSinceMs: null });
    }
  }

  /**
   * Runs the next task of a ready user. A promise holds the lane until it resolves, with `true` when the handler
   * did not settle at once.
   */
  #runTask(active: ActiveUser): Promise<boolean> | null {
    const bound = taskOf(this.#tasks, active.user);
    const { ports, settings } = this.#deps;
    if (!this.#access.admits(active, bound)) {
      if (this.isParked) this.#deps.eased();
      return null;
    }
    active.state = 'running';
    active.runningSinceMs = this.#nowMs;
    const outcome = callHandler(active, bound, this.#info, ports.clock, settings.abortGraceMs);
    if (outcome instanceof PendingCall) {
      const call = { run: this.run, active, bound, call: outcome, startedAtMs: this.#nowMs };
      return awaitCall(this.#deps, this, call, this.#own, (result) => this.#conclude(active, bound, result));
    }
    this.#conclude(active, bound, outcome);
    freePlace(active);
    return null;
  }

  #conclude(active: ActiveUser, bound: BoundTask, result: CallResult): void {
    const { clock, random } = this.#deps.ports;
    this.#nowMs = clock.now();
    if (result.kind === 'suspended') {
      this.#suspend(active, result.suspension);
      return;
    }
    const meter = this.#meters[bound.position - 1];
    if (result.kind === 'throttled') {
      endThrottled(this.#deps.events, this.run, active, { bound, result, nowMs: this.#nowMs }, meter);
      this.#goOn(active, result.delayMs);
      return;
    }
    const call = { bound, result, nowMs: this.#nowMs, mayRetry: !this.#isCanceling, random };
    const event = concludeAttempt(active, call, meter);
    if (event !== null) this.#record(active, event);
    else {
      this.#abandoned += 1;
      this.#letGo(active);
    }
  }

  /** Waits for an answer from outside, which may have come already. */
  #suspend(active: ActiveUser, { sinceMs, untilMs }: Suspension): void {
    const { clock, store } = this.#deps.ports;
    active.runningSinceMs = null;
    active.suspendedSinceMs = sinceMs;
    const waitMs = Math.min(untilMs - clock.now(), store.slices ? LIMITS.callbackPollMs : untilMs);
    const isOver = active.isWoken;
    active.isWoken = false;
    this.#goOn(active, isOver ? 0 : waitMs);
  }

  /** An answer from outside has come for the user at `ordinal`. */
  wake(ordinal: number): void {
    const active = this.#activeUsers.at(ordinal);
    if (active?.state === 'running') active.isWoken = true;
    if (active?.state !== 'waiting' || active.suspendedSinceMs === null) return;
    this.#waits.stop(active);
    this.#goOn(active, 0);
  }

  recorded(active: ActiveUser, event: UserEvent): void {
    if (event.kind === 'start') this.#starting -= 1;
    if (isTerminal(active.user.processingStatus)) this.#letGo(active);
    else if (event.kind === 'interrupted' && isWornOut(active.user, this.#deps.settings)) {
      const task = taskOf(this.#tasks, active.user);
      this.#record(active, wornOut(active.user, task, this.#deps.ports.clock.now()));
    } else this.#goOn(active);
  }

  refused(active: ActiveUser, event: UserEvent, code: Refusal): void {
    const isStart = event.kind === 'start';
    if (isStart) this.#starting -= 1;
    else warnRefused(this.#deps.ports.logger, active, event.kind, code);
    // A cancel may have overtaken the start.
    if (isStart && this.#mode === 'canceling') this.#goOn(active);
    else this.#letGo(active);
  }

  changed(slice: SliceRecord): void {
    this.#slice = slice;
    if (slice.state === 'ended') this.end();
    else if (this.#deps.ports.store.slices) this.#deps.eased();
  }

  lost(error: unknown): void {
    if (this.#mode === 'ended') return;
    this.#deps.events.emit('engine.error', { error, during: 'drivingRun', runId: this.runId });
    this.abort();
    this.end(true);
  }

  /**
   * Resumes a user that was in progress when this engine, or another process, released the run. Whether its next
   * attempt had begun is unknown, even from its moment, since clocks are set back. So it counts.
   */
  #takeBack(active: ActiveUser, wasInHand: boolean): void {
    this.#activeUsers.add(active);
    if (wasInHand) {
      this.#meters[taskOf(this.#tasks, active.user).position - 1]?.interrupted();
      this.#record(active, { kind: 'interrupted' });
    } else this.#goOn(active);
  }

  /** Continues with a user whose state is committed and not final: its next attempt, when it may start. */
  #goOn(active: ActiveUser, waitMs = restMs(active, this.#tasks, this.#deps.ports.clock)): void {
    if (this.#mode === 'canceling') {
      const atMs = this.#deps.ports.clock.now();
      this.#record(active, { kind: 'cancel', atMs, runningSinceMs: active.suspendedSinceMs });
      return;
    }
    if (this.#mode !== 'driving') {
      this.#letGo(active);
      return;
    }
    if (waitMs > 0) this.#wait(active, waitMs);
    else {
      active.state = 'ready';
      this.#ready.push(active);
      // Who holds what others wait for would keep it for as long as the pause lasts.
      if (this.isPaused) freePlace(active);
      this.#deps.lanes.wake(this);
    }
  }

  #wait(active: ActiveUser, waitMs: number): void {
    active.state = 'waiting';
    this.#waits.start(active, waitMs, () => this.#goOn(active, 0));
    if (this.isParked) this.#deps.eased();
  }

  /** The tasks of its users that wait for an answer from outside. */
  get suspended(): readonly Task[] {
    return this.#activeUsers.suspended.map(({ user }) => taskOf(this.#tasks, user).task);
  }

  /** Whether nothing can happen before a moment that is known: all active users wait for one, and none is queued. */
  get isParked(): boolean {
    if (this.isPaused) return true;
    const waiting = this.#waits.count + this.#access.gated;
    return waiting === this.#activeUsers.size && this.#readAhead.isExhausted;
  }

  #record(active: ActiveUser, event: UserEvent): void {
    if (this.#mode === 'ended') this.#letGo(active);
    else {
      active.state = 'recording';
      this.#recorder.record(active, event);
    }
  }

  #letGo(active: ActiveUser): void {
    if (active.state === 'done') return;
    this.#waits.stop(active);
    this.#activeUsers.remove(active);
    this.#deps.lanes.wake(this);
    wakeStarved(this.#deps);
  }

  /** Cancels: no user starts or continues, and running handlers are aborted. */
  cancel(): void {
    this.#isCanceling = true;
    this.#recorder.cancel();
    if (this.#mode !== 'driving') return;
    this.#mode = 'canceling';
    this.#readAhead.close();
    this.#ready.clear();
    for (const active of this.#activeUsers) {
      if (active.state === 'running') active.call?.abort('cancel');
      if (active.state !== 'ready' && active.state !== 'waiting') continue;
      this.#waits.stop(active);
      freePlace(active);
      this.#goOn(active);
    }
    void activateQueued(this.#deps, this.#slice, {
      activeUsers: this.#activeUsers,
      isWanted: () => this.#mode === 'canceling',
      activated: (active) => this.#goOn(active),
    });
  }

  /** Starts no more users; resolves when no handler is running and every outcome is recorded. */
  drain(): Promise<void> {
    if (this.#mode === 'driving' || this.#mode === 'canceling') this.#mode = 'stopping';
    this.#readAhead.close();
    this.#ready.clear();
    for (const active of this.#activeUsers) {
      if (active.state === 'ready' || active.state === 'waiting') this.#letGo(active);
    }
    return this.#activeUsers.untilAtMost(0);
  }

  /** Aborts running handlers and, after the grace, abandons them. */
  abort(graceMs = this.#deps.settings.abortGraceMs): void {
    for (const active of this.#activeUsers) active.call?.abort('stop', graceMs);
  }

  /** Whether no task can have been interrupted halfway. */
  get isClean(): boolean {
    return this.#abandoned === 0 && this.#activeUsers.size === 0;
  }

  /** Releases the slice; it is lost when nothing of it can be recorded any more. */
  end(isLost = false): void {
    if (this.#mode === 'ended') return;
    this.#mode = 'ended';
    this.#recorder.close();
    this.#readAhead.close();
    this.#ready.clear();
    for (const active of this.#activeUsers) if (active.state !== 'running') this.#letGo(active);
    this.#deps.lanes.remove(this);
    this.#deps.load.starved.delete(this);
    this.#deps.ended(this, isLost);
  }
}
