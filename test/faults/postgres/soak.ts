/** One soak: a server, a proxy, workers, runs, and what goes wrong meanwhile. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createEngine } from '../../../src/embed.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { checkStore } from '../../../src/ledger/check.ts';
import { taskResultId } from '../../../src/model/ids.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { Store } from '../../../src/ports/store.ts';
import { postgresStore } from '../../../src/stores/postgres/open.ts';
import { seededRandom } from '../../../src/system/virtual/random.ts';
import { pgBossSource } from '../../../src/work/pg-boss/open.ts';
import { type Server, startServer } from '../../postgres/server.ts';
import { SCHEMA, SoakDatabase } from './database.ts';
import { compareEffects, type Effects } from './effects.ts';
import { Incidents } from './incidents.ts';
import { makeMutant } from './mutants.ts';
import type { SoakOptions } from './options.ts';
import { soakDirectory } from './people.ts';
import { LossyProxy } from './proxy.ts';
import { doneTasks, faultsOf, processedTasks, type SeenRun, takeSnapshot } from './snapshot.ts';
import { Workers } from './workers.ts';

/** From the beginning of a snapshot to that of the next, ms. */
const SNAPSHOT_MS = 250;
/** Runs that are worked on at a time. */
const RUNS_OPEN = 2;
/** Nothing was recorded for so long: the runs will never end, ms. */
const STUCK_MS = 60_000;
/** A stall of a fixed time lasts between one and so many leases. */
const STALL_MAX = 1.3;
/** A stall that waits for a take-over waits for so many leases at most: the other workers may have no room. */
const WORST_MOMENT_MAX = 2;
/** Faults begin and end at these shares of all tasks. */
const FAULTS_FROM = 0.01;
const FAULTS_TO = 0.93;

type Fault = 'kill' | 'stall' | 'terminate' | 'restart' | 'cancel';

/** The figures of a soak. */
export interface SoakResult {
  readonly violations: readonly string[];
  /** How often each fault came. */
  readonly faults: Readonly<Record<Fault, number>>;
  readonly lost: LossyProxy['lost'];
  readonly snapshots: number;
  /** Longest time between the beginnings of two snapshots while the server was there, ms. */
  readonly longestGapMs: number;
  readonly runs: readonly SeenRun[];
  readonly effects: Effects;
  /** What workers noted, by kind. */
  readonly incidents: Readonly<Record<string, number>>;
}

