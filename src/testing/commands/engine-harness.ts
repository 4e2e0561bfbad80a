/**
 * An engine whose tasks end when a test says so, in virtual time, over a store that can lose its process: what
 * `engineCommands` drives, and any test of your own can.
 */
import { readArray, readFlag, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readStore } from '../../input/ports.ts';
import type { Place } from '../../input/refuse.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { Store } from '../../ports/store.ts';
import type { TaskContext, TaskHandler } from '../../ports/task-handler.ts';
import { memoryStore } from '../../stores/memory/memory-store.ts';
import { type VirtualClock, virtualClock } from '../../system/virtual/virtual-clock.ts';
import { type CrashingStore, crashingStore } from '../audit/crashing-store.ts';
import { type EngineProcess, startEngineProcess } from '../audit/process.ts';
import { type RunSnapshot, snapshotOfRecords } from '../model/snapshot.ts';
import { type HistoryEvent, recordHistory } from '../oracles/check-history.ts';

/** What a harness is made of. */
export interface HarnessOptions {
  /** An empty store to test. Default: in memory. */
  readonly store?: Store;
  /** `continueOnError` of the tasks of the workflow. Default: two tasks, `false`. */
  readonly tasks?: readonly boolean[];
  /**
   * Handlers to test, one for each task in order: `end(user, 'handle')` lets one do its work. Time-outs and
   * retries of theirs are left out. Default: handlers that do nothing.
   */
  readonly handlers?: readonly TaskHandler[];
  /** Attempts of every task, {@link RETRY_MS} apart. Default 1: what fails has failed. */
  readonly attempts?: number;
  /** People to be processed: `u0` … Default 4. */
  readonly people?: number;
  /** See `AggregationOptions`. Default `false`. */
  readonly strictFailed?: boolean;
}

const OPTIONS = {
  store: optional(readStore),
  tasks: withDefault((place: Place) => readArray(place, 100).map(readFlag), [false, false]),
  handlers: withDefault((place: Place) => readArray(place, 100).map(({ value }) => value as TaskHandler), []),
  attempts: withDefault((place: Place) => readWhole(place, 1, 100), 1),
  people: withDefault((place: Place) => readWhole(place, 1, 1_000_000), 4),
  strictFailed: withDefault(readFlag, false),
} satisfies ShapeOf<HarnessOptions>;

/** How a task ends: as the test says, or by the handler under test. */
export type TaskEnding = 'succeed' | 'fail' | 'handle';

interface Gate {
  readonly context: TaskContext;
  readonly open: (ending: TaskEnding) => Promise<'completed' | 'failed'>;
}

const ABORT_GRACE_MS = 5_000;
const STOP_DEADLINE_MS = 2_000;
/** From an attempt that failed to the next one, at most, ms. */
const RETRY_MS = 1_000;

/** An engine with one run. */
export class EngineHarness {
  readonly store: Store;
  readonly tasks: readonly boolean[];
  readonly people: number;
  readonly attempts: number;
  readonly strictFailed: boolean;
  /** All events that the engines emitted, in order. */
  readonly history: HistoryEvent[] = [];
  readonly clock: VirtualClock = virtualClock(Date.UTC(2026, 0, 5, 9));
  readonly #handlers: readonly TaskHandler[];
  /** Tasks that run now, by subject. */
  readonly #gates = new Map<string, Gate>();
  #process: EngineProcess | null = null;
  #seen: CrashingStore | null = null;
  #seed = 0;
  #runId: string | null = null;

  constructor(options?: HarnessOptions) {
    const read = readOptions(options, 'EngineHarness', OPTIONS);
    this.store = read.store ?? memoryStore();
    this.tasks = read.tasks;
    this.people = read.people;
    this.attempts = read.attempts;
    this.strictFailed = read.strictFailed;
    this.#handlers = read.handlers;
  }

  /** Handlers are under test. */
  get hasHandlers(): boolean {
    return this.#handlers.length > 0;
  }

  /** Starts an engine and a run for the first `users` people; all of them start. */
  async begin(users: number): Promise<void> {
    const { engine } = await this.#start();
    const workflow = await this.#wait(engine.workflows.create(this.#workflow()));
    const subjects = Array.from({ length: users }, (_, index) => `u${index}`);
    const run = await this.#wait(engine.runs.activate(workflow.id, { subjects }));
    this.#runId = run.id;
    await this.rest();
  }

  /** Ends the attempt that user `index` is at, and lets everything happen that follows from it at once. */
  async end(index: number, ending: TaskEnding): Promise<'completed' | 'failed'> {
    const gate = this.#gates.get(`u${index}`);
    if (!gate) throw new Error(`Expected a task of user ${index} to run, got none`);
    this.#gates.delete(`u${index}`);
    const outcome = await gate.open(ending);
    await this.rest();
    return outcome;
  }

