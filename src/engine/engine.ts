// Kept in the declarations: `Symbol.asyncDispose` is in no `lib` of ES2024 or before.
/// <reference lib="esnext.disposable" preserve="true" />
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { EventHub, type Listener, type PeopleFilter } from '../events/event-hub.ts';
import type { EngineEventMap, EngineEventName, EventSink } from '../events/event-map.ts';
import { assembleLedger, type Ledger, type LedgerMethods } from '../ledger/ledger.ts';
import { createInsights, type Insights } from '../ledger/methods/insights.ts';
import { Collector } from '../metrics/collector.ts';
import type { EngineMetrics } from '../metrics/engine-metrics.ts';
import type { WorkSource } from '../ports/work-source.ts';
import { Activator } from './activation.ts';
import { SchedulerTurn } from './cluster/scheduler-turn.ts';
import { SharedSettings } from './cluster/shared-settings.ts';
import { createTaskResults, type EngineRuns, type EngineTaskResults } from './engine-methods.ts';
import { waitsAfter } from './handlers/callbacks/launch-and-wait.ts';
import { extensionHandler } from './handlers/extension-handler.ts';
import { Handlers } from './handlers/handlers.ts';
import { TimeSlice } from './lanes/time-slice.ts';
import { EngineMeter } from './metrics/engine-meter.ts';
import { type EngineHealth, HealthProbe } from './metrics/health.ts';
import { News } from './news/news.ts';
import { Waiters } from './news/waiters.ts';
import { normalizedDirectory } from './normalized-directory.ts';
import { quietLogger } from './quiet-logger.ts';
import { RequestDesk } from './requests.ts';
import { Dispatcher } from './runner/dispatcher.ts';
import { StoreSource } from './runner/store-source.ts';
import { Scheduler } from './scheduler.ts';
import { createEngineDirectory, type EngineDirectory } from './selection/engine-directory.ts';
import type { EnginePorts, EngineSettings } from './settings.ts';
import { endsWithin, readDeadline, StopDeadline, type StopOptions } from './stop-deadline.ts';
import { logUnheard } from './unheard.ts';
import { createEngineWorkflows, type EngineWorkflows } from './workflows.ts';

/** A lifecycle-workflow engine. */
export interface Engine extends Omit<LedgerMethods, 'runs' | 'workflows' | 'taskProcessingResults'> {
  readonly taskProcessingResults: EngineTaskResults;
  readonly workflows: EngineWorkflows;
  readonly insights: Insights;
  readonly runs: EngineRuns;
  /** The engine's directory: subjects as they are now. */
  readonly directory: EngineDirectory;
  /** Handlers that were aborted and have not settled since their grace ended; each caused a `handler.unsettled`. */
  readonly handlersUnsettled: number;
  /** Whether `handlersUnsettled` has reached `handlersUnsettledMax`, for a health check: restart the process. */
  readonly isStalled: boolean;
  /**
   * What to watch: counters, gauges and histograms as plain data, of this process and, where they say so, of all processes
   * on the store. Those are read at most every 5 s. Never rejects.
   */
  metrics(): Promise<EngineMetrics>;
  /** Whether it can do its work, for a health check: writes to the store, at most every 5 s. Never rejects. */
  health(): Promise<EngineHealth>;
  /** Resumes unfinished runs and starts the scheduler. May be called once, or again after it has failed. */
  start(): Promise<void>;
  /**
   * Stops within `deadlineMs` (default 8,000), whatever handlers, directory and store do. Running handlers may end
   * by themselves at first; then their `signal` aborts, early enough that the outcome of one which honours it is
   * recorded: with half of the time left, or `abortGraceMs` when that is shorter. Unfinished runs stay in the store
   * for the next start. Methods that read continue to work. A further call can bring the deadline forward.
   *
   * @throws LifecycleError `InvalidArgument` for an invalid deadline.
   */
  stop(options?: StopOptions): Promise<void>;
  /**
   * Stops, then closes the store and the directory, all within `deadlineMs`. Either that has not closed by then is
   * left to close by itself, and reported as `engine.error`.
   *
   * @throws LifecycleError as `stop`; what closing throws.
   */
  close(options?: StopOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /** @param filter of events about one person: says which people; the payloads of others are not made. */
  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>, filter?: PeopleFilter): void;
  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
}

/** An engine on the given ports. @throws LifecycleError `InvalidArgument` for a handler. */
export function assembleEngine(ports: EnginePorts, settings: EngineSettings): Engine {
  const directory = normalizedDirectory(ports.directory, ports.clock);
  return new LifecycleEngine({ ...ports, directory, logger: quietLogger(ports.logger) }, settings);
}