/** A soak in progress. */
export class Soak {
  readonly #options: SoakOptions;
  readonly #folder: string;
  readonly #server: Server;
  readonly #proxy: LossyProxy;
  readonly #database: SoakDatabase;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #workers: Workers;
  readonly #workflowId: string;
  readonly #incidents: Incidents;
  readonly #violations = new Set<string>();
  readonly #runs = new Map<string, SeenRun | null>();
  readonly #faults: Record<Fault, number> = {
    kill: 0,
    stall: 0,
    terminate: 0,
    restart: 0,
    cancel: 0,
  };
  /** Runs whose cancel was accepted. */
  readonly #canceled = new Set<string>();
  #usersMade = 0;
  #snapshots = 0;
  #longestGapMs = 0;
  #isRestarting = false;
  /** Crashes that have begun. */
  #crashes = 0;
  /** What must not meet a crash of the server. */
  #busy: Promise<unknown> = Promise.resolve();
  #isOver = false;

  private constructor(
    options: SoakOptions,
    folder: string,
    parts: {
      readonly server: Server;
      readonly proxy: LossyProxy;
      readonly database: SoakDatabase;
      readonly store: Store;
      readonly engine: Engine;
      readonly workers: Workers;
      readonly workflowId: string;
    },
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#incidents = new Incidents(incidentsIn(folder));
    this.#server = parts.server;
    this.#proxy = parts.proxy;
    this.#database = parts.database;
    this.#store = parts.store;
    this.#engine = parts.engine;
    this.#workers = parts.workers;
    this.#workflowId = parts.workflowId;
  }

  /** @param folder an empty one, for the logs. */
  static async start(options: SoakOptions, folder: string): Promise<Soak> {
    const server = await startServer({ isDurable: true });
    const random = seededRandom(options.seed ^ 0x5eed);
    const { proxy, url } = await LossyProxy.open(server.url, options, random);
    const database = new SoakDatabase(server.url);
    const store = await postgresStore({ connectionString: `${server.url}?application_name=soak` });
    await database.watchEndings();
    Object.assign(LIMITS, { sliceLeaseMs: options.leaseMs });
    const engine = await createEngine({
      store,
      directory: soakDirectory,
      tasks: { '*': () => {} },
      ...(options.work === 'pg-boss' ? { work: pgBossSource(store) } : {}),
    });
    const { id: workflowId } = await engine.workflows.create({
      category: 'leaver',
      displayName: 'Soak',
      executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
      tasks: Array.from({ length: options.tasks }, (_, index) => ({
        taskDefinitionId: `task${index + 1}`,
        displayName: `Task ${index + 1}`,
        continueOnError: true,
      })),
    });
    const program = options.mutant === null ? [] : [makeMutant(join(folder, 'mutant'), options.mutant)];
    const task = {
      ...options,
      url,
      calls: join(folder, 'calls.log'),
      incidents: incidentsIn(folder),
    };
    const workers = new Workers(task, options.processes, join(folder, 'workers.log'), ...program);
    return new Soak(options, folder, { server, proxy, database, store, engine, workers, workflowId });
  }

  /** Works all runs off, with the faults. @param onProgress called after each snapshot, with the share that is done. */
  async run(onProgress: (done: number, faults: string) => void): Promise<SoakResult> {
    const watching = this.#watch(onProgress);
    const making = this.#makeRuns();
    await Promise.all([watching, making, this.#makeFaults()]);
    return this.#judge();
  }

  /** Ends early. */
  interrupt(): void {
    this.#isOver = true;
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    this.#workers.abandon();
    this.#proxy.close();
    await this.#engine.close();
    await this.#database.close();
    await this.#server.stop();
  }

  get #done(): number {
    return [...this.#runs.values()].reduce((sum, run) => sum + (run === null ? 0 : doneTasks(run)), 0);
  }

  get #open(): readonly string[] {
    return [...this.#runs].flatMap(([id, run]) => (run?.isFinal ? [] : [id]));
  }

  async #makeRuns(): Promise<void> {
    const { users, runUsers } = this.#options;
    while (this.#usersMade < users && !this.#isOver) {
      if (this.#open.length >= RUNS_OPEN || this.#isRestarting) {
        await wait(SNAPSHOT_MS);
        continue;
      }
      const count = Math.min(runUsers, users - this.#usersMade);
      const subjects = Array.from({ length: count }, (_, index) => `user${this.#usersMade + index + 1}`);
      const activated = this.#engine.runs.activate(this.#workflowId, { subjects });
      this.#busy = Promise.all([this.#busy, activated.catch(() => {})]);
      this.#runs.set((await activated).id, null);
      this.#usersMade += count;
    }
  }

  async #watch(onProgress: (done: number, faults: string) => void): Promise<void> {
    const { users, tasks } = this.#options;
    let last = { at: performance.now(), crashes: -1 };
    let progress = { tasks: 0, at: performance.now() };
    while (!this.#isOver) {
      const beganAt = performance.now();
      const isThere = !this.#isRestarting && last.crashes === this.#crashes;
      if (isThere) this.#longestGapMs = Math.max(this.#longestGapMs, beganAt - last.at);
      last = { at: beganAt, crashes: this.#isRestarting ? -1 : this.#crashes };
      if (this.#open.length > 0) await this.#compare(this.#open);
      const done = this.#done;
      if (done > progress.tasks) progress = { tasks: done, at: beganAt };
      if (beganAt - progress.at > STUCK_MS) {
        this.#violations.add(`nothing was recorded for ${STUCK_MS / 1_000} s`);
        this.#isOver = true;
      }
      if (this.#usersMade === users && this.#open.length === 0) this.#isOver = true;
      onProgress(done / (users * tasks), JSON.stringify(this.#faults));
      await wait(Math.max(0, SNAPSHOT_MS - (performance.now() - beganAt)));
    }
  }

  async #compare(ids: readonly string[]): Promise<void> {
    try {
      for (const run of await takeSnapshot(this.#database.ask, SCHEMA, ids)) {
        for (const fault of faultsOf(run, this.#runs.get(run.id) ?? undefined)) this.#violations.add(fault);
        this.#runs.set(run.id, run);
      }
      this.#snapshots += 1;
    } catch (error) {
      this.#violations.add(`a snapshot cannot be read: ${String(error)}`);
    }
  }

  async #makeFaults(): Promise<void> {
    const { kills, stalls, terminations, restarts, cancels, users, tasks, seed } = this.#options;
    const random = seededRandom(seed);
    const wanted = {
      kill: kills,
      stall: stalls,
      terminate: terminations,
      restart: restarts,
      cancel: cancels,
    };
    const plan = (Object.entries(wanted) as [Fault, number][])
      .flatMap(([fault, count]) => Array.from({ length: count }, () => ({ fault, at: random.next() })))
      .sort((a, b) => a.at - b.at);
    for (const { fault, at } of plan) {
      const threshold = (FAULTS_FROM + at * (FAULTS_TO - FAULTS_FROM)) * users * tasks;
      while (!this.#isOver && this.#done < threshold) await wait(SNAPSHOT_MS / 5);
      while (!this.#isOver && !(await this.#make(fault, random.next(), random.next())))
        await wait(SNAPSHOT_MS / 5);
      if (this.#isOver) return;
      this.#faults[fault] += 1;
    }
  }

  /** `false`: it cannot be made now. */
  async #make(fault: Fault, draw: number, extent: number): Promise<boolean> {
    if (fault === 'kill') return this.#workers.kill(draw);
    if (fault === 'stall') return this.#workers.stall(draw, (pid) => this.#stalled(pid, extent));
    if (fault === 'terminate') return this.#database.terminateOne(draw);
    if (fault === 'cancel') return this.#cancel(draw);
    this.#isRestarting = true;
    this.#crashes += 1;
    try {
      await this.#busy;
      await this.#server.crash();
    } finally {
      this.#isRestarting = false;
    }
    return true;
  }

  /** Cancels a run that is being worked on, without waiting for its end. `false`: there is none. */
  async #cancel(draw: number): Promise<boolean> {
    const begun = this.#open.filter((id) => this.#runs.get(id) && !this.#canceled.has(id));
    const id = begun[Math.floor(draw * begun.length)];
    if (id === undefined) return false;
    this.#canceled.add(id);
    const canceled = this.#engine.runs.cancel(id).then(
      () => {},
      (error: unknown) => {
        this.#canceled.delete(id);
        if (!LifecycleError.is(error) || error.code !== 'AlreadyFinal')
          this.#violations.add(`a cancel failed: ${String(error)}`);
      },
    );
    this.#busy = Promise.all([this.#busy, canceled]);
    return true;
  }

  /**
   * Half of the stalls end at the worst moment: when another process has just claimed a slice, and has not yet
   * committed anything. The others end soon after the lease.
   */
  async #stalled(pid: number, extent: number): Promise<void> {
    const { leaseMs } = this.#options;
    if (extent < 0.5) return wait(leaseMs * (1 + 2 * (STALL_MAX - 1) * extent));
    await this.#incidents.takeOverFrom(pid, AbortSignal.timeout(WORST_MOMENT_MAX * leaseMs));
  }

  async #judge(): Promise<SoakResult> {
    const found = this.#violations;
    const { users, tasks } = this.#options;
    for (const ending of [...this.#workers.crashes, ...(await this.#workers.stop())]) found.add(ending);
    const ids = [...this.#runs.keys()];
    await this.#compare(ids);
    const runs = [...this.#runs.values()].filter((run) => run !== null);
    const endings = await this.#database.endings();
    for (const run of runs) {
      if (!run.isFinal) found.add(`run ${run.id} is ${run.status}`);
      if (this.#canceled.has(run.id) && run.counters.canceled_users > 0 && run.status !== 'canceled')
        found.add(`run ${run.id} was canceled and is ${run.status}`);
      if (!this.#canceled.has(run.id) && run.counters.canceled_users > 0)
        found.add(`run ${run.id} was not canceled and has ${run.counters.canceled_users} canceled users`);
      if (endings.get(run.id) !== 1) found.add(`run ${run.id} has ended ${endings.get(run.id) ?? 0} times`);
      if (run.slicesLeft > 0) found.add(`run ${run.id} has ${run.slicesLeft} slices left`);
      if (run.journalRows > 0) found.add(`run ${run.id} has ${run.journalRows} rows of journal left`);
    }
    const counted = runs.reduce((sum, run) => sum + run.users, 0);
    if (counted !== users) found.add(`the runs have ${counted} users`);
    const outcomes = new Map<string, number>();
    try {
      for (const { runId, message } of (await checkStore(this.#store)).violations)
        found.add(`check of run ${runId}: ${message}`);
      for (const id of ids) await this.#addOutcomes(id, outcomes);
    } catch (error) {
      found.add(`the store cannot be read: ${String(error)}`);
    }
    const processed = runs.reduce((sum, run) => sum + processedTasks(run), 0);
    if (outcomes.size !== processed || (this.#canceled.size === 0 && processed !== users * tasks))
      found.add(`${outcomes.size} outcomes are recorded, ${processed} tasks counted as processed`);
    const effects = await compareEffects(join(this.#folder, 'calls.log'), outcomes);
    if (effects.withoutEffect > 0) found.add(`${effects.withoutEffect} outcomes have no effect`);
    if (effects.afterTheirOutcome > 0)
      found.add(`${effects.afterTheirOutcome} tasks ran again after their outcome was recorded`);
    if (effects.twiceUnderOneClaim > 0)
      found.add(`${effects.twiceUnderOneClaim} tasks ran twice under one claim`);
    if (effects.severalOfOneUser > 0)
      found.add(`of ${effects.severalOfOneUser} users, several tasks were repeated after one take-over`);
    const { counts: incidents, unexpected } = this.#incidents.read();
    for (const one of unexpected) found.add(`a worker, ${one}`);
    const { lost } = this.#proxy;
    return {
      violations: [...found],
      faults: this.#faults,
      lost,
      snapshots: this.#snapshots,
      longestGapMs: this.#longestGapMs,
      runs,
      effects,
      incidents,
    };
  }

  /** The claim under which each task of a run came to its outcome, by the key that its handler was called with. */
  async #addOutcomes(runId: string, outcomes: Map<string, number>): Promise<void> {
    for (let after = 0; ; ) {
      const page = await this.#store.listUsers({
        runId,
        where: null,
        order: { property: 'id', descending: false },
        after: { value: null, key: after },
        limit: LIMITS.usersPerBatch,
      });
      for (const { ordinal, outcomes: own } of page)
        for (const [index, { status, failureReason, processingInfo }] of (own ?? []).entries())
          if (status !== 'canceled')
            outcomes.set(taskResultId(runId, ordinal, index + 1), Number(processingInfo ?? failureReason));
      const last = page.at(-1);
      if (last === undefined || page.length < LIMITS.usersPerBatch) return;
      after = last.ordinal;
    }
  }
}

function incidentsIn(folder: string): string {
  return join(folder, 'incidents.log');
}