  /** Cancels the run; tasks that run are awaited. */
  async cancel(): Promise<void> {
    if (!this.#process || !this.#runId) throw new Error('Expected a run to cancel, got none');
    // It may wait for nothing but its own commits.
    await this.#wait(this.#process.engine.runs.cancel(this.#runId));
    await this.rest();
  }

  /** Lets so much time pass that all waiting users have begun their next attempt. */
  async wait(): Promise<void> {
    await this.clock.advance(RETRY_MS);
    await this.rest();
  }

  /** Lets so much time pass that tasks of a canceled run are written off. */
  async writeOff(): Promise<void> {
    this.#gates.clear();
    await this.clock.advance(ABORT_GRACE_MS + 1);
    await this.rest();
  }

  /** The process dies; a new one starts on the same store. Tasks that ran run again. */
  async crash(): Promise<void> {
    this.#seen?.crash();
    this.#process?.session.end();
    this.#gates.clear();
    await this.#start();
    await this.rest();
  }

  /** Ends the engine, in order. Tasks that run are waited for; `meanwhile` is when they can end. */
  async stop(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    if (!this.#process) return;
    const stopping = this.#process.engine.stop({ deadlineMs: STOP_DEADLINE_MS });
    await this.rest();
    await meanwhile();
    await this.clock.advance(STOP_DEADLINE_MS);
    await this.#wait(stopping);
  }

  /** The engine stops in order, and a new one starts. Tasks that did not end `meanwhile` run again. */
  async restart(meanwhile?: () => Promise<void>): Promise<void> {
    await this.stop(meanwhile);
    this.#process?.session.end();
    this.#gates.clear();
    await this.#start();
    await this.rest();
  }

  /** The run and its users as the store has them; `null` before there is one. */
  async snapshot(): Promise<RunSnapshot | null> {
    if (!this.#runId) return null;
    const run: RunRecord | null = await this.store.getRun(this.#runId);
    const users: readonly UserRecord[] = await this.store.listUsers({
      runId: this.#runId,
      where: null,
      order: { property: 'id', descending: false },
      after: null,
      limit: this.people + 1,
    });
    if (!run) throw new Error('Expected the store to have the run, got none');
    return snapshotOfRecords(run, users, this.tasks);
  }

  /** Lets everything happen that needs neither time nor the test. */
  async rest(): Promise<void> {
    for (;;) {
      await this.clock.settle();
      if (!this.#seen?.busy) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  async #start(): Promise<EngineProcess> {
    this.#seed += 1;
    this.#seen = crashingStore(this.store);
    const tasks = Object.fromEntries(this.tasks.map((_, index) => [`task-${index}`, this.#gated(index)]));
    const process = startEngineProcess({
      clock: this.clock,
      store: this.#seen,
      population: Array.from({ length: this.people }, (_, index) => ({ id: `u${index}` })),
      tasks,
      // A harness may crash more often than a process should.
      settings: { interruptionsMax: 1_000, abortGraceMs: ABORT_GRACE_MS, strictFailed: this.strictFailed },
      seed: this.#seed,
    });
    this.#process = process;
    recordHistory(process.engine, this.history);
    await this.#wait(process.engine.start());
    return process;
  }

  /** What a call of the engine comes to, with everything that it needs but time. */
  async #wait<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    for (let quiet = 0; !isSettled; quiet += 1) {
      await this.rest();
      if (quiet > 1_000)
        throw new Error('Expected the call to settle without time passing, got a standstill');
    }
    return promise;
  }

  #gated(index: number): TaskHandler {
    const handler = this.#handlers[index];
    const own = typeof handler === 'function' ? handler : handler?.run;
    const retry = { attempts: this.attempts, delayMs: RETRY_MS, factor: 1 };
    const run = (context: TaskContext): Promise<undefined> => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const open = async (ending: TaskEnding): Promise<'completed' | 'failed'> => {
        try {
          if (ending === 'fail') throw new Error('The test says so');
          if (ending === 'handle') await own?.(context);
          resolve(undefined);
          return 'completed';
        } catch (error) {
          reject(error);
          return 'failed';
        }
      };
      this.#gates.set(context.subject.id, { context, open });
      return promise;
    };
    return { run, retry };
  }

  #workflow(): WorkflowInput {
    return {
      category: 'joiner',
      displayName: 'Under test',
      executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
      tasks: this.tasks.map((continueOnError, index) => ({
        taskDefinitionId: `task-${index}`,
        continueOnError,
      })),
    };
  }
}
