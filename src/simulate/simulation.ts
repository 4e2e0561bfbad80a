/**
 * One simulation: the production engine on virtual time. It moves the clock from one thing to the next, carries
 * out what befalls the process, and removes runs that are finished and accounted for.
 */
import { assembleEngine, type Engine } from '../engine/engine.ts';
import { LifecycleError } from '../errors/index.ts';
import { parseScopeRule } from '../filter/index.ts';
import { checkStore } from '../ledger/check.ts';
import { slotStart } from '../ledger/schedule-times.ts';
import { LIMITS } from '../model/limits.ts';
import { DAY_MS, type DurationMs, type EpochMs, SECOND_MS } from '../model/time.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Logger } from '../ports/logger.ts';
import type { Ids, Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { TaskContext } from '../ports/task-handler.ts';
import type { Violation } from '../rules/index.ts';
import { memoryStore } from '../stores/memory/index.ts';
import { Account } from './account.ts';
import { handlersOf, RateGate } from './behaviour.ts';
import { Calendar } from './calendar.ts';
import { randomFor, seededIds } from './chance.ts';
import { type Buckets, bucketsOf } from './gauge.ts';
import { observedStore } from './observed-store.ts';
import { type Change, openPopulation } from './population.ts';
import {
  catchUpMsOf,
  intervalMsOf,
  type ReadScenario,
  type ReadWindow,
  type ReadWorkflow,
} from './read-scenario.ts';
import type { SimulatedRun, SimulatedUser } from './result.ts';
import { type SimulatedDirectory, simulatedDirectory } from './simulated-directory.ts';
import { Trace } from './trace.ts';
import { type ClockSession, type VirtualClock, virtualClock } from './virtual-clock.ts';

/** How far a simulation is. */
export interface SimulationProgress {
  /** The virtual present. */
  readonly dateTime: string;
  /** Of the horizon, 0..1. */
  readonly share: number;
  readonly runs: number;
  /** Handler calls. */
  readonly calls: number;
}

/** Whom a simulation tells, and what else it does. */
export interface SimulationOptions {
  /** Any whole number. Default 1. */
  readonly seed?: number;
  /** About 400 times in all. */
  readonly onProgress?: (progress: SimulationProgress) => void;
  /** Each run when it ends; at the horizon those that have not. */
  readonly onRun?: (run: SimulatedRun) => void;
  /** Each person's result when it is final; at the horizon those that are not. */
  readonly onUser?: (user: SimulatedUser) => void;
  /** Each line of the trace (see `Trace`). */
  readonly onTrace?: (line: string) => void;
  /** Runs that the result holds, at most; all are told to `onRun`. Default 10,000. */
  readonly runsKeptMax?: number;
  /** Checks every run against the invariants before it is removed. Default `false`. */
  readonly check?: boolean;
  /** At each slot everybody is looked at, as a directory without an index would. Same outcome; slower. */
  readonly scansEverybody?: boolean;
}

/** Handlers that a stop waits for, ms. */
const STOP_DEADLINE_MS: DurationMs = 10 * SECOND_MS;
/** Finished runs, or users in them, that stay in the store until they are removed together. */
const FINISHED_RUNS_MAX = 256;
const FINISHED_USERS_MAX = 4_096;
const PROGRESS_STEPS = 400;
/** A process whose clock is wrong by more looks for people on days that the index does not expect. */
const INDEX_SKEW_MAX_MS = 7 * DAY_MS;
const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

interface CreatedWorkflow extends ReadWorkflow {
  readonly workflow: Workflow;
  /** Moves that wait for the next slot, when it runs on moves. */
  moved: Set<string>;
}

/** A simulation; `run` may be called once. */
export class Simulation {
  readonly #read: ReadScenario;
  readonly #options: SimulationOptions;
  readonly #seed: number;
  readonly #clock: VirtualClock;
  readonly #store: Store = memoryStore();
  readonly #observed: Store;
  readonly #random: Random;
  readonly #ids: Ids;
  readonly #gate: RateGate | null;
  readonly #workflows: CreatedWorkflow[] = [];
  readonly #taskKeys = new Map<string, string>();
  readonly #moves = new Map<string, number>();
  readonly #errors = new Map<string, { readonly during: string; readonly code: string; count: number }>();
  readonly #violations: Violation[] = [];
  readonly buckets: Buckets;
  readonly trace: Trace;
  readonly calendar: Calendar;
  readonly account: Account;
  readonly changes = { entered: 0, moved: 0, leaving: 0, removed: 0 };
  calls = 0;
  callsMs: DurationMs = 0;
  peopleAtStart = 0;
  #directory: SimulatedDirectory | null = null;
  #engine: Engine | null = null;
  #session: ClockSession | null = null;
  #movedSlotMs: EpochMs;
  #toldMs: EpochMs;

  constructor(read: ReadScenario, options: SimulationOptions) {
    const { startMs, endMs, scenario } = read;
    this.#read = read;
    this.#options = options;
    this.#seed = options.seed ?? 1;
    this.#clock = virtualClock(startMs);
    this.#random = randomFor(this.#seed, 'engine');
    this.#ids = seededIds(this.#seed);
    this.#movedSlotMs = startMs;
    this.#toldMs = startMs;
    this.buckets = bucketsOf(startMs, endMs);
    this.trace = new Trace(options.onTrace);
    this.calendar = new Calendar(read.zone);
    this.account = new Account({
      now: () => this.now(),
      trace: this.trace,
      calendar: this.calendar,
      buckets: this.buckets,
      personal: (occasion, subjectId) => this.#personal(occasion, subjectId),
      onRun: options.onRun,
      onUser: options.onUser,
    });
    this.#observed = observedStore(this.#store, (writes) => this.account.committed(writes));
    const perSecond = scenario.capacity?.callsPerSecond;
    this.#gate = perSecond === undefined ? null : new RateGate(perSecond, () => this.now());
  }

  /** The world's present; a process whose clock was set sees another one. */
  now(): EpochMs {
    return this.#read.startMs + this.#clock.elapsed();
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
    await this.#populate();
    this.trace.add(
      this.now(),
      `scenario ${JSON.stringify(scenario.name)} seed ${this.#seed} people ${this.peopleAtStart}`,
    );
    const engine = this.#assemble();
    for (const one of this.#read.workflows) await this.#create(engine, one);
    await this.#clock.until(engine.start());
    for (const { atMs, act } of this.#agenda()) {
      await this.#advanceTo(atMs);
      await act();
    }
    await this.#advanceTo(endMs);
    await this.#end();
  }

  // --- the beginning -----------------------------------------------------------------------------

  async #populate(): Promise<void> {
    const skewMs = this.#read.windows.reduce(
      (sum, { window }) => sum + (window.kind === 'clockJump' ? Math.abs(window.bySeconds) * SECOND_MS : 0),
      0,
    );
    const directory = simulatedDirectory({
      population: await openPopulation(this.#read, this.#seed),
      now: () => this.now(),
      workflows: this.#read.workflows.map(({ draft }) => draft),
      catchUpMs: catchUpMsOf(this.#read.scenario),
      slotAgeMaxMs: this.#read.windows.length > 0 ? catchUpMsOf(this.#read.scenario) : 0,
      skewMaxMs: skewMs,
      isIndexed: !this.#options.scansEverybody && skewMs <= INDEX_SKEW_MAX_MS,
      onChange: (change) => this.#changed(change),
    });
    this.#directory = directory;
    this.peopleAtStart = directory.size;
  }

  async #create(engine: Engine, one: ReadWorkflow): Promise<void> {
    const workflow = await this.#clock.until(engine.workflows.create(one.draft));
    this.#workflows.push({ ...one, workflow, moved: new Set() });
    this.account.addWorkflow({ key: one.key, workflow });
    const seen = new Map<string, number>();
    for (const { id, taskDefinitionId } of workflow.tasks) {
      const nth = (seen.get(taskDefinitionId) ?? 0) + 1;
      seen.set(taskDefinitionId, nth);
      this.#taskKeys.set(id, `${taskDefinitionId}#${nth}`);
    }
  }

  #assemble(): Engine {
    const { scenario, momentOf } = this.#read;
    const session = this.#clock.session();
    const engine = assembleEngine(
      {
        store: this.#observed,
        directory: this.#directory as SimulatedDirectory,
        clock: session,
        random: this.#random,
        ids: this.#ids,
        logger: SILENT,
      },
      {
        ...(scenario.schedule === undefined ? {} : settingsOf(scenario.schedule)),
        ...(scenario.capacity?.concurrency === undefined
          ? {}
          : { concurrency: scenario.capacity.concurrency }),
        tasks: handlersOf(scenario.tasks ?? {}, {
          seed: this.#seed,
          clock: session,
          now: () => this.now(),
          momentOf,
          keyOf: (context) => this.#keyOf(context),
          busy: (delta) => this.account.busy.add(delta, this.now()),
          called: (ms) => {
            this.calls += 1;
            this.callsMs += ms;
          },
          gate: this.#gate,
        }),
      },
    );
    this.#listen(engine);
    this.#engine = engine;
    this.#session = session;
    return engine;
  }

  #listen(engine: Engine): void {
    engine.on('schedule.evaluated', ({ workflowId, slotAtMs, runId }) => {
      const run = runId === null ? '-' : this.account.runNo(runId);
      this.trace.add(this.now(), `slot ${this.account.workflowNo(workflowId)} ${slotAtMs} ${run}`);
      this.calendar.evaluated(slotAtMs, this.#clock.now());
    });
    engine.on('schedule.skipped', ({ workflowId, slotAtMs }) => {
      this.trace.add(this.now(), `skipped ${this.account.workflowNo(workflowId)} ${slotAtMs}`);
      this.calendar.skipped(slotAtMs);
    });
    engine.on('engine.error', ({ during, error }) => this.#failed(during, error));
  }

  /** What a draw belongs to. */
  #keyOf({ workflow, task, run, subject }: TaskContext): string {
    const created = this.#workflows.find((one) => one.workflow.id === workflow.id);
    const conditions = created?.workflow.executionConditions;
    const isScheduled = run.workflowExecutionType === 'scheduled' && conditions && 'trigger' in conditions;
    const occasion = isScheduled
      ? String(subject[conditions.trigger.timeBasedAttribute])
      : this.#personal(this.account.occasionOf(run.id), subject.id);
    return `${created?.key}|${occasion}|${this.#taskKeys.get(task.id)}`;
  }

  /** A move is an occasion of the person, whenever it is processed. */
  #personal(occasion: string, subjectId: string): string {
    return occasion === MOVED ? `${MOVED} ${this.#moves.get(subjectId) ?? 0}` : occasion;
  }

  // --- time --------------------------------------------------------------------------------------

  #agenda(): readonly { readonly atMs: EpochMs; readonly act: () => Promise<void> }[] {
    const { windows, startMs, endMs, momentOf } = this.#read;
    const activations = this.#workflows.flatMap((one) =>
      (one.entry.activations ?? []).map(({ at, rule, limit }, no) => ({
        atMs: momentOf(at),
        act: () => this.#activateByRule(one, `activation ${no + 1}`, rule, limit),
      })),
    );
    const process = windows.flatMap((window) => {
      const begins = { atMs: window.fromMs, act: () => this.#endure(window) };
      if (window.window.kind !== 'off') return [begins];
      return [begins, { atMs: window.untilMs, act: () => this.#comeBack() }];
    });
    return [...activations, ...process]
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

  /** After each instant: what has become of the directory, who has moved, what can be removed. */
  async #tidyUp(): Promise<void> {
    const nowMs = this.now();
    this.#directory?.advanceTo(nowMs);
    const slotMs = slotStart(nowMs, intervalMsOf(this.#read.scenario));
    if (slotMs > this.#movedSlotMs && this.#engine) {
      this.#movedSlotMs = slotMs;
      for (const one of this.#workflows) await this.#activateMoved(one);
    }
    const { finished, finishedUsers } = this.account;
    if (finished.length >= FINISHED_RUNS_MAX || finishedUsers >= FINISHED_USERS_MAX)
      await this.#removeFinished();
    const { startMs, endMs } = this.#read;
    if (nowMs - this.#toldMs >= (endMs - startMs) / PROGRESS_STEPS) {
      this.#toldMs = nowMs;
      this.#options.onProgress?.({
        dateTime: new Date(nowMs).toISOString(),
        share: Math.min(1, (nowMs - startMs) / (endMs - startMs)),
        runs: this.account.runsCount,
        calls: this.calls,
      });
    }
  }

  async #removeFinished(): Promise<void> {
    if (this.#options.check) this.#violations.push(...(await checkStore(this.#store)).violations);
    const runs = this.account.takeFinished();
    await this.#store.transaction(async (tx) => {
      for (const { id } of runs) await tx.deleteRun(id);
    });
  }

  #changed(change: Change): void {
    this.changes[change.kind] += 1;
    switch (change.kind) {
      case 'entered':
        this.trace.add(change.atMs, `entered ${change.subject.id} ${change.subject.employeeHireDate}`);
        return;
      case 'moved':
        this.#moves.set(change.id, (this.#moves.get(change.id) ?? 0) + 1);
        for (const { entry, moved } of this.#workflows) if (entry.onMove) moved.add(change.id);
        this.trace.add(change.atMs, `moved ${change.id} ${JSON.stringify(change.department)}`);
        return;
      case 'leaving':
        this.trace.add(change.atMs, `leaving ${change.id} ${change.leaveMs}`);
        return;
      case 'removed':
        this.trace.add(change.atMs, `removed ${change.id}`);
    }
  }

  // --- on demand ---------------------------------------------------------------------------------

  async #activateMoved(one: CreatedWorkflow): Promise<void> {
    const ids = [...one.moved].filter((id) => this.#directory?.has(id));
    one.moved = new Set();
    if (ids.length > 0) await this.#activate(one, MOVED, ids);
  }

  async #activateByRule(
    one: CreatedWorkflow,
    occasion: string,
    rule: string | undefined,
    limit: number | undefined,
  ): Promise<void> {
    const ids = this.#directory?.select(rule === undefined ? null : parseScopeRule(rule)) ?? [];
    await this.#activate(one, occasion, ids.slice(0, limit));
  }

  async #activate(
    { workflow }: CreatedWorkflow,
    occasion: string,
    subjects: readonly string[],
  ): Promise<void> {
    if (!this.#engine || subjects.length === 0) {
      const why = this.#engine ? 'nobody is selected' : 'the process is off';
      this.#failed(`an activation on demand (${why})`, new LifecycleError('EngineStopped', why));
      return;
    }
    this.account.expectOnDemand(workflow.id, occasion);
    try {
      await this.#clock.until(this.#engine.runs.activate(workflow.id, { subjects }));
    } catch (error) {
      this.#failed('an activation on demand', error);
    }
  }

  // --- what befalls the process ------------------------------------------------------------------

  async #endure({ window, fromMs, untilMs }: ReadWindow): Promise<void> {
    const { endMs } = this.#read;
    const untilOrEndMs = Math.min(untilMs, endMs);
    this.calendar.process(window.kind, fromMs, Math.max(fromMs, untilOrEndMs - 1));
    if (window.kind === 'clockJump') {
      this.trace.add(this.now(), `jump ${window.bySeconds * SECOND_MS}`);
      this.#clock.jump(window.bySeconds * SECOND_MS);
    } else if (window.kind === 'asleep') {
      this.trace.add(this.now(), 'asleep');
      await this.#clock.sleepUntil(this.#clock.now() + Math.max(0, untilOrEndMs - this.now()));
      this.trace.add(this.now(), 'awake');
      await this.#tidyUp();
    } else await this.#halt(window.how ?? 'stop');
  }

  async #comeBack(): Promise<void> {
    this.trace.add(this.now(), 'on');
    await this.#clock.until(this.#assemble().start());
  }

  async #halt(how: 'stop' | 'kill'): Promise<void> {
    const engine = this.#engine as Engine;
    this.#engine = null;
    if (how === 'stop') {
      await this.#clock.until(engine.stop({ deadlineMs: STOP_DEADLINE_MS }));
      this.trace.add(this.now(), 'off');
    } else this.trace.add(this.now(), 'killed');
    this.#session?.end();
    // Calls that went down with the process are under way no more.
    this.account.busy.add(-this.account.busy.level, this.now());
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
    this.#session?.end();
    const unfinished = this.account.unfinished();
    for (const { id } of unfinished) {
      for (const status of ['queued', 'inProgress'] as const) {
        for (let afterNo = 0; ; ) {
          const users = await this.#store.listUsersByStatus(id, status, afterNo, LIMITS.usersPerBatch);
          this.account.endUnfinished(id, users);
          if (users.length < LIMITS.usersPerBatch) break;
          afterNo = users.at(-1)?.no ?? afterNo;
        }
      }
      this.account.endRun(id);
    }
    this.trace.add(this.now(), `end unfinished ${unfinished.length}`);
  }
}

const MOVED = 'moved';

function settingsOf(schedule: NonNullable<ReadScenario['scenario']['schedule']>) {
  const { intervalHours, catchUpDays, missedSlots } = schedule;
  return {
    ...(intervalHours === undefined ? {} : { scheduleIntervalHours: intervalHours }),
    ...(catchUpDays === undefined ? {} : { catchUpDays }),
    ...(missedSlots === undefined ? {} : { missedSlots }),
  };
}
