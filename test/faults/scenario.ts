/**
 * Runs a plan: processes on one store, in virtual time, with everything that the plan lets happen to them.
 *
 * | phase    | what                                                     | what must hold                      |
 * |----------|----------------------------------------------------------|-------------------------------------|
 * | safety   | everything of the plan happens, up to its horizon        | every invariant, after every commit |
 * | calm     | no more faults; the running processes continue            | every run ends, in bounded time     |
 * | recovery | those processes die or stop; a new one starts            | nothing is left over                |
 */

import { arrayDirectory } from '../../src/directory/array-directory.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import { checkStore } from '../../src/ledger/check.ts';
import { LIMITS } from '../../src/model/limits.ts';
import type { Random } from '../../src/ports/random.ts';
import { below, seededRandom } from '../../src/system/virtual/random.ts';
import { type VirtualClock, virtualClock } from '../../src/system/virtual/virtual-clock.ts';
import type { TaskFault } from '../../src/testing/faults/plan.ts';
import { type Disk, memoryDisk, sharedDisk, sqliteDisk } from './disks.ts';
import { EngineProcess, type Surroundings } from './engine-process.ts';
import { Judge } from './judge.ts';
import { never } from './never.ts';
import { act, isOrphaning, isPeaceful } from './operations.ts';
import type { Happening, Plan, Side, SmallLimit, What } from './plan.ts';
import { peopleOf, START_MS, setUpWorkflows } from './set-up.ts';
import { LateCall, type StoreControl } from './shaky-store.ts';
import { Trace } from './trace.ts';

/** What came of a scenario. */
export interface ScenarioResult {
  /** Empty: all is well. */
  readonly violations: readonly string[];
  /** Runs that were made. */
  readonly runs: number;
  /** Store calls, and handler calls. */
  readonly storeCalls: number;
  readonly handlerCalls: number;
  readonly processes: number;
  /** Store calls, with their sides, at which something of the plan happened. */
  readonly reached: ReadonlySet<string>;
  /** Equal for equal plans. */
  readonly hash: string;
  readonly lines: readonly string[] | null;
}

/** Every run must be terminal so long after the faults have ended, ms: the longest waits of a plan, and then some. */
const CALM_MAX_MS = 900_000;
/** As {@link CALM_MAX_MS}, for several processes: left-overs of dead ones are cleared within two minutes. */
const CLUSTER_CALM_MAX_MS = LIMITS.sliceLeaseMs + 300_000;
const INSTANTS_MAX = 3_000;
/** Each process polls. */
const CLUSTER_INSTANTS_MAX = 20_000;
const STOP_DEADLINE_MS = 10_000;

/** Runs the scenario of `plan`. */
export async function runScenario(plan: Plan, keepsTrace = false): Promise<ScenarioResult> {
  const restore = makeSmall(plan.limits);
  const disk = await diskOf(plan);
  const unhandled: unknown[] = [];
  const note = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', note);
  try {
    const clock = virtualClock(START_MS);
    const workflows = await setUpWorkflows(disk.store, clock, plan);
    const scenario = new Scenario(plan, disk, clock, workflows, keepsTrace);
    await scenario.run();
    for (const error of unhandled) scenario.judge.find('errors', `unhandled rejection: ${String(error)}`);
    return scenario.result;
  } finally {
    process.off('unhandledRejection', note);
    restore();
    await disk.dispose();
  }
}

async function diskOf({ store, cluster }: Plan): Promise<Disk> {
  if (cluster) return sharedDisk(cluster.slices);
  return store === 'sqlite' ? sqliteDisk() : memoryDisk();
}

/** Makes bounds small for one scenario. They are constants for all other code. */
function makeSmall(limits: Plan['limits']): () => void {
  const bounds = LIMITS as Record<SmallLimit, number>;
  const before: Partial<Record<SmallLimit, number>> = {};
  for (const [name, value] of Object.entries(limits) as [SmallLimit, number][]) {
    before[name] = bounds[name];
    bounds[name] = value;
  }
  return () => void Object.assign(bounds, before);
}

