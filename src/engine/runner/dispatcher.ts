/**
 * Decides which runs are driven: unfinished runs are queued, on demand before scheduled in the proportion 4 : 1,
 * and up to `LIMITS.runsDrivenMax` of them have a driver.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { pinnedVersion } from '../../ledger/context.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { removeUnpublished } from '../../ledger/planning/plan.ts';
import { drainAbandoned, freezeRuns } from '../../ledger/recording/cancel.ts';
import { type ClaimedRun, claimRuns, releaseRuns } from '../../ledger/recording/claim.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { PreviewFailedTask, Run } from '../../model/resources/resources.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { type BoundTask, type Handlers, previewOf } from '../handlers/handlers.ts';
import { UnsettledAttempts } from '../handlers/unsettled-attempts.ts';
import { Fifo } from '../lanes/fifo.ts';
import { Lanes } from '../lanes/lanes.ts';
import type { TimeSlice } from '../lanes/time-slice.ts';
import type { EnginePorts, EngineSettings } from '../settings.ts';
import type { DriverDeps } from './driver-deps.ts';
import { RunDriver } from './run-driver.ts';

/** Runs that are claimed in one commit. */
const CLAIMS_PER_COMMIT = 64;
/** Of five runs that get a driver, this many are on demand while both kinds wait. */
const ON_DEMAND_OF_FIVE = 4;
const BINDINGS_KEPT_MAX = 1_000;
const RETRY_MS = 1_000;

interface Binding {
  readonly workflow: Workflow;
  readonly tasks: readonly BoundTask[];
}

interface Driven {
  readonly driver: RunDriver;
  readonly claim: number;
}

/** The dispatcher of an engine. */
export class Dispatcher {
  readonly #ledger: Ledger;
  readonly #ports: EnginePorts;
  readonly #handlers: Handlers;
  readonly #deps: DriverDeps;
  /** Attempts that were given up and have not settled. */
  readonly unsettled: UnsettledAttempts;
  readonly #waiting = { onDemand: new Fifo<string>(), scheduled: new Fifo<string>() };
  readonly #driven = new Map<string, Driven>();
  /** Queues of the runs that wait or are being claimed. */
  readonly #queued = new Map<string, Fifo<string>>();
  readonly #bindings = new Map<string, Promise<Binding>>();
  /** Runs that this engine has lost: their handlers may still be running, so only the next engine resumes them. */
  readonly #lost = new Set<string>();
  #opened = 0;
  #isOpen = false;
  #pumping: Promise<void> | null = null;

  constructor(
    ledger: Ledger,
    ports: EnginePorts,
    settings: EngineSettings,
    handlers: Handlers,
    timeSlice: TimeSlice,
  ) {
    this.#ledger = ledger;
    this.#ports = ports;
    this.#handlers = handlers;
    const { events } = ledger.context;
    this.unsettled = new UnsettledAttempts(settings.handlersUnsettledMax, events);
    this.#deps = {
      ports,
      settings,
      recorder: ledger.recorder,
      lanes: new Lanes(settings.concurrency, (error) =>
        events.emit('engine.error', { error, during: 'a lane' }),
      ),
      unsettled: this.unsettled,
      timeSlice,
      events,
      load: { activeUsers: 0, starved: new Set() },
      ended: (driver, isLost) => {
        this.#driven.delete(driver.runId);
        if (isLost) this.#lost.add(driver.runId);
        this.#pump();
      },
      parked: () => {
        if (this.#waitingCount > 0) this.#pump();
      },
    };
  }

