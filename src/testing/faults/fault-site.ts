import type { EngineSettingsInput } from '../../engine/settings.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import type { Subject } from '../../model/subject.ts';
import { type DurationMs, SECOND_MS } from '../../model/time.ts';
import type { Store } from '../../ports/store.ts';
import type { TaskHandler } from '../../ports/task-handler.ts';
import { type VirtualClock, virtualClock } from '../../system/virtual/virtual-clock.ts';
import type { CrashingStore } from '../audit/crashing-store.ts';
import { type EngineProcess, letOneSettle, startEngineProcess } from '../audit/process.ts';
import { checkDatabase } from '../oracles/check-database.ts';
import type { OracleViolation } from '../oracles/violation.ts';
import { faultyStore } from './faulty-store.ts';
import { faultyTasks } from './faulty-tasks.ts';
import { type FaultPlan, NO_FAULTS, type ProcessFault } from './plan.ts';

/** What a {@link FaultSite} is made of. */
export interface SiteOptions {
  readonly plan: FaultPlan;
  readonly store: Store;
  readonly population: readonly Subject[];
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  readonly settings: Omit<EngineSettingsInput, 'tasks'>;
}

interface SiteProcess extends EngineProcess {
  readonly store: CrashingStore;
  isUp: boolean;
  /** When it has died, another one is started so much later. */
  offMs: DurationMs;
}

const START_MS = Date.UTC(2026, 0, 5);
const RESTART_MS = SECOND_MS;
const STOP_DEADLINE_MS = 10 * SECOND_MS;

/** A store, and the processes that live on it, one after the other or beside each other. */
export class FaultSite {
  readonly #options: SiteOptions;
  readonly #clock: VirtualClock = virtualClock(START_MS);
  readonly #seen = { transactions: 0 };
  readonly #processes: SiteProcess[] = [];
  readonly #violations: OracleViolation[] = [];
  readonly #released = Promise.withResolvers<void>();
  /** Handlers that did not settle while waited for. */
  #given = new Set<Promise<unknown>>();
  #isCalm = false;

  constructor(options: SiteOptions) {
    this.#options = options;
  }

  get processes(): number {
    return this.#processes.length;
  }

  get violations(): readonly OracleViolation[] {
    return this.#violations;
  }

