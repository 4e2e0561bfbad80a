/**
 * Decides which slices of runs are driven: it takes them from the source of work, claims them in the store, and gives
 * up to `LIMITS.runsDrivenMax` of them a driver.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { pinnedVersion } from '../../ledger/context.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { cancelSlice } from '../../ledger/recording/cancel.ts';
import type { Collector } from '../../metrics/collector.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { ClaimedSlice, SliceKey } from '../../model/slices.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../ports/store.ts';
import type { WorkSource, WorkTicket } from '../../ports/work-source.ts';
import { SLICE_BOUNDS, usersLeft } from '../../rules/status/slice.ts';
import { Bindings } from '../bindings.ts';
import { type BoundTask, type Handlers, nameOf, previewOf } from '../handlers/handlers.ts';
import { UnsettledAttempts } from '../handlers/unsettled-attempts.ts';
import { Lanes } from '../lanes/lanes.ts';
import type { TimeSlice } from '../lanes/time-slice.ts';
import { RunPauses } from '../news/run-pauses.ts';
import type { EnginePorts, EngineSettings } from '../settings.ts';
import type { DriverDeps } from './driver-deps.ts';
import { LeaseRenewal } from './lease-renewal.ts';
import { LeftOvers } from './left-overs.ts';
import { SliceDriver } from './slice-driver.ts';

/** Slices that are claimed in one commit. */
const CLAIMS_PER_COMMIT = 64;
const RETRY_MS = 1_000;
/** As {@link CLAIMS_PER_COMMIT}, beside other processes: how many users a slice has is a guess until it is claimed. */
const CLAIMS_PER_COMMIT_SHARED = 8;
/** Users that a process holds beside others, per lane: enough that no lane waits for the next claim. */
const USERS_PER_LANE = 2;

interface Driven {
  readonly driver: SliceDriver;
  readonly ticket: WorkTicket;
}

/** The dispatcher of an engine. */
export class Dispatcher {
  readonly #ledger: Ledger;
  readonly #ports: EnginePorts;
  readonly #work: WorkSource;
  /** Names this engine in a store that several share. */
  readonly holder: string;
  readonly #deps: DriverDeps;
  readonly #leftOvers: LeftOvers;
  /** Attempts that were given up and have not settled. */
  readonly unsettled: UnsettledAttempts;
  /** Runs that are paused by their workflow. */
  readonly pauses: RunPauses;
  /** By run and number of the slice. */
  readonly #driven = new Map<string, Map<number, Driven>>();
  readonly #bindings: Bindings;
  /**
   * Runs that this engine does not drive: it has lost them, and their handlers may still be running, or has no handlers
   * for them. The next engine takes them up.
   */
  readonly #refused = new Set<string>();
  #drivenCount = 0;
  /** Users of the largest slice that was claimed last: the next one probably has as many. */
  #usersOfSlice: number = SLICE_BOUNDS.max;
  #isOpen = false;
  /** Whether there may be work that was not looked at. */
  #mayHaveWork = false;
  #pumping: Promise<void> | null = null;
  readonly #renewal: LeaseRenewal;