  /** Queues every unfinished run of the store, and starts those that wait. */
  async start(): Promise<void> {
    this.#isOpen = true;
    const { context } = this.#ledger;
    await this.#freezeDisabled();
    for (const run of await this.#ports.store.listUnfinishedRuns()) {
      if (!this.#isOpen) return;
      if (context.planning.has(run.id) || this.#driven.has(run.id)) continue;
      if (!run.published) await removeUnpublished(context, run);
      else if (run.driver !== 'engine') continue;
      else this.enqueue(run);
    }
    this.#pump();
  }

  /** Queues a run for a driver. */
  enqueue(run: Pick<Run, 'id' | 'workflowExecutionType'>): void {
    if (this.#queued.has(run.id) || this.#driven.has(run.id) || this.#lost.has(run.id)) return;
    const queue =
      run.workflowExecutionType === 'scheduled' ? this.#waiting.scheduled : this.#waiting.onDemand;
    this.#queued.set(run.id, queue);
    queue.push(run.id);
    this.#pump();
  }

  /** Whether runs are waiting for a driver, or have one. */
  get isBusy(): boolean {
    return (
      this.#driven.size + this.#waiting.onDemand.length + this.#waiting.scheduled.length > 0 ||
      this.#pumping !== null
    );
  }

  /** Notifies the driver of a run that is canceling, or has ended without it. */
  cancel(runId: string): void {
    this.#driven.get(runId)?.driver.cancel();
  }

  /** Notifies the driver of an answer from outside for the user at `ordinal`. */
  wake(runId: string, ordinal: number): void {
    this.#driven.get(runId)?.driver.wake(ordinal);
  }

  end(runId: string): void {
    this.#driven.get(runId)?.driver.end();
  }

  /** The version that a run has pinned, with its handlers. @throws LifecycleError as `Handlers.bind`. */
  async bind(workflow: Workflow): Promise<readonly BoundTask[]> {
    return (await this.#binding(workflow)).tasks;
  }

  /** Enabled tasks that cannot be run as they are, each with the reason. */
  async failuresOf(workflow: Workflow): Promise<readonly PreviewFailedTask[]> {
    const failures: PreviewFailedTask[] = [];
    for (const task of enabledTasks(workflow)) {
      const reason = await this.#handlers.bind({ ...workflow, tasks: [task] }).then(() => null, messageOf);
      if (reason === null) continue;
      const { id: taskId, taskDefinitionId: definitionId, displayName: name } = task;
      failures.push({ taskId, definitionId, name, failureReason: reason });
    }
    return failures;
  }

  /** Starts no more runs. */
  close(): void {
    this.#isOpen = false;
    this.#waiting.onDemand.clear();
    this.#waiting.scheduled.clear();
    this.#queued.clear();
  }

  /**
   * Drains: no run starts, running handlers may end. Unfinished runs stay in the store. May take forever, when a
   * handler, the store or the directory does: the caller bounds it by {@link abort} and {@link abandon}.
   */
  async drain(): Promise<void> {
    this.close();
    const driven = [...this.#driven.values()];
    await Promise.all([this.#pumping, ...driven.map(({ driver }) => driver.drain())]);
    const clean = driven.filter(({ driver }) => driver.isClean && this.#driven.has(driver.runId));
    await this.#release(clean.map(({ driver, claim }) => ({ runId: driver.runId, claim })));
  }

  /** Aborts running handlers; those that have not settled after `graceMs` are abandoned. */
  abort(graceMs: DurationMs): void {
    for (const { driver } of this.#driven.values()) driver.abort(graceMs);
  }

  /** Releases every run, whatever its state. */
  abandon(): void {
    for (const { driver } of [...this.#driven.values()]) driver.end();
  }

  /** Hands runs back. When that fails they count as interrupted at the next start, which is safe. */
  async #release(claims: readonly { readonly runId: string; readonly claim: number }[]): Promise<void> {
    try {
      await releaseRuns(this.#ledger.context, claims);
    } catch (error) {
      this.#ledger.context.events.emit('engine.error', { error, during: 'handing runs back' });
    }
  }

  /** A process may have died between disabling a workflow and canceling its runs (r9). */
  async #freezeDisabled(): Promise<void> {
    for (const { workflow } of await this.#ports.store.listWorkflows()) {
      const isFrozen = !workflow.isEnabled || workflow.deletedDateTime !== null;
      if (isFrozen) await freezeRuns(this.#ledger.cancellation, workflow.id, 'all');
    }
  }

  #pump(): void {
    if (!this.#isOpen || this.#pumping) return;
    this.#pumping = this.#fill().finally(() => {
      this.#pumping = null;
      // Runs may have been queued after the last check.
      if (this.#waitingCount > 0 && this.#room > 0) this.#pump();
    });
  }

  get #waitingCount(): number {
    return this.#waiting.onDemand.length + this.#waiting.scheduled.length;
  }

  async #fill(): Promise<void> {
    for (;;) {
      const ids = this.#isOpen ? this.#nextIds(Math.min(this.#room, CLAIMS_PER_COMMIT)) : [];
      if (ids.length === 0) return;
      try {
        for (const claimed of await claimRuns(this.#ledger.context, ids, this.#deps.settings.noOp))
          await this.#drive(claimed);
        for (const id of ids) this.#queued.delete(id);
      } catch (error) {
        this.#ledger.context.events.emit('engine.error', { error, during: 'claiming runs' });
        await new Promise<void>((resolve) => this.#ports.clock.setTimer(RETRY_MS, resolve));
        for (const id of ids) this.#queued.get(id)?.push(id);
      }
    }
  }

  /** Number of drivers that may be added; those that only wait for a retry are not counted. */
  get #room(): number {
    let active = 0;
    for (const { driver } of this.#driven.values()) if (!driver.isParked) active += 1;
    return Math.min(LIMITS.runsDrivenMax - active, LIMITS.runsParkedMax - this.#driven.size);
  }

  #nextIds(room: number): string[] {
    const { onDemand, scheduled } = this.#waiting;
    const ids: string[] = [];
    while (ids.length < room) {
      this.#opened += 1;
      const first = this.#opened % 5 < ON_DEMAND_OF_FIVE ? onDemand : scheduled;
      const id = first.shift() ?? onDemand.shift() ?? scheduled.shift();
      if (id === undefined) return ids;
      ids.push(id);
    }
    return ids;
  }

  async #drive({ run, wasInHand }: ClaimedRun): Promise<void> {
    const { context, cancellation } = this.#ledger;
    // The engine was stopped during the claim.
    if (!this.#isOpen) return wasInHand ? undefined : this.#release([{ runId: run.id, claim: run.claim }]);
    try {
      if (run.processingStatus === 'canceling') return await drainAbandoned(cancellation, run.id);
      const workflow = await pinnedVersion(this.#ports.store, run);
      const { tasks } = await this.#binding(workflow);
      const isPreview = run.workflowExecutionType === 'preview';
      const driver = new RunDriver(this.#deps, run, workflow, isPreview ? tasks.map(previewOf) : tasks);
      this.#driven.set(run.id, { driver, claim: run.claim });
      await driver.start(wasInHand);
      this.#queued.delete(run.id);
    } catch (error) {
      this.#queued.delete(run.id);
      // For instance a run whose handlers are missing: it stays in the store, and the next start retries.
      context.events.emit('engine.error', { error, during: 'taking up a run', runId: run.id });
      this.#driven.get(run.id)?.driver.end();
      if (!wasInHand) await this.#release([{ runId: run.id, claim: run.claim }]);
      if (LifecycleError.is(error) && !error.retryable) return;
      this.#ports.clock.setTimer(RETRY_MS, () => {
        if (this.#isOpen) this.enqueue(run);
      });
    }
  }

  #binding(workflow: Workflow): Promise<Binding> {
    // A version changes only in its names, and then in its date too.
    const key = JSON.stringify([workflow.id, workflow.version, workflow.lastModifiedDateTime]);
    const known = this.#bindings.get(key);
    if (known) return known;
    if (this.#bindings.size >= BINDINGS_KEPT_MAX) this.#bindings.clear();
    const binding = this.#handlers.bind(workflow).then((tasks) => ({ workflow, tasks }));
    this.#bindings.set(key, binding);
    // An error is not cached: its caller gets it, and the next call binds once more.
    binding.catch(() => this.#bindings.delete(key));
    return binding;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
