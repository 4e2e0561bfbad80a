// Kept in the declarations: `Symbol.asyncDispose` is in no `lib` of ES2024 or before.
/// <reference lib="esnext.disposable" preserve="true" />
import { LifecycleError } from '../errors/index.ts';
import { answerCallback, isCallbackToken } from '../ledger/callbacks.ts';
import { assembleLedger, type Ledger, type LedgerMethods } from '../ledger/index.ts';
import { createInsights, type Insights } from '../ledger/insights.ts';
import { runResource } from '../ledger/resources.ts';
import type { EngineEventMap, EngineEventName, EventSink } from '../model/events.ts';
import type { Run } from '../model/resources.ts';
import type { Directory } from '../ports/directory.ts';
import type { Logger } from '../ports/logger.ts';
import { isTerminal } from '../rules/index.ts';
import { Activator } from './activation.ts';
import { Breath } from './breath.ts';
import { Dispatcher } from './dispatcher.ts';
import type { EngineRuns, EngineTaskResults } from './engine-methods.ts';
import { extensionHandler } from './extension-handler.ts';
import { Handlers } from './handlers.ts';
import { EventHub, type Listener } from './hub.ts';
import { normalizedDirectory } from './normalized-directory.ts';
import type { EnginePorts, EngineSettings } from './options.ts';
import { RequestDesk } from './requests.ts';
import { Scheduler } from './scheduler.ts';
import { endsWithin, readDeadline, StopDeadline, type StopOptions } from './stop-deadline.ts';
import { logUnheard } from './unheard.ts';
import { Waiters } from './waiters.ts';
import { createEngineWorkflows, type EngineWorkflows } from './workflows.ts';