  constructor(
    ledger: Ledger,
    ports: EnginePorts,
    settings: EngineSettings,
    handlers: Handlers,
    timeSlice: TimeSlice,
    work: WorkSource,
    collector: Collector,
  ) {
    this.#work = work;
    this.holder = ports.store.slices ? ports.ids.guid() : '';
    this.#ledger = ledger;
    this.#ports = ports;
    this.#bindings = new Bindings(handlers);
    this.#leftOvers = new LeftOvers(ledger, { store: ports.store, clock: ports.intervals ?? ports.clock });
    const { events } = ledger.context;
    this.unsettled = new UnsettledAttempts(settings.handlersUnsettledMax, events);
    this.#deps = {
      ports,
      settings,
      recorder: ledger.recorder,
      collector,
      lanes: new Lanes(settings.concurrency, (error) =>
        events.emit('engine.error', { error, during: 'runningLane' }),
      ),
      unsettled: this.unsettled,
      timeSlice,
      events,
      load: { activeUsers: 0, starved: new Set() },
      ended: (driver, isLost) => {
        this.#forget(driver);
        if (isLost && !this.#isShared) this.#refused.add(driver.runId);
        this.#pump();
      },
      eased: () => this.#pump(),
    };
    this.pauses = new RunPauses({
      ...ports,
      events,
      isShared: this.#isShared,
      drivers: () => this.#all().map(({ driver }) => driver),
    });
    this.#renewal = new LeaseRenewal({
      clock: ports.intervals ?? ports.clock,
      events,
      slices: ledger.recorder.slices,
      work,
      driven: () => this.#all(),
      goesOn: () => this.#isOpen || this.#drivenCount > 0,
    });
  }

  /** Lanes of this engine. */
  get lanes(): Pick<Lanes, 'busy' | 'concurrency'> {
    return this.#deps.lanes;
  }

  /** The tasks that wait for an answer from outside, by the names of their definitions. */
  readonly tasksSuspended = (): readonly string[] =>
    this.#all().flatMap(({ driver }) =>
      driver.suspended.map(({ taskDefinitionId }) => nameOf(taskDefinitionId)),
    );

  /** Begins: clears what other processes left half done, and takes up unfinished runs. */
  async start(): Promise<void> {
    this.#isOpen = true;
    await this.#leftOvers.open();
    if (!this.#isOpen) return;
    await this.#work.open({
      mayBeWork: () => this.mayBeWork(),
      failed: (error) => this.#ledger.context.events.emit('engine.error', { error, during: 'findingWork' }),
    });
    if (this.#isShared) this.#renewal.start();
    this.pauses.open();
    this.mayBeWork();
  }

  /** A run was published by this engine: it is driven when it is its turn. */
  enqueue(run: Pick<Run, 'id' | 'workflowExecutionType'>): void {
    if (this.#isOpen && !this.#refused.has(run.id)) this.#work.published(run);
  }

  /** There may be work that was not looked at. */
  mayBeWork(): void {
    this.#mayHaveWork = true;
    this.#pump();
  }

  /** Notifies the source of work in the transaction that ends slices. */
  async ended(tx: StoreTransaction, keys: readonly SliceKey[]): Promise<void> {
    const tickets = keys.flatMap(({ runId, slice }) => this.#driven.get(runId)?.get(slice)?.ticket ?? []);
    if (tickets.length > 0) await this.#work.complete(tx, tickets);
  }

  /** Notifies the drivers of a run that is canceling, or has ended without them. */
  cancel(runId: string): void {
    // No handler is needed to cancel slices whose holder has died.
    if (this.#isShared) this.#refused.delete(runId);
    for (const { driver } of this.#driversOf(runId)) driver.cancel();
  }

  /** Notifies the drivers of a run of an answer from outside for the user at `ordinal`. */
  wake(runId: string, ordinal: number): void {
    for (const { driver } of this.#driversOf(runId)) driver.wake(ordinal);
  }

  end(runId: string): void {
    for (const { driver } of this.#driversOf(runId)) driver.end();
  }

  /** The version that a run has pinned, with its handlers. @throws LifecycleError as `Handlers.bind`. */
  bind(workflow: Workflow): Promise<readonly BoundTask[]> {
    return this.#bindings.of(workflow);
  }

  /** Takes up no more slices. Those that are driven stay held, in {@link drain} until their handlers have ended. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#leftOvers.close();
    this.pauses.close();
    try {
      await this.#work.close();
    } catch (error) {
      this.#ledger.context.events.emit('engine.error', { error, during: 'closing' });
    }
  }

  /**
   * Drains: no slice is taken up, running handlers may end. Unfinished runs stay in the store. May take forever, when a
   * handler, the store or the directory does: the caller bounds it by {@link abort} and {@link abandon}.
   */
  async drain(): Promise<void> {
    this.#isOpen = false;
    const driven = this.#all();
    await Promise.all([this.#pumping, ...driven.map(({ driver }) => driver.drain())]);
    const clean = driven.filter(
      ({ driver }) => driver.isClean && this.#driven.get(driver.runId)?.has(driver.slice),
    );
    await this.#release(clean);
  }

  /** Aborts running handlers; those that have not settled after `graceMs` are abandoned. */
  abort(graceMs: DurationMs): void {
    for (const { driver } of this.#all()) driver.abort(graceMs);
  }

  /** Ends, after a {@link drain} or in its place: releases every slice, whatever its state. */
  abandon(): void {
    void this.close();
    this.#renewal.stop();
    for (const { driver } of this.#all()) driver.end();
  }

  /** Hands slices back. When that fails they count as interrupted when they are taken up, which is safe. */
  async #release(driven: readonly Driven[]): Promise<void> {
    try {
      await this.#ledger.recorder.slices.release(driven.map(({ driver }) => driver.held));
      for (const { ticket } of driven) await this.#work.giveBack(ticket, this.#ports.clock.now());
    } catch (error) {
      this.#ledger.context.events.emit('engine.error', { error, during: 'handingRunsBack' });
    }
  }

  #pump(): void {
    if (!this.#isOpen || this.#pumping || !this.#mayHaveWork || this.#room === 0) return;
    this.#pumping = this.#fill().finally(() => {
      this.#pumping = null;
      this.#pump();
    });
  }

  async #fill(): Promise<void> {
    const { clock } = this.#ports;
    const { context, recorder } = this.#ledger;
    while (this.#isOpen && this.#room > 0) {
      const tickets: WorkTicket[] = [];
      try {
        this.#mayHaveWork = false;
        tickets.push(...(await this.#work.take(this.#room)));
        if (tickets.length === 0) return;
        this.#mayHaveWork = true;
        await this.#acceptCanceled(tickets);
        const ours = tickets.filter((ticket) => this.#isWanted(ticket));
        for (const ticket of tickets) if (!ours.includes(ticket)) await this.#decline(ticket);
        const claim = {
          holder: this.holder,
          leaseMs: LIMITS.sliceLeaseMs,
          isNoOp: this.#deps.settings.noOp,
          nowMs: clock.now(),
        };
        const claimed = ours.length === 0 ? [] : await recorder.slices.claim(ours, claim);
        const sizes = claimed.flatMap((answer) =>
          typeof answer === 'object' ? usersLeft(answer.slice) : [],
        );
        if (sizes.length > 0) this.#usersOfSlice = Math.max(1, ...sizes);
        const versions = new Map<string, Promise<Workflow>>();
        for (const [index, answer] of claimed.entries()) {
          const ticket = ours[index] as WorkTicket;
          if (answer === 'gone') await this.#work.drop(ticket);
          else if (answer === 'held') await this.#work.giveBack(ticket, clock.now() + LIMITS.sliceLeaseMs);
          else await this.#drive(ticket, answer, versions);
        }
      } catch (error) {
        context.events.emit('engine.error', { error, during: 'claimingRuns' });
        this.#mayHaveWork = true;
        await new Promise<void>((resolve) => clock.setTimer(RETRY_MS, resolve));
        await this.#giveBackAll(tickets);
      }
    }
  }

  /** A source that fails, too, finds them when it is swept. */
  async #giveBackAll(tickets: readonly WorkTicket[]): Promise<void> {
    const { clock } = this.#ports;
    try {
      for (const ticket of tickets)
        if (!this.#isDriven(ticket)) await this.#work.giveBack(ticket, clock.now());
    } catch (error) {
      this.#ledger.context.events.emit('engine.error', { error, during: 'handingRunsBack' });
    }
  }

  /** The news of a cancel can be lost: a run that was refused for its handlers needs none to be canceled. */
  async #acceptCanceled(tickets: readonly WorkTicket[]): Promise<void> {
    if (!this.#isShared || this.#refused.size === 0) return;
    for (const runId of new Set(tickets.map((ticket) => ticket.runId))) {
      if (!this.#refused.has(runId)) continue;
      const run = await this.#ports.store.getRun(runId);
      if (run?.processingStatus === 'canceling') this.#refused.delete(runId);
    }
  }

  async #decline(ticket: WorkTicket): Promise<void> {
    if (this.#isDriven(ticket)) await this.#work.drop(ticket);
    else if (this.#isShared) await this.#work.giveBack(ticket, this.#ports.clock.now() + LIMITS.sliceLeaseMs);
  }

  /** Number of slices that may be claimed at once; drivers that only wait for a retry take up no room. */
  get #room(): number {
    let active = 0;
    let users = 0;
    for (const ofRun of this.#driven.values()) {
      for (const { driver } of ofRun.values()) {
        if (driver.isParked) continue;
        active += 1;
        users += usersLeft(driver.held);
      }
    }
    const room = Math.min(LIMITS.runsDrivenMax - active, LIMITS.runsParkedMax - this.#drivenCount);
    if (!this.#isShared) return Math.max(0, Math.min(room, CLAIMS_PER_COMMIT));
    // Other processes want to have work, too.
    const missing = USERS_PER_LANE * this.#deps.settings.concurrency - users;
    return Math.max(0, Math.min(room, CLAIMS_PER_COMMIT_SHARED, Math.ceil(missing / this.#usersOfSlice)));
  }

  /** @param versions workflows of runs that were claimed together: a run is claimed many slices at a time. */
  async #drive(
    ticket: WorkTicket,
    claimed: ClaimedSlice,
    versions: Map<string, Promise<Workflow>>,
  ): Promise<void> {
    const { context, recorder } = this.#ledger;
    const { run, slice, wasInHand } = claimed;
    // The engine was stopped during the claim.
    if (!this.#isOpen) {
      if (!wasInHand) await recorder.slices.release([slice]);
      return;
    }
    try {
      if (slice.canceling) {
        await cancelSlice(context, recorder.slices, claimed);
        return await this.#work.drop(ticket);
      }
      const version = versions.get(run.id) ?? pinnedVersion(this.#ports.store, run);
      versions.set(run.id, version);
      const workflow = await version;
      const tasks = await this.#bindings.of(workflow);
      const isPreview = run.workflowExecutionType === 'preview';
      const driver = new SliceDriver(this.#deps, claimed, workflow, isPreview ? tasks.map(previewOf) : tasks);
      this.#remember(driver, ticket);
      await this.pauses.look([driver]);
      await driver.start(wasInHand);
    } catch (error) {
      // For instance a run whose handlers are missing: it stays in the store, for the next start or another process.
      context.events.emit('engine.error', { error, during: 'takingUpRun', runId: run.id });
      this.#driven.get(run.id)?.get(slice.slice)?.driver.end();
      if (!wasInHand) await recorder.slices.release([slice]);
      if (LifecycleError.is(error) && !error.retryable) this.#refused.add(run.id);
      else await this.#work.giveBack(ticket, this.#ports.clock.now() + RETRY_MS);
    }
  }

  get #isShared(): boolean {
    return this.#ports.store.slices !== undefined;
  }

  #remember(driver: SliceDriver, ticket: WorkTicket): void {
    const ofRun = this.#driven.get(driver.runId) ?? new Map<number, Driven>();
    this.#driven.set(driver.runId, ofRun.set(driver.slice, { driver, ticket }));
    this.#drivenCount += 1;
  }

  #forget({ runId, slice }: SliceKey): void {
    const ofRun = this.#driven.get(runId);
    if (!ofRun?.delete(slice)) return;
    this.#drivenCount -= 1;
    if (ofRun.size === 0) this.#driven.delete(runId);
  }

  /** Of a paused run this process holds no more slices than it did: others may go on with them first. */
  #isWanted(ticket: WorkTicket): boolean {
    if (this.#isDriven(ticket) || this.#refused.has(ticket.runId)) return false;
    return !this.#driversOf(ticket.runId).some(({ driver }) => driver.isPaused);
  }

  #isDriven({ runId, slice }: SliceKey): boolean {
    return this.#driven.get(runId)?.has(slice) ?? false;
  }

  #driversOf(runId: string): readonly Driven[] {
    return [...(this.#driven.get(runId)?.values() ?? [])];
  }

  #all(): readonly Driven[] {
    return [...this.#driven.values()].flatMap((ofRun) => [...ofRun.values()]);
  }
}