class LifecycleEngine implements Engine, EventSink {
  readonly workflows: Engine['workflows'];
  readonly runs: EngineRuns;
  readonly userProcessingResults: Engine['userProcessingResults'];
  readonly subjectProcessingResults: Engine['subjectProcessingResults'];
  readonly taskProcessingResults: Engine['taskProcessingResults'];
  readonly taskReports: Engine['taskReports'];
  readonly audit: Engine['audit'];
  readonly settings: Engine['settings'];
  readonly insights: Engine['insights'];
  readonly customTaskExtensions: Engine['customTaskExtensions'];
  readonly directory: Engine['directory'];
  readonly #ports: EnginePorts;
  readonly #settings: EngineSettings;
  readonly #ledger: Ledger;
  readonly #hub: EventHub;
  readonly #work: WorkSource;
  readonly #dispatcher: Dispatcher;
  readonly #scheduler: Scheduler;
  readonly #sharedSettings: SharedSettings;
  readonly #requests: RequestDesk;
  readonly #news: News;
  readonly #waiters = new Waiters();
  readonly #collector = new Collector();
  readonly #meter: EngineMeter;
  readonly #probe: HealthProbe;
  readonly #deadline: StopDeadline;
  #phase: 'new' | 'started' | 'stopped' = 'new';
  #isStarted = false;
  #starting: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(ports: EnginePorts, settings: EngineSettings) {
    this.#ports = ports;
    this.#settings = settings;
    const failedListener = (error: unknown, name: EngineEventName) => this.#listenerFailed(error, name);
    this.#hub = new EventHub(ports.clock, failedListener, ports.channels);
    this.directory = createEngineDirectory(ports);
    const { store, ids } = ports;
    const timeSlice = new TimeSlice(ports.clock);
    this.#ledger = assembleLedger(
      {
        store,
        clock: timeSlice,
        commitsInBackground: ports.commitsInBackground ?? false,
        ids,
        events: this,
        meter: this.#collector,
        aggregation: { strictFailed: settings.strictFailed },
        planning: new Set(),
        ...(store.slices
          ? {
              slicesOffered: (tx, run, slices) => this.#work.offer(tx, run, slices),
              slicesEnded: (tx, keys) => this.#dispatcher.ended(tx, keys),
            }
          : {}),
      },
      {
        limits: settings.limits,
        scheduleIntervalMs: settings.scheduleIntervalMs,
        workflowChanged: () => {
          if (this.#phase === 'started') void this.#scheduler.refresh();
          void this.#dispatcher.pauses.look();
          this.#dropDeleted().catch((error: unknown) => {
            this.emit('engine.error', { error, during: 'findingPurgedRuns' });
          });
        },
      },
    );
    const builtIn = { runCustomTaskExtension: extensionHandler(this.#ledger.context, ports.callout) };
    const around = ports.aroundTask;
    const wrapper = around && {
      around,
      failed: (error: unknown) => this.emit('engine.error', { error, during: 'wrappingTask' }),
    };
    const waits = waitsAfter(this.#ledger.context, ports.callout);
    const handlers = new Handlers(settings.tasks, builtIn, settings.noOp, wrapper, waits);
    const { slices } = this.#ledger.recorder;
    const intervals = ports.intervals ?? ports.clock;
    this.#work = ports.work ?? new StoreSource({ slices, clock: intervals, isShared: !!store.slices });
    this.#dispatcher = new Dispatcher(
      this.#ledger,
      ports,
      settings,
      handlers,
      timeSlice,
      this.#work,
      this.#collector,
    );
    this.#meter = new EngineMeter({
      collector: this.#collector,
      dispatcher: this.#dispatcher,
      store,
      clock: ports.clock,
      events: this,
      loopDelay: ports.loopDelay,
      scheduleIntervalMs: () => this.#ledger.settings.scheduleIntervalMs,
    });
    this.#deadline = new StopDeadline(ports.clock, settings.abortGraceMs, (graceMs) =>
      this.#dispatcher.abort(graceMs),
    );
    const { clock } = ports;
    const engineId = this.#dispatcher.holder;
    this.#sharedSettings = new SharedSettings({ store, clock: intervals, events: this, settings, engineId });
    const failed = (error: unknown) => this.emit('engine.error', { error, during: 'evaluatingSchedule' });
    this.#scheduler = new Scheduler({
      ledger: this.#ledger,
      ports,
      settings,
      collector: this.#collector,
      turn: new SchedulerTurn({ store, clock, engineId, failed }),
      planned: (run) => this.#dispatcher.enqueue(run),
      bind: (workflow) => this.#dispatcher.bind(workflow),
    });
    const shared = { ledger: this.#ledger, ports, settings, dispatcher: this.#dispatcher };
    const activator = new Activator({
      ...shared,
      scheduler: this.#scheduler,
      isStopped: () => this.#phase === 'stopped',
      deleted: (runId) => this.#runDeleted(runId),
    });
    this.workflows = createEngineWorkflows({ ...shared, handlers, activator });
    this.insights = createInsights(this.#ledger.context);
    this.userProcessingResults = this.#ledger.userProcessingResults;
    this.subjectProcessingResults = this.#ledger.subjectProcessingResults;
    this.customTaskExtensions = this.#ledger.customTaskExtensions;
    this.taskProcessingResults = createTaskResults(this.#ledger, this.#dispatcher);
    this.taskReports = this.#ledger.taskReports;
    this.audit = this.#ledger.audit;
    this.settings = this.#ledger.settings;
    this.runs = this.#engineRuns(activator);
    this.#news = new News({
      store,
      clock: intervals,
      events: this,
      work: this.#work,
      dispatcher: this.#dispatcher,
      waiters: this.#waiters,
      deleted: (runId) => this.#runDeleted(runId),
    });
    const phase = () => (this.#phase === 'started' && !this.#isStarted ? 'starting' : this.#phase);
    const { unsettled } = this.#dispatcher;
    const { settings: schedule } = this.#ledger;
    this.#probe = new HealthProbe({ store, clock, phase, unsettled, scheduler: this.#scheduler, schedule });
    this.#requests = new RequestDesk({ store, clock: ports.clock, methods: this, events: this });
  }

  get handlersUnsettled(): number {
    return this.#dispatcher.unsettled.count;
  }

  get isStalled(): boolean {
    return this.#dispatcher.unsettled.isStalled;
  }

  metrics(): Promise<EngineMetrics> {
    return this.#meter.metrics();
  }

  health(): Promise<EngineHealth> {
    return this.#probe.health();
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
      this.#isStarted = true;
    } catch (error) {
      // The caller may retry, for instance after a locked store.
      this.#news.close();
      await this.#dispatcher.close();
      await this.#sharedSettings.close();
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
    const error = new Error(`The store and the directory did not close within ${deadlineMs} ms`);
    this.emit('engine.error', { error, during: 'closing' });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>, filter?: PeopleFilter): void {
    this.#hub.on(name, listener, filter);
  }

  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#hub.once(name, listener);
  }

  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void {
    this.#hub.off(name, listener);
  }

  /** Part of the ledger's event sink: the engine itself listens for three of its events. */
  has(name: EngineEventName, runId?: string, subjectId?: string): boolean {
    const isOwn = name === 'run.canceling' || name === 'run.finished' || name === 'engine.error';
    return isOwn || this.#hub.has(name, runId, subjectId);
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
    this.#collector.heard(name, payload);
    this.#probe.heard(name, payload);
    if (!this.#hub.hasListener(name)) logUnheard(this.#ports.logger, name, payload);
    this.#hub.emit(name, payload);
  }

  async #begin(): Promise<void> {
    await this.#ledger.settings.load();
    await this.#sharedSettings.open();
    if (this.#phase !== 'started') return;
    await this.#requests.open();
    if (this.#phase !== 'started') return;
    this.#news.open();
    await this.#dispatcher.start();
    if (this.#phase === 'started' && this.#settings.schedule) await this.#scheduler.start();
  }

  async #stop(): Promise<void> {
    this.#phase = 'stopped';
    this.#news.close();
    // A directory that never answers, or a store that refuses every commit, must not keep the process alive.
    await Promise.race([this.#windDown(), this.#deadline.passed]);
    this.#deadline.end();
    this.#dispatcher.abandon();
    this.#sharedSettings.abandon();
    this.#hub.flush();
    this.#waiters.rejectAll(
      () =>
        new LifecycleError(
          'EngineStopped',
          'The engine stopped before the run finished; it continues at the next start',
        ),
    );
  }

  async #windDown(): Promise<void> {
    const started = this.#starting.catch(() => {}); // the caller of start() gets the error
    await Promise.all([started, this.#requests.close(), this.#scheduler.stop(), this.#dispatcher.drain()]);
    await this.#sharedSettings.close();
  }

  #listenerFailed(error: unknown, name: EngineEventName): void {
    if (name === 'engine.error')
      this.#ports.logger.error('tenure: a listener of engine.error failed', { error });
    else this.emit('engine.error', { error, during: 'listening', eventName: name });
  }

  /** A purge removes runs: their waiters and drivers are notified. */
  async #dropDeleted(): Promise<void> {
    for (const runId of this.#waiters.runIds) {
      if (!(await this.#ports.store.getRun(runId))) this.#runDeleted(runId);
    }
  }

  #runDeleted(runId: string): void {
    // Its running handlers are aborted.
    this.#dispatcher.cancel(runId);
    this.#dispatcher.end(runId);
    this.#waiters.reject(
      runId,
      new LifecycleError('NotFound', `Run ${runId} was deleted before it finished`, { runId }),
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
      waitFor: (runId) => this.#waiters.waitFor(this.#ports.store, runId, () => this.#phase === 'stopped'),
      delete: async (runId) => {
        await runs.delete(runId);
        this.#runDeleted(runId.toLowerCase());
      },
    };
  }
}
