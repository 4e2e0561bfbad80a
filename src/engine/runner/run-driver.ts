/**
 * Drives one run: takes its users up, runs their tasks in order, and hands what happened to the recorder. A user
 * goes on only when the outcome of its last task is committed; until then the lane works for other users. The
 * states of a user are in `active-user.ts`.
 */
import type { RecorderClient, Refusal, RunRecorder } from '../../ledger/recording/recorder.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import { type ActiveUser, freePlace, warnRefused } from '../handlers/active-user.ts';
import { type CallResult, callHandler, PendingCall } from '../handlers/call.ts';
import { eventOf, isWornOut, wornOut } from '../handlers/call-result.ts';
import { type RunInfo, runInfo } from '../handlers/handler-context.ts';
import { type BoundTask, taskOf } from '../handlers/handlers.ts';
import type { Suspension } from '../handlers/suspension.ts';
import { Fifo } from '../lanes/fifo.ts';
import type { LaneClient } from '../lanes/lanes.ts';
import { type Qualification, qualificationOf } from '../selection/qualify.ts';
import { type DriverDeps, wakeStarved } from './driver-deps.ts';
import { activeUsersOf, ReadAhead } from './read-ahead.ts';
import { RetryTimers, restMs } from './retry-timers.ts';

type Mode = 'driving' | 'canceling' | 'stopping' | 'ended';

/** The driver of one claimed run. */
export class RunDriver implements LaneClient, RecorderClient<ActiveUser> {
  readonly runId: string;
  readonly isOnDemand: boolean;
  readonly #deps: DriverDeps;
  readonly #run: RunRecord;
  readonly #tasks: readonly BoundTask[];
  readonly #info: RunInfo;
  /** Who still qualifies, for a scheduled run. */
  readonly #qualification: Qualification | null;
  readonly #readAhead: ReadAhead;
  readonly #line: RunRecorder<ActiveUser>;
  readonly #ready = new Fifo<ActiveUser>();
  readonly #waits: RetryTimers;
  /** Everybody in the states recording, ready, running and waiting. */
  readonly #inFlight = new Set<ActiveUser>();
  /** Users whose start is in line to be committed. */
  #starting = 0;
  /** Lanes whose handler is at work for this run. */
  #busy = 0;
  /** Calls that were aborted by a stop and will be repeated: the run is not handed back clean. */
  #abandoned = 0;
  #mode: Mode = 'driving';
  /** What the clock last said in this stretch of work: a look costs as much as a no-op task. */
  #nowMs: EpochMs = 0;
  /** The run is canceling, also while the engine stops. */
  #isCanceling = false;
  #drained: (() => void) | null = null;

