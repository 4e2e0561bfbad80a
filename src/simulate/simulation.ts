/**
 * One simulation: the production engine on virtual time. It moves the clock from one event to the next, applies the
 * process windows, and removes runs that are finished and measured.
 */

import { LifecycleError } from '../errors/lifecycle-error.ts';
import { checkStore } from '../ledger/check.ts';
import { LIMITS } from '../model/limits.ts';
import { DAY_MS, type DurationMs, type EpochMs, SECOND_MS } from '../model/time.ts';
import type { Store } from '../ports/store.ts';
import type { Violation } from '../rules/invariants/invariants.ts';
import { slotStart } from '../rules/schedule/slots.ts';
import { memoryStore } from '../stores/memory/memory-store.ts';
import { type VirtualClock, virtualClock } from '../system/virtual/virtual-clock.ts';
import { Calendar } from './metrics/calendar.ts';
import { Delays } from './metrics/delays.ts';
import { type Buckets, bucketsOf } from './metrics/gauge.ts';
import { Metrics } from './metrics/metrics.ts';
import { limitsOf } from './process/behaviour.ts';
import { DrawKeys } from './process/draw-keys.ts';
import { keepHistory } from './process/history.ts';
import { observedStore } from './process/observed-store.ts';
import { OnDemand } from './process/on-demand.ts';
import { ProcessGroup } from './process/process-group.ts';
import type { SimulatedProcess } from './process/simulated-process.ts';
import {
  catchUpMsOf,
  concurrencyOf,
  intervalMsOf,
  processesOf,
  type ReadScenario,
  type ReadWindow,
} from './scenario/read-scenario.ts';
import type { SimulationOptions } from './simulation-options.ts';
import { Trace } from './trace/trace.ts';
import { arrivalsOf } from './world/arrivals.ts';
import { type Change, openPopulation } from './world/population.ts';
import { type SimulatedDirectory, simulatedDirectory } from './world/simulated-directory.ts';

/** Finished runs, or users in them, that are kept in the store before a batch is removed. */
const FINISHED_RUNS_MAX = 256;
const FINISHED_USERS_MAX = 4_096;
const PROGRESS_STEPS = 400;
/** With a larger clock error, the process looks for people on days that the index does not expect. */
const INDEX_SKEW_MAX_MS = 7 * DAY_MS;

/** A simulation; `run` may be called once. */
export class Simulation {
  readonly #read: ReadScenario;
  readonly #options: SimulationOptions;
  readonly #seed: number;
  readonly #clock: VirtualClock;
  readonly #store: Store;
  readonly #observed: Store;
  readonly #drawKeys = new DrawKeys();
  readonly #errors = new Map<string, { readonly during: string; readonly code: string; count: number }>();
  readonly #violations: Violation[] = [];
  readonly buckets: Buckets;
  readonly trace: Trace;
  readonly calendar: Calendar;
  readonly metrics: Metrics;
  readonly delays: Delays;
  readonly changes = { entered: 0, moved: 0, leaving: 0, removed: 0 };
  peopleAtStart = 0;
  /** People among them whose first day is still to come. */
  startingLater = 0;
  #directory: SimulatedDirectory | null = null;
  #processes: ProcessGroup | null = null;
  #onDemand: OnDemand | null = null;
  /** Moments at which the dates of people who joined or gave notice since the start were entered in the directory. */
  readonly #knownSince = new Map<string, EpochMs>();
  #movedSlotMs: EpochMs;
  #reportedMs: EpochMs;