/** A scenario in progress. */
export class Scenario implements Surroundings {
  readonly plan: Plan;
  readonly judge: Judge;
  readonly trace: Trace;
  readonly clock: VirtualClock;
  readonly directory: Surroundings['directory'];
  /** By number of the plan. */
  readonly workflowIds: readonly string[];
  readonly processes: EngineProcess[] = [];
  readonly #disk: Disk;
  readonly #random: Random;
  readonly #byCall = new Map<string, What[]>();
  readonly #byCommit = new Map<string, What[]>();
  /** The calls that are commits of slices, in order. */
  readonly #commits: number[] = [];
  readonly #byHandler = new Map<number, What[]>();
  /** What only the one who moves the clock can do. */
  readonly #chores: (() => Promise<void>)[] = [];
  #release: () => void = () => {};
  readonly #released: Promise<void>;
  isCalm = false;
  /** Calls of the store that began before its last restart are cut off, up to this one. */
  #cutOffCalls = 0;
  #isOrphaned = false;
  #storeCalls = 0;
  #handlerCalls = 0;
  readonly #reached = new Set<string>();
  /** Processes that will start later. */
  #coming = 0;

  readonly #lastHappeningMs: number;
  readonly #calmMaxMs: number;
  readonly #instantsMax: number;

  constructor(
    plan: Plan,
    disk: Disk,
    clock: VirtualClock,
    workflowIds: readonly string[],
    keepsTrace: boolean,
  ) {
    this.plan = plan;
    this.clock = clock;
    this.workflowIds = workflowIds;
    this.#disk = disk;
    this.#lastHappeningMs = Math.max(...plan.happenings.map(({ at }) => ('ms' in at ? at.ms : 0)));
    this.#calmMaxMs = plan.cluster ? CLUSTER_CALM_MAX_MS : CALM_MAX_MS;
    this.#instantsMax = plan.cluster ? CLUSTER_INSTANTS_MAX : INSTANTS_MAX;
    this.#random = seededRandom(plan.seed ^ 0x5eed);
    this.trace = new Trace(keepsTrace);
    this.directory = arrayDirectory(peopleOf(plan));
    this.judge = new Judge({
      strictFailed: plan.strictFailed,
      interruptionsMax: plan.interruptionsMax,
      isPeaceful: isPeaceful(plan),
      tasks: new Map(workflowIds.map((id, index) => [id, plan.workflows[index]?.tasks ?? []])),
    });
    this.#released = new Promise((resolve) => {
      this.#release = resolve;
    });
    for (const happening of plan.happenings) this.#arrange(happening);
  }

  get result(): ScenarioResult {
    return {
      violations: this.judge.violations,
      runs: this.judge.runsMade,
      storeCalls: this.#storeCalls,
      handlerCalls: this.#handlerCalls,
      processes: this.processes.length,
      reached: this.#reached,
      hash: this.trace.hash,
      lines: this.trace.lines,
    };
  }

  async run(): Promise<void> {
    for (let count = this.plan.cluster?.skewsMs.length ?? 1; count > 0; count--) this.boot();
    await this.#pass(this.plan.horizonMs, () => this.plan.cluster !== undefined && this.#isIdle);
    await this.#calm();
    await this.#recover();
    await this.#endingChecks();
  }

  // --- phases ------------------------------------------------------------------------------------

  /** Lets time pass until nothing can happen before `ms` are over, or `isEnough`. */
  async #pass(ms: number, isEnough: () => boolean): Promise<void> {
    const endMs = this.clock.elapsed() + ms;
    for (let instants = 0; ; instants++) {
      await this.clock.settle();
      const chore = this.#chores.shift();
      if (chore) {
        await chore();
        continue;
      }
      if (this.judge.violations.length > 0 || isEnough()) return;
      const inMs = this.clock.nextTimerInMs;
      if (inMs === null || this.clock.elapsed() + inMs > endMs) return;
      if (instants === this.#instantsMax) {
        this.judge.find('liveness', 'endless activity');
        return;
      }
      await this.clock.step();
    }
  }

  /** Nothing is left to do: until the horizon the processes would only look for work. */
  get #isIdle(): boolean {
    const { judge } = this;
    return (
      this.clock.elapsed() > this.#lastHappeningMs &&
      this.#coming === 0 &&
      judge.halfWritten.size === 0 &&
      judge.areAllFinished
    );
  }

  /** The processes that run must finish all of their work. */
  async #calm(): Promise<void> {
    this.isCalm = true;
    for (const process of this.processes) {
      process.clock.wake();
      process.isCutOff = false;
    }
    this.#release();
    this.trace.add('calm');
    const isOnTheWay = () => this.#coming > 0 || this.processes.some((one) => one.isStopping && !one.isDead);
    await this.#pass(this.plan.horizonMs, () => !isOnTheWay());
    if (this.up.length === 0) this.boot();
    const waiting = this.#isOrphaned ? [] : this.#awaitRuns(this.up[0]?.engine as Engine);
    const { judge } = this;
    await this.#pass(
      this.#calmMaxMs,
      () => judge.areAllFinished && judge.halfWritten.size === 0 && waiting.every((one) => one.isOver),
    );
    if (this.#isOrphaned) return;
    this.#expectFinished('after the faults ended');
    for (const id of this.judge.halfWritten)
      this.judge.find('left over', `run ${id} is half written, and is never cleared away`);
    for (const { id, isOver } of waiting)
      if (!isOver && !this.judge.isGone(id)) this.judge.find('liveness', `no end of run ${id} is reported`);
  }

  #awaitRuns(engine: Engine): readonly { readonly id: string; isOver: boolean }[] {
    return this.judge.unfinished.map(({ id }) => {
      const waiting = { id, isOver: false };
      engine.runs.waitFor(id).then(
        () => {
          waiting.isOver = true;
        },
        (error: unknown) => {
          waiting.isOver = true;
          this.judge.find('liveness', `waiting for run ${id} failed: ${String(error)}`);
        },
      );
      return waiting;
    });
  }

  /** Running processes die or stop; a new process must finish everything. */
  async #recover(): Promise<void> {
    if (this.judge.violations.length > 0) return;
    this.trace.add('recovery');
    for (const process of this.up) {
      if (this.plan.seed % 2 === 0) process.die();
      else await this.#stopNow(process);
    }
    if (this.plan.seed % 2 === 0) await this.#disk.crash();
    const last = this.boot();
    await this.#pass(this.#calmMaxMs, () => this.judge.areAllFinished);
    this.#expectFinished('with a new process');
    await this.#stopNow(last);
    if (last.running > 0) this.judge.find('liveness', `${last.running} handlers run after the stop`);
  }

  async #stopNow(process: EngineProcess): Promise<void> {
    process.isStopping = true;
    let isOver = false;
    const stopping = process.engine.stop({ deadlineMs: STOP_DEADLINE_MS });
    stopping.then(
      () => {
        isOver = true;
      },
      (error: unknown) => process.expectProper(error, 'a stop'),
    );
    await this.#pass(this.#calmMaxMs, () => isOver);
    if (!isOver) this.judge.find('liveness', `process ${process.no} does not stop`);
    process.die();
  }

  #expectFinished(when: string): void {
    for (const run of this.judge.unfinished)
      this.judge.find(
        'liveness',
        `run ${run.id} is ${run.processingStatus} ${this.#calmMaxMs / 1_000} s ${when}`,
      );
  }

  async #endingChecks(): Promise<void> {
    if (this.judge.violations.length > 0) return;
    const { store } = this.#disk;
    for (const run of await store.listUnfinishedRuns())
      this.judge.find(
        'left over',
        `run ${run.id} is ${run.published ? run.processingStatus : 'not published'}`,
      );
    const report = await checkStore(store, { strictFailed: this.plan.strictFailed });
    for (const { invariant, message } of report.violations) this.judge.find(`check ${invariant}`, message);
    if (report.runs !== this.judge.runs.length)
      this.judge.find('lost', `${this.judge.runs.length} runs were committed, and ${report.runs} are there`);
  }

  // --- processes ---------------------------------------------------------------------------------

  get up(): readonly EngineProcess[] {
    return this.processes.filter((process) => process.isUp);
  }

  /** Starts a process. One that cannot start ends, and another one is tried, as a supervisor would. */
  boot(): EngineProcess {
    const made = new EngineProcess(this.processes.length + 1, this, this.#disk);
    this.processes.push(made);
    this.trace.add(`${made.no} boots`);
    made.engine.start().catch((error: unknown) => {
      if (!made.isUp) return;
      made.expectProper(error, 'a start');
      this.crash(made, 1_000);
    });
    return made;
  }

  restartStore(): void {
    this.trace.add('the store restarts');
    this.#cutOffCalls = this.#storeCalls;
  }

  bootLater(offMs: number): void {
    this.#coming += 1;
    this.clock.setTimer(offMs, () => {
      this.#coming -= 1;
      this.boot();
    });
  }

  crash(process: EngineProcess, offMs: number): void {
    if (process.isDead) return;
    this.trace.add(`${process.no} dies`);
    process.die();
    this.#coming += 1;
    // The copy of the files is made before another process can write.
    const isLast = this.up.length === 0;
    this.#chores.push(async () => {
      this.#coming -= 1;
      if (isLast) await this.#disk.crash();
      this.bootLater(offMs);
    });
  }

  /** A stop has ended: the process ends with it, and another one starts later. */
  endStopped(process: EngineProcess, offMs: number): void {
    if (process.isDead) return;
    this.trace.add(`${process.no} has stopped`);
    if (process.running > 0 && !this.isCalm) this.trace.add(`${process.running} handlers are abandoned`);
    process.die();
    this.bootLater(offMs);
  }

  chore(work: () => Promise<void>): void {
    this.#chores.push(work);
  }

  // --- what happens when -------------------------------------------------------------------------

  #arrange({ at, what }: Happening): void {
    if ('ms' in at) {
      this.clock.setTimer(at.ms, () => this.#happen(what, null));
      return;
    }
    if ('handler' in at) addTo(this.#byHandler, at.handler, what);
    else {
      const times = what.kind === 'error' ? what.times : 1;
      const [map, first] = 'call' in at ? [this.#byCall, at.call] : [this.#byCommit, at.commit];
      for (let more = 0; more < times; more++) addTo(map, `${first + more}${at.side}`, what);
    }
  }

  #happen(what: What, where: EngineProcess | null): void {
    if (this.isCalm) return;
    if (isOrphaning(what)) this.#isOrphaned = true;
    act(this, what, where);
  }

  storeControl(owner: EngineProcess): StoreControl {
    return {
      get isDead() {
        return owner.isDead;
      },
      begin: (isCommit = false) => {
        if (owner.isDead) return this.#storeCalls;
        this.#storeCalls += 1;
        if (isCommit) this.#commits.push(this.#storeCalls);
        return this.#storeCalls;
      },
      at: (call, side) => this.#atCall(owner, call, side),
      deliver: (listener, news) => {
        if (owner.isDead || owner.isCutOff) return;
        if (owner.clock.isStalled) void owner.clock.awake().then(() => owner.isDead || listener(news));
        else listener(news);
      },
      committed: (touched, call) => {
        const states = touched.map(
          ({ id, run }) => `${id} ${run?.processingStatus} ${run?.lastUpdatedAtMs} ${run?.claim}`,
        );
        this.trace.add(`${owner.no} commits ${call} ${states.join(' ')}`);
        this.judge.committed(owner.no, touched);
      },
    };
  }

  #atCall(owner: EngineProcess, call: number, side: Side): Promise<void> | null {
    if (!owner.isDead) {
      if (this.isCalm) return null;
      const rounds = this.plan.jitter === 0 ? 0 : below(this.#random, this.plan.jitter + 1);
      const happenings = this.#happeningsAt(call, side);
      const wayMs = side === 'middle' ? 0 : this.#wayMs(owner);
      if (happenings) this.#reached.add(`${call}${side}`);
      else if (rounds === 0 && wayMs === 0 && !this.#isCutOff(owner, call)) return null;
      return this.#disturb(owner, call, side, { rounds, wayMs, happenings: happenings ?? [] });
    }
    return side === 'middle' ? Promise.reject(cutOff()) : never();
  }

  #happeningsAt(call: number, side: Side): readonly What[] | undefined {
    const happenings = this.#byCall.get(`${call}${side}`);
    const commit = this.#byCommit.size === 0 ? 0 : this.#commits.indexOf(call) + 1;
    if (commit === 0) return happenings;
    return happenings ?? this.#byCommit.get(`${commit}${side}`);
  }

  /** How long a call of a process is on its way; a process that stands still makes none. */
  #wayMs({ clock }: EngineProcess): number {
    const { wayMs = 0 } = this.plan.cluster ?? {};
    const ownMs = wayMs === 0 ? 0 : below(this.#random, wayMs + 1);
    return clock.isStalled ? Math.max(1, ownMs) : ownMs;
  }

  #isCutOff(owner: EngineProcess, call: number): boolean {
    return owner.isCutOff || call <= this.#cutOffCalls;
  }

  async #disturb(
    owner: EngineProcess,
    call: number,
    side: Side,
    { rounds, wayMs, happenings }: { rounds: number; wayMs: number; happenings: readonly What[] },
  ): Promise<void> {
    for (let left = rounds; left > 0; left--) await this.clock.yield();
    if (wayMs > 0) await Promise.race([sleep(this.clock, wayMs), this.#released]);
    for (const what of happenings) {
      if (owner.isDead) break;
      if (what.kind === 'slow') await Promise.race([sleep(this.clock, what.ms), this.#released]);
      else if (what.kind === 'error') this.#refuse(what);
      else if (what.kind === 'late') throw new LateCall(sleep(this.clock, what.ms));
      else this.#happen(what, owner);
    }
    // An open transaction goes on: a process that stands still in one would hold up the memory store.
    if (side !== 'middle' && owner.clock.isStalled) await owner.clock.awake();
    if (owner.isDead) await (side === 'middle' ? Promise.reject(cutOff()) : never());
    if (this.#isCutOff(owner, call)) throw unreachable();
  }

  #refuse(what: Extract<What, { kind: 'error' }>): never {
    if (isOrphaning(what)) this.#isOrphaned = true;
    throw new LifecycleError(what.code, 'Expected the store to answer, got a fault of the plan');
  }

  handlerBegins(owner: EngineProcess): { readonly call: number; readonly trouble: TaskFault | null } {
    this.#handlerCalls += 1;
    const call = this.#handlerCalls;
    let trouble: TaskFault | null = null;
    if (this.isCalm) return { call, trouble };
    for (const what of this.#byHandler.get(call) ?? []) {
      if (what.kind === 'trouble') trouble = what.trouble;
      else this.#happen(what, owner);
    }
    return { call, trouble };
  }

  hang(): Promise<void> {
    return this.#released;
  }
}

function cutOff(): LifecycleError {
  return new LifecycleError('StoreFailed', 'The process has died; its calls are cut off');
}

function unreachable(): LifecycleError {
  return new LifecycleError(
    'StoreFailed',
    'Expected the store to be reachable, got a connection that is cut off',
  );
}

function addTo<Key>(map: Map<Key, What[]>, key: Key, what: What): void {
  const list = map.get(key);
  if (list) list.push(what);
  else map.set(key, [what]);
}

/** Resolves after `ms` of the clock. */
function sleep(clock: VirtualClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(ms, resolve));
}
