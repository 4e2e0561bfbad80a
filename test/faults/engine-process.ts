/** One simulated process: an engine on the scenario's store, until it dies, stops, or the scenario ends. */
import { assembleEngine, type Engine } from '../../src/engine/engine.ts';
import { StoreSource } from '../../src/engine/runner/store-source.ts';
import { readSettings } from '../../src/engine/settings.ts';
import { InvariantError, LifecycleError } from '../../src/errors/lifecycle-error.ts';
import type { Directory } from '../../src/ports/directory.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { StoreSlices } from '../../src/ports/store.ts';
import type { TaskContext } from '../../src/ports/task-handler.ts';
import type { WorkSource } from '../../src/ports/work-source.ts';
import { seededRandom } from '../../src/system/virtual/random.ts';
import type { VirtualClock } from '../../src/system/virtual/virtual-clock.ts';
import type { TaskFault } from '../../src/testing/faults/plan.ts';
import { ProcessClock } from '../cluster/process-clock.ts';
import { unsureSource } from '../cluster/unsure-source.ts';
import type { Disk } from './disks.ts';
import { type HandlerHost, makeHandlers } from './handlers.ts';
import type { HandlerCall, Judge } from './judge.ts';
import type { ClusterPlan, Plan } from './plan.ts';
import { quickIds } from './quick-ids.ts';
import { type StoreControl, shakyStore } from './shaky-store.ts';
import type { Trace } from './trace.ts';

/** What a process needs of the scenario that it is part of. */
export interface Surroundings {
  readonly plan: Plan;
  readonly judge: Judge;
  readonly trace: Trace;
  readonly directory: Directory;
  /** What a call of the store meets. */
  storeControl(process: EngineProcess): StoreControl;
  handlerBegins(process: EngineProcess): { readonly call: number; readonly trouble: TaskFault | null };
  /** Resolves when the faults are over. */
  hang(): Promise<void>;
  readonly clock: VirtualClock;
  readonly isCalm: boolean;
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A process. */
export class EngineProcess implements HandlerHost {
  readonly no: number;
  readonly engine: Engine;
  isDead = false;
  /** It was asked to stop. */
  isStopping = false;
  /** The store cannot be reached. */
  isCutOff = false;
  readonly clock: ProcessClock;
  readonly #scenario: Surroundings;
  #running = 0;
  readonly #runningOf = new Map<string, number>();

  constructor(no: number, scenario: Surroundings, { store: inner, shared }: Disk) {
    this.no = no;
    this.#scenario = scenario;
    const { plan, directory } = scenario;
    const skews = plan.cluster?.skewsMs ?? [0];
    this.clock = new ProcessClock(scenario.clock, skews[(no - 1) % skews.length] ?? 0);
    const store = shakyStore(inner, scenario.storeControl(this), shared ?? null);
    const { concurrency, interruptionsMax, missedSlots, strictFailed } = plan;
    this.engine = assembleEngine(
      {
        store,
        directory,
        clock: this.clock,
        random: seededRandom(plan.seed * 31 + no),
        ids: quickIds(plan.seed * 64 + no),
        logger: SILENT,
        ...(plan.cluster && store.slices ? { work: this.#source(plan.cluster, store.slices) } : {}),
      },
      readSettings({
        tasks: makeHandlers(this, plan.workflows),
        concurrency,
        // Held lanes: the judge counts every handler that has not settled against `concurrency`.
        handlersUnsettledMax: 0,
        interruptionsMax,
        missedSlots,
        strictFailed,
      }),
    );
    this.#listen();
  }

  #source(plan: ClusterPlan, slices: StoreSlices): WorkSource {
    const inner = new StoreSource({ slices, clock: this.clock, isShared: true });
    const seed = this.#scenario.plan.seed * 128 + this.no;
    return unsureSource({ inner, plan, seed, isCalm: () => this.#scenario.isCalm });
  }

  /** As by `kill -9`. */
  die(): void {
    this.isDead = true;
    this.clock.end();
  }

  /** Whether callers may use it. */
  get isUp(): boolean {
    return !this.isDead && !this.isStopping;
  }

  /** Handlers that have not settled. */
  get running(): number {
    return this.#running;
  }

  // --- what its handlers ask ---------------------------------------------------------------------

  enter(definition: string, context: TaskContext): HandlerCall {
    const { judge, trace, plan } = this.#scenario;
    const call = judge.called(this.no, context);
    trace.add(`${this.no} calls ${call.key} ${context.attempt} ${context.interruptions}`);
    this.#running += 1;
    const own = (this.#runningOf.get(definition) ?? 0) + 1;
    this.#runningOf.set(definition, own);
    const [, workflow, task] = /^w(\d+)t(\d+)$/.exec(definition) ?? [];
    const limit = plan.workflows[Number(workflow)]?.tasks[Number(task)]?.concurrency ?? plan.concurrency;
    if (own > limit) judge.find('places', `${own} calls of ${definition} at once, ${limit} allowed`);
    if (this.#running > plan.concurrency) judge.find('places', `${this.#running} calls at once`);
    return call;
  }

  troubleOfCall(): { readonly call: number; readonly trouble: TaskFault | null } {
    return this.#scenario.handlerBegins(this);
  }

  leave(definition: string, call: HandlerCall): void {
    this.#running -= 1;
    this.#runningOf.set(definition, (this.#runningOf.get(definition) ?? 0) - 1);
    this.#scenario.trace.add(`${this.no} ${call.result} ${call.key}`);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimer(ms, resolve));
  }

  hang(): Promise<void> {
    return this.#scenario.hang();
  }

  // --- what it reports -----------------------------------------------------------------------------

  #listen(): void {
    const { judge, trace } = this.#scenario;
    const { engine, no } = this;
    engine.on('run.canceling', ({ run }) => {
      if (!this.isDead) judge.heardCanceling(no, run.id);
    });
    engine.on('run.finished', ({ run }) => {
      if (this.isDead) return;
      trace.add(`${no} tells ${run.processingStatus} ${run.id}`);
      judge.heardEnd(no, 'run', run.id, run.id);
    });
    engine.on('user.finished', ({ runId, result }) => {
      if (!this.isDead) judge.heardEnd(no, 'user', runId, result.id);
    });
    engine.on('engine.error', ({ error, during }) => {
      if (this.isDead) return;
      trace.add(`${no} fails ${during}`);
      this.expectProper(error, during);
    });
  }

  /** Whatever fails, fails with an error of the table. */
  expectProper(error: unknown, during: string): void {
    if (!LifecycleError.is(error) || error instanceof InvariantError)
      this.#scenario.judge.find('errors', `${during} failed with ${String(error)}`);
  }
}