  constructor(read: ReadScenario, options: SimulationOptions) {
    const { startMs, endMs } = read;
    this.#read = read;
    this.#options = options;
    this.#seed = options.seed ?? 1;
    this.#clock = virtualClock(startMs);
    this.#movedSlotMs = startMs;
    this.#reportedMs = startMs;
    this.buckets = bucketsOf(startMs, endMs);
    const processes = processesOf(read.scenario);
    this.#store = memoryStore({ slices: processes > 1 });
    this.trace = new Trace(options.onTrace);
    this.calendar = new Calendar(read.zone);
    this.delays = new Delays({
      now: () => this.now(),
      concurrency: concurrencyOf(read.scenario),
      processes,
      callsPerSecond: read.scenario.capacity?.callsPerSecond ?? null,
      limitsOf: limitsOf(read.scenario.tasks ?? {}, processes),
    });
    this.metrics = new Metrics({
      now: () => this.now(),
      trace: this.trace,
      calendar: this.calendar,
      buckets: this.buckets,
      delays: this.delays,
      processNow: () => this.#clock.now(),
      knownSince: (subjectId) => this.#knownSince.get(subjectId) ?? startMs,
      personal: (drawKey, subjectId) => this.#drawKeys.personal(drawKey, subjectId),
      onRun: options.onRun,
      onUser: options.onUser,
    });
    this.#observed = observedStore(this.#store, (writes) => {
      this.#processes?.wrote(writes);
      this.metrics.committed(writes);
    });
  }

  /** The world's present time; a process whose clock was set sees another one. */
  now(): EpochMs {
    return this.#read.startMs + this.#clock.elapsed();
  }

  get calls(): number {
    return this.#processes?.calls ?? 0;
  }

  /** Virtual time of all calls, ms. */
  get callsMs(): DurationMs {
    return this.#processes?.callsMs ?? 0;
  }

  get processes(): readonly Pick<SimulatedProcess, 'no' | 'calls' | 'callsMs' | 'busyMax'>[] {
    return this.#processes?.all ?? [];
  }

  get people(): number {
    return this.#directory?.size ?? 0;
  }

  get errors(): readonly { readonly during: string; readonly code: string; readonly count: number }[] {
    return [...this.#errors.values()];
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  async run(): Promise<void> {
    const { scenario, endMs } = this.#read;
    const { processes, onDemand } = await this.#populate();
    this.trace.add(
      this.now(),
      `scenario ${JSON.stringify(scenario.name)} seed ${this.#seed} people ${this.peopleAtStart}`,
    );
    const engine = processes.all[0].open();
    for (const one of this.#read.workflows) {
      const workflow = await this.#clock.until(engine.workflows.create(one.draft));
      this.#drawKeys.add(one, workflow);
      this.metrics.addWorkflow({ key: one.key, workflow });
    }
    await processes.start();
    for (const { atMs, act } of this.#agenda(processes, onDemand)) {
      await this.#advanceTo(atMs);
      await act();
    }
    await this.#advanceTo(endMs);
    await this.#end();
  }

  // --- the beginning -----------------------------------------------------------------------------

  async #populate(): Promise<{ readonly processes: ProcessGroup; readonly onDemand: OnDemand }> {
    const skewMs = this.#read.windows.reduce(
      (sum, { window }) => sum + (window.kind === 'clockJump' ? Math.abs(window.bySeconds) * SECOND_MS : 0),
      0,
    );
    const population = await openPopulation(this.#read, this.#seed);
    const directory = simulatedDirectory({
      population,
      now: () => this.now(),
      workflows: this.#read.workflows.map(({ draft }) => draft),
      catchUpMs: catchUpMsOf(this.#read.scenario),
      slotAgeMaxMs: this.#read.windows.length > 0 ? catchUpMsOf(this.#read.scenario) : 0,
      skewMaxMs: skewMs,
      isIndexed: !this.#options.scansAllPeople && skewMs <= INDEX_SKEW_MAX_MS,
      onChange: (change) => this.#changed(change),
    });
    this.#directory = directory;
    this.peopleAtStart = directory.size;
    this.startingLater = directory.size - population.initial.length;
    const processes = new ProcessGroup({
      read: this.#read,
      seed: this.#seed,
      clock: this.#clock,
      now: () => this.now(),
      store: this.#observed,
      directory,
      drawKeys: this.#drawKeys,
      metrics: this.metrics,
      delays: this.delays,
      trace: this.trace,
      calendar: this.calendar,
      failed: (during, error) => this.#failed(during, error),
    });
    const onDemand = new OnDemand({
      scenario: this.#read.scenario,
      clock: this.#clock,
      directory,
      processes,
      metrics: this.metrics,
      failed: (during, error) => this.#failed(during, error),
    });
    this.#processes = processes;
    this.#onDemand = onDemand;
    return { processes, onDemand };
  }

  // --- time --------------------------------------------------------------------------------------

  #agenda(
    processes: ProcessGroup,
    onDemand: OnDemand,
  ): readonly { readonly atMs: EpochMs; readonly act: () => Promise<void> }[] {
    const { windows, startMs, endMs, momentOf } = this.#read;
    const activations = this.#drawKeys.workflows.flatMap((one) =>
      (one.entry.activations ?? []).map(({ at, rule, limit }, index) => ({
        atMs: momentOf(at),
        act: () => onDemand.byRule(one, `activation ${index + 1}`, rule, limit),
      })),
    );
    const arrivals = this.#drawKeys.workflows.flatMap((one) =>
      arrivalsOf(one, startMs, endMs, this.#seed).map(({ atMs, draw }, index) => ({
        atMs,
        act: () => onDemand.anyone(one, `arrival ${index + 1}`, draw),
      })),
    );
    const processEvents = windows.flatMap((window) => {
      const begins = { atMs: window.fromMs, act: () => this.#beginWindow(processes, window) };
      if (window.window.kind !== 'off') return [begins];
      const { no } = window.window;
      return [begins, { atMs: window.untilMs, act: () => processes.restart(no) }];
    });
    return [...activations, ...arrivals, ...processEvents]
      .filter(({ atMs }) => atMs >= startMs && atMs <= endMs)
      .sort((a, b) => a.atMs - b.atMs);
  }

  async #advanceTo(worldMs: EpochMs): Promise<void> {
    for (;;) {
      const waitMs = this.#clock.nextTimerInMs;
      if (waitMs === null || this.now() + waitMs > worldMs) break;
      await this.#clock.step();
      await this.#tidyUp();
    }
    await this.#clock.advance(Math.max(0, worldMs - this.now()));
    await this.#tidyUp();
  }

  /** After each instant: applies directory changes, activates moved people, removes finished runs, reports progress. */
  async #tidyUp(): Promise<void> {
    const nowMs = this.now();
    this.#directory?.advanceTo(nowMs);
    const slotMs = slotStart(nowMs, intervalMsOf(this.#read.scenario));
    if (slotMs > this.#movedSlotMs && this.#processes?.engine) {
      this.#movedSlotMs = slotMs;
      for (const one of this.#drawKeys.workflows) await this.#onDemand?.moved(one);
    }
    const { finished, finishedUsers } = this.metrics;
    if (finished.length >= FINISHED_RUNS_MAX || finishedUsers >= FINISHED_USERS_MAX)
      await this.#removeFinished();
    const { startMs, endMs } = this.#read;
    if (nowMs - this.#reportedMs >= (endMs - startMs) / PROGRESS_STEPS) {
      this.#reportedMs = nowMs;
      this.#options.onProgress?.({
        dateTime: new Date(nowMs).toISOString(),
        share: Math.min(1, (nowMs - startMs) / (endMs - startMs)),
        runs: this.metrics.runsCount,
        calls: this.calls,
      });
    }
  }

  async #removeFinished(): Promise<void> {
    if (this.#options.check) this.#violations.push(...(await checkStore(this.#store)).violations);
    const runs = this.metrics.takeFinished();
    if (this.#options.history) await keepHistory(this.#store, this.#options.history, runs);
    await this.#store.transaction(async (tx) => {
      for (const { id } of runs) await tx.deleteRun(id);
    });
  }

  #changed(change: Change): void {
    this.changes[change.kind] += 1;
    switch (change.kind) {
      case 'entered':
        this.#knownSince.set(change.subject.id, change.atMs);
        this.trace.add(change.atMs, `entered ${change.subject.id} ${change.subject.employeeHireDate}`);
        return;
      case 'moved':
        this.#drawKeys.moved(change.id);
        this.trace.add(change.atMs, `moved ${change.id} ${JSON.stringify(change.department)}`);
        return;
      case 'leaving':
        this.#knownSince.set(change.id, change.atMs);
        this.trace.add(change.atMs, `leaving ${change.id} ${change.leaveMs}`);
        return;
      case 'removed':
        this.#knownSince.delete(change.id);
        this.trace.add(change.atMs, `removed ${change.id}`);
    }
  }

  // --- process windows ---------------------------------------------------------------------------

  async #beginWindow(processes: ProcessGroup, { window, fromMs, untilMs }: ReadWindow): Promise<void> {
    const { endMs } = this.#read;
    const untilOrEndMs = Math.min(untilMs, endMs);
    this.calendar.process(window.kind, fromMs, Math.max(fromMs, untilOrEndMs - 1));
    if (window.kind === 'clockJump') {
      this.trace.add(this.now(), `jump ${window.bySeconds * SECOND_MS}`);
      this.#clock.jump(window.bySeconds * SECOND_MS);
    } else if (window.kind === 'asleep') {
      this.trace.add(this.now(), 'asleep');
      this.delays.running(0);
      await this.#clock.sleepUntil(this.#clock.now() + Math.max(0, untilOrEndMs - this.now()));
      processes.countRunning();
      this.trace.add(this.now(), 'awake');
      await this.#tidyUp();
    } else {
      await processes.halt(window.no, window.how ?? 'stop');
    }
  }

  #failed(during: string, error: unknown): void {
    const code = LifecycleError.is(error) ? error.code : error instanceof Error ? error.name : typeof error;
    this.trace.add(this.now(), `error ${JSON.stringify(during)} ${code}`);
    const kind = during.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…');
    const key = `${kind} ${code}`;
    const known = this.#errors.get(key);
    if (known) known.count += 1;
    else this.#errors.set(key, { during: kind, code, count: 1 });
  }

  // --- the end -----------------------------------------------------------------------------------

  async #end(): Promise<void> {
    await this.#removeFinished();
    this.#processes?.end();
    const unfinished = this.metrics.unfinished();
    for (const { id } of unfinished) {
      for (const status of ['queued', 'inProgress'] as const) {
        for (let afterOrdinal = 0; ; ) {
          const users = await this.#store.listUsersByStatus(id, status, afterOrdinal, LIMITS.usersPerBatch);
          this.metrics.endUnfinished(id, users);
          if (users.length < LIMITS.usersPerBatch) break;
          afterOrdinal = users.at(-1)?.ordinal ?? afterOrdinal;
        }
      }
      this.metrics.endRun(id);
    }
    this.trace.add(this.now(), `end unfinished ${unfinished.length}`);
  }
}