/** A lifecycle-workflow engine. */
export interface Engine extends Omit<LedgerMethods, 'runs' | 'workflows' | 'taskProcessingResults'> {
  readonly taskProcessingResults: EngineTaskResults;
  readonly workflows: EngineWorkflows;
  readonly insights: Insights;
  readonly runs: EngineRuns;
  /** Whom the engine's directory knows, as they are now. */
  readonly directory: Pick<Directory, 'get'>;
  /** Begins: unfinished runs go on, the scheduler is on. May be called once. */
  start(): Promise<void>;
  /**
   * Stops within `deadlineMs` (default 8,000), whatever handlers, directory and store do. Running handlers may end
   * by themselves at first; then their `signal` aborts, early enough that one which honours it is recorded: with
   * half of the time left, or `abortGraceMs` when that is shorter. What is unfinished stays in the store, for the
   * next start. Methods that read go on working. Called again, it can bring the deadline forward.
   *
   * @throws LifecycleError `InvalidArgument` for a deadline that is none.
   */
  stop(options?: StopOptions): Promise<void>;
  /**
   * Stops, then closes the store and the directory, all within `deadlineMs`. What has not closed by then is left
   * to close by itself, and told as `engine.error`.
   *
   * @throws LifecycleError as `stop`; what closing throws.
   */
  close(options?: StopOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
}

/** An engine on the given ports. @throws LifecycleError `InvalidArgument` for a handler. */
export function assembleEngine(ports: EnginePorts, settings: EngineSettings): Engine {
  return new LifecycleEngine(
    { ...ports, directory: normalizedDirectory(ports.directory), logger: quiet(ports.logger) },
    settings,
  );
}

class LifecycleEngine implements Engine, EventSink {
  readonly workflows: Engine['workflows'];
  readonly runs: EngineRuns;
  readonly userProcessingResults: Engine['userProcessingResults'];
  readonly subjectProcessingResults: Engine['subjectProcessingResults'];
  readonly taskProcessingResults: Engine['taskProcessingResults'];
  readonly taskReports: Engine['taskReports'];
  readonly settings: Engine['settings'];
  readonly insights: Engine['insights'];
  readonly customTaskExtensions: Engine['customTaskExtensions'];
  readonly directory: Engine['directory'];
  readonly #ports: EnginePorts;
  readonly #ledger: Ledger;
  readonly #hub: EventHub;
  readonly #dispatcher: Dispatcher;
  readonly #scheduler: Scheduler;
  readonly #requests: RequestDesk;
  readonly #waiters = new Waiters();
  readonly #deadline: StopDeadline;
  #phase: 'new' | 'started' | 'stopped' = 'new';
  #starting: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(ports: EnginePorts, settings: EngineSettings) {
    this.#ports = ports;
    this.#hub = new EventHub(ports.clock, (error, name) => this.#listenerFailed(error, name));
    this.directory = { get: (ids) => ports.directory.get(ids) };
    const { store, ids } = ports;
    const breath = new Breath(ports.clock);
    this.#ledger = assembleLedger(
      {
        store,
        clock: breath,
        ids,
        events: this,
        aggregation: { strictFailed: settings.strictFailed },
        planning: new Set(),
      },
      {
        limits: settings.limits,
        scheduleIntervalMs: settings.scheduleIntervalMs,
        workflowChanged: () => {
          if (this.#phase === 'started') void this.#scheduler.refresh();
          this.#dropGone().catch((error: unknown) => {
            this.emit('engine.error', { error, during: 'looking for purged runs' });
          });
        },
      },
    );
    const builtIn = { runCustomTaskExtension: extensionHandler(this.#ledger.context, ports.callout) };
    const handlers = new Handlers(settings.tasks, builtIn, settings.noOp);
    this.#dispatcher = new Dispatcher(this.#ledger, ports, settings, handlers, breath);
    this.#deadline = new StopDeadline(ports.clock, settings.abortGraceMs, (graceMs) =>
      this.#dispatcher.abort(graceMs),
    );
    this.#scheduler = new Scheduler({
      ledger: this.#ledger,
      ports,
      settings,
      planned: (run) => this.#dispatcher.enqueue(run),
      bind: (workflow) => this.#dispatcher.bind(workflow),
    });
    const made = { ledger: this.#ledger, ports, settings, dispatcher: this.#dispatcher };
    const activator = new Activator({
      ...made,
      scheduler: this.#scheduler,
      isStopped: () => this.#phase === 'stopped',
      gone: (runId) => this.#gone(runId),
    });
    this.workflows = createEngineWorkflows({ ...made, activator });
    this.insights = createInsights(this.#ledger.context);
    this.userProcessingResults = this.#ledger.userProcessingResults;
    this.subjectProcessingResults = this.#ledger.subjectProcessingResults;
    this.customTaskExtensions = this.#ledger.customTaskExtensions;
    this.taskProcessingResults = {
      ...this.#ledger.taskProcessingResults,
      resume: async (workflowId, taskResultId, input, proof) => {
        const { context } = this.#ledger;
        const { runId, no } = await answerCallback(context, workflowId, taskResultId, input, proof);
        this.#dispatcher.wake(runId, no);
      },
      isCallbackToken: (taskResultId, token) =>
        isCallbackToken(this.#ledger.context.store, taskResultId, token),
    };
    this.taskReports = this.#ledger.taskReports;
    this.settings = this.#ledger.settings;
    this.runs = this.#engineRuns(activator);
    this.#requests = new RequestDesk({ store, clock: ports.clock, methods: this, events: this });
  }

  async start(): Promise<void> {
    if (this.#phase !== 'new') {
      throw new LifecycleError(
        'EngineStopped',
        `Expected an engine that was never started, got one that is ${this.#phase}; make a new one`,
      );
    }
    this.#phase = 'started';
    this.#starting = this.#begin();
    try {
      await this.#starting;
    } catch (error) {
      // It may be tried again: a locked store, say.
      this.#dispatcher.close();
      if (this.#phase === 'started') this.#phase = 'new';
      throw error;
    }
  }

  async stop(options?: StopOptions): Promise<void> {
    this.#deadline.set(readDeadline(options, 'stop'));
    this.#stopping ??= this.#stop();
    await this.#stopping;
  }

  async close(options?: StopOptions): Promise<void> {
    const { clock, store, directory } = this.#ports;
    const deadlineMs = readDeadline(options, 'close');
    const endsAtMs = clock.elapsed() + deadlineMs;
    await this.stop({ deadlineMs });
    const closing = Promise.all([store.close(), (async () => directory.close?.())()]);
    if (await endsWithin(clock, endsAtMs - clock.elapsed(), closing)) return;
    const error = new Error(
      `Expected store and directory to be closed within ${deadlineMs} ms, got no answer`,
    );
    this.emit('engine.error', { error, during: 'closing' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#hub.on(name, listener);
  }

  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#hub.once(name, listener);
  }

  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#hub.off(name, listener);
  }

  /** Of the sink that the ledger tells: the engine itself hears three of its events. */
  has(name: EngineEventName): boolean {
    return (
      name === 'run.canceling' || name === 'run.finished' || name === 'engine.error' || this.#hub.has(name)
    );
  }

  emit<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void {
    if (name === 'run.canceling' || name === 'run.finished') {
      const { run } = payload as EngineEventMap['run.finished'];
      if (name === 'run.canceling') this.#dispatcher.cancel(run.id);
      else {
        this.#dispatcher.end(run.id);
        this.#waiters.resolve(run.id, run);
      }
    }
    if (!this.#hub.has(name)) logUnheard(this.#ports.logger, name, payload);
    this.#hub.emit(name, payload);
  }

  async #begin(): Promise<void> {
    await this.#ledger.settings.load();
    if (this.#phase !== 'started') return;
    await this.#requests.open();
    if (this.#phase !== 'started') return;
    await this.#dispatcher.start();
    if (this.#phase === 'started') await this.#scheduler.start();
  }

  async #stop(): Promise<void> {
    this.#phase = 'stopped';
    this.#dispatcher.close();
    // A directory that never answers, or a store that refuses every commit, must not keep the process.
    await Promise.race([this.#windDown(), this.#deadline.passed]);
    this.#deadline.end();
    this.#dispatcher.abandon();
    this.#hub.flush();
    this.#waiters.rejectAll(
      () => new LifecycleError('EngineStopped', 'Expected the run to finish, got a stop of the engine first'),
    );
  }

  async #windDown(): Promise<void> {
    const started = this.#starting.catch(() => {}); // whoever called start() hears of it
    await Promise.all([started, this.#requests.close(), this.#scheduler.stop(), this.#dispatcher.drain()]);
  }

  #listenerFailed(error: unknown, name: EngineEventName): void {
    if (name === 'engine.error')
      this.#ports.logger.error('tenure: a listener of engine.error failed', { error });
    else this.emit('engine.error', { error, during: `a listener of ${name}` });
  }

  /** A purge takes runs with it: those who wait for one, and its driver, are told. */
  async #dropGone(): Promise<void> {
    for (const runId of this.#waiters.runIds) {
      if (!(await this.#ports.store.getRun(runId))) this.#gone(runId);
    }
  }

  #gone(runId: string): void {
    // Handlers that run for it may stop.
    this.#dispatcher.cancel(runId);
    this.#dispatcher.end(runId);
    this.#waiters.reject(
      runId,
      new LifecycleError('NotFound', `Expected run ${runId} to finish, got its deletion first`, { runId }),
    );
  }

  #engineRuns(activator: Activator): EngineRuns {
    const { runs } = this.#ledger;
    return {
      ...runs,
      activate: (...args) => activator.activate(...args),
      activateWithScope: (...args) => activator.activateWithScope(...args),
      reprocess: (...args) => activator.reprocess(...args),
      evaluate: (...args) => activator.evaluate(...args),
      finished: (first: string, second?: string) =>
        this.#finished(second ?? first, second === undefined ? null : first),
      delete: async (workflowId, runId) => {
        await runs.delete(workflowId, runId);
        this.#gone(runId.toLowerCase());
      },
    };
  }

  async #finished(id: string, workflowId: string | null): Promise<Run> {
    const runId = id.toLowerCase();
    const waiting = this.#waiters.wait(runId);
    try {
      const record = await this.#ports.store.getRun(runId);
      const isHere = workflowId === null || record?.workflowId === workflowId.toLowerCase();
      if (!record?.published || !isHere) {
        throw new LifecycleError('NotFound', `Expected a run \`${id}\`, got none`, { runId: id });
      }
      if (isTerminal(record.processingStatus)) return runResource(record);
      if (this.#phase !== 'stopped') return await waiting;
    } finally {
      this.#waiters.forget(runId, waiting);
    }
    throw new LifecycleError(
      'EngineStopped',
      `Expected the engine to run to see run ${runId} finish, got one that was stopped`,
      { runId },
    );
  }
}

/** The host's logger, which may throw: that is no reason for anything here to stop. */
function quiet(logger: Logger): Logger {
  const guard =
    (method: keyof Logger): Logger[keyof Logger] =>
    (message, data) => {
      try {
        logger[method](message, data);
      } catch {
        // There is nobody left to tell.
      }
    };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}