  constructor(deps: DriverDeps, run: RunRecord, workflow: Workflow, tasks: readonly BoundTask[]) {
    this.runId = run.id;
    this.isOnDemand = run.workflowExecutionType !== 'scheduled';
    this.#deps = deps;
    this.#run = run;
    this.#tasks = tasks;
    this.#info = runInfo(run, workflow, deps.ports.logger);
    this.#qualification = this.isOnDemand ? null : qualificationOf(workflow, deps.settings.catchUpMs);
    this.#readAhead = new ReadAhead(run, {
      ...deps.ports,
      changed: () => deps.lanes.wake(this),
      failed: (error) => deps.events.emit('engine.error', { error, during: 'reading users', runId: run.id }),
    });
    this.#waits = new RetryTimers(deps.ports.clock);
    this.#line = deps.recorder.open(run.id, run.claim, this);
    deps.lanes.add(this);
  }

  /**
   * Begins, or goes on where another process ended.
   *
   * @param wasInHand that process died: tasks of users in progress count as interrupted.
   */
  async start(wasInHand: boolean): Promise<void> {
    const { store, clock } = this.#deps.ports;
    const taken: ActiveUser[] = [];
    for (;;) {
      const afterNo = taken.at(-1)?.user.ordinal ?? 0;
      const users = await store.listUsersByStatus(this.runId, 'inProgress', afterNo, LIMITS.usersPerBatch);
      taken.push(...(await activeUsersOf(this.#run, users, this.#deps.ports)));
      if (users.length < LIMITS.usersPerBatch) break;
    }
    // Between the claim and now the run may have been canceled, deleted, or claimed by somebody else.
    const current = await store.getRun(this.runId);
    if (current?.claim !== this.#run.claim || isTerminal(current.processingStatus)) return this.end();
    if (current.processingStatus === 'canceling') this.cancel();
    for (const flight of taken) this.#takeBack(flight, wasInHand);
    if (this.#mode === 'driving') this.#readAhead.take(clock.now()); // nothing is read yet: this starts the first read
  }

  hasWork(): boolean {
    return this.#ready.length > 0 || (this.#startRoom() > 0 && this.#readAhead.hasMore);
  }

  async work(): Promise<void> {
    const { timeSlice: breath, ports } = this.#deps;
    // A commit, or a lane that paused beside this one, may have taken all of this breath: the host first.
    while (breath.isOver()) await breath.pause();
    this.#nowMs = ports.clock.now();
    for (;;) {
      this.#startUsers();
      const flight = this.#ready.shift();
      if (!flight) return;
      if (flight.state === 'ready') {
        const pending = this.#runTask(flight);
        // One slow task is a turn of its own; quick ones share one.
        if (pending && (await pending)) return;
      }
      if (breath.isSpent(this.#nowMs)) return breath.pause();
    }
  }

  /**
   * How many users may be taken up: as many as free lanes could serve, or the run's fair share of all
   * lanes when others hold them.
   */
  #startRoom(): number {
    if (this.#mode !== 'driving') return 0;
    const { lanes, load } = this.#deps;
    const share = Math.ceil(Math.min(lanes.concurrency, LIMITS.activeUsersMax) / lanes.clients);
    const free = Math.max(lanes.concurrency - lanes.busy, share - this.#busy);
    const forLanes = free - this.#ready.length - this.#starting;
    const forMemory = Math.max(LIMITS.activeUsersMax - load.activeUsers, share - this.#inFlight.size);
    if (forMemory <= 0) load.starved.add(this);
    return Math.min(forLanes, forMemory);
  }

  #startUsers(): void {
    for (let room = this.#startRoom(); room > 0; room--) {
      const flight = this.#readAhead.take(this.#nowMs);
      if (!flight) return;
      this.#takeUp(flight);
      if (this.#qualifies(flight)) {
        this.#starting += 1;
        this.#record(flight, { kind: 'start', atMs: this.#nowMs });
      } else this.#record(flight, { kind: 'cancel', atMs: this.#nowMs, runningSinceMs: null });
    }
  }

  /** The re-check just before a user is processed (domain §3.1). */
  #qualifies({ subject }: ActiveUser): boolean {
    if (subject === null) return false;
    return this.#qualification === null || this.#qualification.holds(subject, this.#run.scheduledAtMs);
  }

  /**
   * Runs the next task of a ready user. A promise: the lane is taken until it resolves, to whether the
   * handler took its time.
   */
  #runTask(flight: ActiveUser): Promise<boolean> | null {
    const bound = taskOf(this.#tasks, flight.user);
    const { ports, settings } = this.#deps;
    const { slots } = bound.handler;
    if (slots && flight.place === null) {
      if (!slots.take(() => this.#acceptPlace(flight, bound))) {
        flight.state = 'waiting';
        return null;
      }
      flight.place = slots;
    }
    flight.state = 'running';
    flight.runningSinceMs = this.#nowMs;
    const answer = callHandler(flight, bound, this.#info, ports.clock, settings.abortGraceMs);
    if (answer instanceof PendingCall) return this.#awaitTask(flight, bound, answer);
    this.#conclude(flight, bound, answer);
    freePlace(flight);
    return null;
  }

  async #awaitTask(flight: ActiveUser, bound: BoundTask, call: PendingCall): Promise<boolean> {
    const { lanes, unsettled } = this.#deps;
    const { place } = flight;
    const startedAtMs = this.#nowMs;
    flight.call = call;
    lanes.busy += 1;
    this.#busy += 1;
    // A handler that answers at once needs no second lane beside it; one that takes time does.
    let tookTime = false;
    queueMicrotask(() => {
      tookTime = !call.isSettled;
      if (tookTime) lanes.wake(this);
    });
    const verdict = await call.result;
    flight.call = null;
    flight.place = null;
    this.#conclude(flight, bound, verdict);
    if (!call.isSettled)
      await unsettled.laneOf({ call, run: this.#run, user: flight.user, bound, startedAtMs });
    lanes.busy -= 1;
    this.#busy -= 1;
    // Its place under the handler's own bound is kept: that bound protects what the handler works with.
    if (call.isSettled) place?.free();
    else void call.settled.then(() => place?.free());
    return tookTime;
  }

  #conclude(flight: ActiveUser, bound: BoundTask, verdict: CallResult): void {
    const { clock, random } = this.#deps.ports;
    this.#nowMs = clock.now();
    if (verdict.kind === 'suspended') {
      this.#suspend(flight, verdict.suspension);
      return;
    }
    const event = eventOf({
      bound,
      result: verdict,
      startedAtMs: flight.suspendedSinceMs ?? flight.runningSinceMs ?? this.#nowMs,
      nowMs: this.#nowMs,
      failures: flight.user.attempts?.failures ?? 0,
      mayRetry: !this.#isCanceling,
      random,
    });
    flight.runningSinceMs = null;
    flight.suspendedSinceMs = null;
    if (event !== null) this.#record(flight, event);
    else {
      this.#abandoned += 1;
      this.#letGo(flight);
    }
  }

  /** His task waits for somebody outside, who may have answered already. */
  #suspend(flight: ActiveUser, { sinceMs, untilMs }: Suspension): void {
    flight.runningSinceMs = null;
    flight.suspendedSinceMs = sinceMs;
    const isOver = flight.isWoken || this.#mode !== 'driving';
    flight.isWoken = false;
    if (isOver) this.#goOn(flight, true);
    else this.#wait(flight, Math.max(0, untilMs - this.#deps.ports.clock.now()));
  }

  /** Somebody outside has answered for user `no`. */
  wake(no: number): void {
    const flight = [...this.#inFlight].find(({ user }) => user.ordinal === no);
    if (flight?.state === 'running') flight.isWoken = true;
    if (flight?.state !== 'waiting' || flight.suspendedSinceMs === null) return;
    this.#waits.stop(flight);
    this.#goOn(flight, true);
  }

  recorded(flight: ActiveUser, event: UserEvent): void {
    if (event.kind === 'start') this.#starting -= 1;
    if (isTerminal(flight.user.processingStatus)) this.#letGo(flight);
    else if (event.kind === 'interrupted' && isWornOut(flight.user, this.#deps.settings)) {
      const task = taskOf(this.#tasks, flight.user);
      this.#record(flight, wornOut(flight.user, task, this.#deps.ports.clock.now()));
    } else this.#goOn(flight);
  }

  refused(flight: ActiveUser, event: UserEvent, code: Refusal): void {
    if (event.kind === 'start') this.#starting -= 1;
    // A start that came too late for a cancel is normal: the drain takes the user.
    else warnRefused(this.#deps.ports.logger, flight, event.kind, code);
    this.#letGo(flight);
  }

  runChanged(run: RunRecord): void {
    if (run.processingStatus === 'canceling') this.cancel();
    if (isTerminal(run.processingStatus)) this.end();
  }

  lost(error: unknown): void {
    if (this.#mode === 'ended') return;
    this.#deps.events.emit('engine.error', { error, during: 'driving', runId: this.runId });
    this.abort();
    this.end(true);
  }

  #takeUp(flight: ActiveUser): void {
    this.#inFlight.add(flight);
    this.#deps.load.activeUsers += 1;
  }

  /**
   * A user who was in progress when this engine, or another process, let go of the run. Whether his next
   * attempt had begun, nobody can tell, not even by its moment: clocks are set. So it counts.
   */
  #takeBack(flight: ActiveUser, wasInHand: boolean): void {
    this.#takeUp(flight);
    if (wasInHand) this.#record(flight, { kind: 'interrupted' });
    else this.#goOn(flight);
  }

  /** His state is committed and he is not final: on to his next attempt, when it may start. */
  #goOn(flight: ActiveUser, isDue = false): void {
    if (this.#mode === 'canceling') {
      const atMs = this.#deps.ports.clock.now();
      this.#record(flight, { kind: 'cancel', atMs, runningSinceMs: flight.suspendedSinceMs });
      return;
    }
    if (this.#mode !== 'driving') {
      this.#letGo(flight);
      return;
    }
    const waitMs = isDue ? 0 : restMs(flight, this.#tasks, this.#deps.ports.clock);
    if (waitMs > 0) this.#wait(flight, waitMs);
    else {
      flight.state = 'ready';
      this.#ready.push(flight);
      this.#deps.lanes.wake(this);
    }
  }

  #wait(flight: ActiveUser, waitMs: number): void {
    flight.state = 'waiting';
    this.#waits.start(flight, waitMs, () => this.#goOn(flight, true));
    if (this.isParked) this.#deps.parked();
  }

  /** Nothing can happen before a retry's moment: everybody in flight waits, and nobody is left to take up. */
  get isParked(): boolean {
    return this.#waits.count === this.#inFlight.size && this.#readAhead.isExhausted;
  }

  #acceptPlace(flight: ActiveUser, { handler }: BoundTask): boolean {
    if (flight.state !== 'waiting' || this.#mode !== 'driving') return false;
    flight.place = handler.slots;
    this.#goOn(flight, true);
    return true;
  }

  #record(flight: ActiveUser, event: UserEvent): void {
    if (this.#mode === 'ended') this.#letGo(flight);
    else {
      flight.state = 'recording';
      this.#line.record(flight, event);
    }
  }

  #letGo(flight: ActiveUser): void {
    if (flight.state === 'done') return;
    flight.state = 'done';
    this.#waits.stop(flight);
    freePlace(flight);
    if (this.#inFlight.delete(flight)) this.#deps.load.activeUsers -= 1;
    if (this.#inFlight.size === 0) this.#drained?.();
    this.#deps.lanes.wake(this);
    wakeStarved(this.#deps);
  }

  /** The run is canceling: nobody starts, nobody goes on, running handlers are told. */
  cancel(): void {
    this.#isCanceling = true;
    if (this.#mode !== 'driving') return;
    this.#mode = 'canceling';
    this.#readAhead.close();
    this.#ready.clear();
    for (const flight of [...this.#inFlight]) {
      if (flight.state === 'running') flight.call?.abort('cancel');
      if (flight.state !== 'ready' && flight.state !== 'waiting') continue;
      this.#waits.stop(flight);
      freePlace(flight);
      this.#goOn(flight);
    }
  }

  /** Takes nobody up any more; resolves when no handler is running and all that happened is recorded. */
  drain(): Promise<void> {
    if (this.#mode === 'driving' || this.#mode === 'canceling') this.#mode = 'stopping';
    this.#readAhead.close();
    this.#ready.clear();
    const drained = new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
    for (const flight of [...this.#inFlight]) {
      if (flight.state === 'ready' || flight.state === 'waiting') this.#letGo(flight);
    }
    if (this.#inFlight.size === 0) this.#drained?.();
    return drained;
  }

  /** Running handlers are aborted and, after the grace, abandoned. */
  abort(graceMs = this.#deps.settings.abortGraceMs): void {
    for (const flight of this.#inFlight) flight.call?.abort('stop', graceMs);
  }

  /** Whether no task can have been left half done. */
  get isClean(): boolean {
    return this.#abandoned === 0 && this.#inFlight.size === 0;
  }

  /** Lets go of the run; it is lost when nothing of it can be recorded any more. */
  end(isLost = false): void {
    if (this.#mode === 'ended') return;
    this.#mode = 'ended';
    this.#line.close();
    this.#readAhead.close();
    this.#ready.clear();
    for (const flight of [...this.#inFlight]) if (flight.state !== 'running') this.#letGo(flight);
    this.#deps.lanes.remove(this);
    this.#deps.load.starved.delete(this);
    this.#deps.ended(this, isLost);
  }
}