  /** Plans the work without any fault, and starts the first process. */
  async begin(input: WorkflowInput): Promise<void> {
    const { population, store, tasks, settings } = this.#options;
    const planner = startEngineProcess({ clock: this.#clock, population, store, tasks, settings, seed: 1 });
    const workflow = await this.#clock.until(planner.engine.workflows.create(input));
    const subjects = population.map(({ id }) => id);
    if (!workflow.isSchedulingEnabled)
      await this.#clock.until(planner.engine.runs.activate(workflow.id, { subjects }));
    planner.session.end();
    this.#boot();
  }

  /** Time passes, up to so long after the beginning. */
  async passTo(elapsedMs: DurationMs): Promise<void> {
    for (;;) {
      await this.#rest();
      const inMs = this.#clock.nextTimerInMs;
      if (inMs === null || this.#clock.elapsed() + inMs > elapsedMs) break;
      await this.#clock.step();
    }
    await this.#clock.advance(Math.max(0, elapsedMs - this.#clock.elapsed()));
  }

  async befall(fault: ProcessFault): Promise<void> {
    const process = this.#processes.findLast(({ isUp }) => isUp);
    if (fault.kind === 'clockJump') this.#clock.jump(fault.byMs);
    else if (fault.kind === 'asleep') await this.#clock.sleepUntil(this.#clock.now() + fault.forMs);
    else if (fault.kind === 'takeover') this.#boot();
    else if (process && fault.kind === 'off') this.#turnOff(process, fault.how, fault.forMs);
    else if (process && fault.kind === 'cancel') await this.#cancelAll(process, fault.times);
    await this.#rest();
  }

  /** Recounts the store. */
  async check(): Promise<void> {
    const { strictFailed = false } = this.#options.settings;
    const { violations } = await checkDatabase(this.#options.store, { strictFailed });
    this.#violations.push(...violations);
    for (const { errors } of this.#processes)
      for (const error of errors.splice(0)) this.#expectProper(error, 'an engine event');
  }

  /** Ends the faults: kills all running processes; a new process must finish every run within `ms`. */
  async recover(ms: DurationMs): Promise<void> {
    this.#isCalm = true;
    this.#released.resolve();
    for (const { isUp, store } of this.#processes) if (isUp) store.crash();
    await this.#rest();
    const last = this.#boot();
    const untilMs = this.#clock.elapsed() + ms;
    await this.#rest();
    let unfinished = await this.#unfinished();
    while (unfinished.length > 0 && (this.#clock.nextTimerInMs ?? ms) + this.#clock.elapsed() < untilMs) {
      await this.#clock.step();
      await this.#rest();
      unfinished = await this.#unfinished();
    }
    for (const run of unfinished)
      this.#find('liveness', `run ${run.id} is \`${run.processingStatus}\` and never ends`, run);
    this.#turnOff(last, 'stop', 0);
    await this.passTo(this.#clock.elapsed() + STOP_DEADLINE_MS);
    if (last.isUp) this.#find('liveness', 'the last process does not stop');
  }

  /** A process starts. One that cannot start ends, and another one is tried, as a supervisor would. */
  #boot(): SiteProcess {
    const { plan, store: inner, population, tasks, settings } = this.#options;
    const ordinal = this.#processes.length + 1;
    const faults = this.#isCalm ? NO_FAULTS : ordinal === 1 ? plan : { ...plan, crash: null };
    const store = faultyStore(inner, faults, { clock: this.#clock, seen: this.#seen });
    const started = startEngineProcess({
      clock: this.#clock,
      store,
      population,
      tasks,
      settings,
      seed: ordinal + 1,
      disturb: (all) =>
        faultyTasks(all, faults, {
          clock: this.#clock,
          subjectIds: population.map(({ id }) => id),
          released: () => this.#released.promise,
        }),
    });
    const process: SiteProcess = { ...started, store, isUp: true, offMs: RESTART_MS };
    this.#processes.push(process);
    store.crashed.then(() => this.#end(process));
    started.engine.start().catch((error: unknown) => {
      this.#expectProper(error, 'a start');
      store.crash();
    });
    return process;
  }

  #end(process: SiteProcess): void {
    process.isUp = false;
    process.session.end();
    if (!this.#isCalm) this.#clock.setTimer(process.offMs, () => this.#isCalm || this.#boot());
  }

  #turnOff(process: SiteProcess, how: 'stop' | 'kill', offMs: DurationMs): void {
    process.offMs = offMs;
    if (how === 'kill') {
      process.store.crash();
      return;
    }
    const stopping = process.engine.stop({ deadlineMs: STOP_DEADLINE_MS });
    stopping
      .catch((error: unknown) => this.#expectProper(error, 'a stop'))
      .finally(() => process.store.crash());
  }

  async #cancelAll({ engine }: SiteProcess, times: number): Promise<void> {
    for (const { id } of await this.#unfinished())
      for (let time = 0; time < times; time += 1)
        engine.runs.cancel(id).catch((error: unknown) => this.#expectProper(error, 'a cancel'));
  }

  #unfinished() {
    return this.#options.store.listUnfinishedRuns();
  }

  /** Waits until nothing can happen without virtual time passing, including handlers that do real work. */
  async #rest(): Promise<void> {
    for (;;) {
      await this.#clock.settle();
      const isBusy = this.#processes.some(({ store }) => store.busy > 0);
      const running = this.#processes.flatMap((process) => [...process.running]);
      const fresh = running.filter((one) => !this.#given.has(one));
      if (isBusy) await new Promise<void>((resolve) => setImmediate(resolve));
      else if (fresh.length === 0) return;
      else if (!(await letOneSettle(fresh))) this.#given = new Set(running);
    }
  }

  /** Checks that a failure is an error of the published codes. */
  #expectProper(error: unknown, during: string): void {
    if (!LifecycleError.is(error)) this.#find('errors', `${during} failed with ${String(error)}`);
  }

  #find(rule: string, message: string, ...rows: readonly object[]): void {
    this.#violations.push({ rule, message, rows });
  }
}
