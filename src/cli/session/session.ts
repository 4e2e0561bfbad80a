import { createEngine } from '../../embed.ts';
import { readSharedSettings } from '../../engine/cluster/shared-settings.ts';
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { EngineEventMap } from '../../events/event-map.ts';
import { runResource } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Store } from '../../ports/store.ts';
import type { Host } from '../host.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';
import { engineStopMs, type StopSignal, type StopTimeout } from '../terminal/interrupts.ts';
import { leftOutWarnings } from '../terminal/left-out.ts';
import { type Progress, runProgress } from '../terminal/progress.ts';
import { counted, oneLine, quoted, seconds, shortId } from '../terminal/text.ts';
import { Warnings } from '../terminal/warnings.ts';
import type { CountedTasks } from './task-module.ts';

/** Input of a session. */
export interface SessionInput extends StopTimeout {
  readonly store: Store;
  /** Path as given; `null`: in memory. */
  readonly db: string | null;
  readonly users: Directory;
  readonly tasks: CountedTasks;
  readonly concurrency: number | null;
  /** See `strictSelection` of the engine. Default `false`. */
  readonly isStrict?: boolean;
  readonly quiet: boolean;
  /** Whether its runs are previews, of any number of people. Default `false`. */
  readonly isPreview?: boolean;
}

/** Result of {@link Session.drive}. */
export interface SessionOutcome {
  /** The runs: all final, unless the session was interrupted. */
  readonly runs: readonly Run[];
  readonly interrupted: StopSignal | null;
  /** Time from the start of the runs to their end, ms. */
  readonly elapsedMs: number;
  /** Tasks processed by this session, by run id. */
  readonly processedTasks: ReadonlyMap<string, number>;
}

/** An engine with progress bar, warnings and signal handling. */
export class Session {
  readonly engine: Engine;
  readonly #host: Host;
  readonly #input: SessionInput;
  readonly #warnings: Warnings;
  #progress: Progress | null = null;
  #signal: StopSignal | null = null;
  #stopped: Promise<void> | null = null;
  #stuck: (error: CliError) => void = () => {};

  private constructor(host: Host, input: SessionInput, engine: Engine) {
    this.#host = host;
    this.#input = input;
    this.engine = engine;
    this.#warnings = new Warnings(host, (write) => this.#above(write));
    engine.on('engine.error', (event) => this.#failed(event));
    engine.on('task.throttled', (event) => this.#warnings.wait(event));
    engine.on('workflow.subjectsLeftOut', ({ selection }) => this.#warnings.show(leftOutWarnings(selection)));
    if (!input.store.slices) engine.on('run.progress', ({ run }) => this.#progress?.update(run));
  }

  /**
   * Creates an engine, not started, for `work`; stops it afterwards and closes its store.
   *
   * @throws LifecycleError for a handler or setting; what `work` throws.
   */
  static async with<T>(host: Host, input: SessionInput, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await Session.#open(host, input);
    try {
      return await work(session);
    } finally {
      await session.engine.close({ deadlineMs: engineStopMs(input.stopTimeout) });
    }
  }

  static async #open(host: Host, input: SessionInput): Promise<Session> {
    const engine = await createEngine({
      ...(await readSharedSettings(input.store)),
      store: input.store,
      // A command must not start the scheduled runs of a service's database.
      schedule: false,
      directory: input.users,
      tasks: input.tasks.tasks,
      noOp: input.tasks.isNoOp,
      strictSelection: input.isStrict ?? false,
      clock: host.clock,
      logger: loggerFor(host),
      ...(input.isPreview ? { limits: { subjectsPerPreviewMax: Number.POSITIVE_INFINITY } } : {}),
      ...(input.concurrency === null ? {} : { concurrency: input.concurrency }),
    });
    return new Session(host, input, engine);
  }

  /**
   * Lets `begin` create or find the runs, and waits until they are final or a signal interrupts.
   *
   * @throws what `begin` throws; CliError for a run that cannot continue.
   */
  async drive(begin: () => Promise<readonly Run[]>): Promise<SessionOutcome> {
    const { clock, interrupts } = this.#host;
    const release = interrupts.handle(this.#input.stopTimeout, (signal) => this.#interrupted(signal));
    const stuck = new Promise<never>((_, reject) => {
      this.#stuck = reject;
    });
    stuck.catch(() => {}); // it may reject after the race is decided
    const startedAt = clock.elapsed();
    const isShared = this.#input.store.slices !== undefined;
    let watching: { close(): void } | null = null;
    const outcome = (before: readonly Run[], after: readonly Run[], isWhole: boolean): SessionOutcome => ({
      runs: after,
      interrupted: isWhole ? null : this.#signal,
      elapsedMs: clock.elapsed() - startedAt,
      processedTasks: new Map(
        after.map((run, at) => [run.id, processed(run) - processed(before[at] ?? run)]),
      ),
    });
    try {
      const runs = await begin();
      const isWanted = !this.#input.quiet && this.#signal === null;
      this.#progress = runProgress(this.#host, runs, { isWanted, isShared });
      if (isShared && isWanted && this.#host.stderr.isTerminal) watching = this.#watch(runs);
      const ended = await Promise.race([stuck, Promise.all(runs.map((run) => this.#end(run)))]);
      await this.#stopped;
      const after = await Promise.all(ended.map((run, at) => run ?? this.#current(runs[at] as Run)));
      return outcome(runs, after, !ended.includes(null));
    } catch (error) {
      if (this.#signal === null || !LifecycleError.is(error) || error.code !== 'EngineStopped') throw error;
      await this.#stopped;
      return outcome([], [], false);
    } finally {
      release();
      watching?.close();
      this.#progress?.stop();
      this.#progress = null;
      this.#warnings.close();
    }
  }

  /** Resolves to the final run; `null` when the engine stopped before. */
  async #end(run: Run): Promise<Run | null> {
    try {
      return await this.engine.runs.waitFor(run.id);
    } catch (error) {
      if (this.#signal !== null && LifecycleError.is(error) && error.code === 'EngineStopped') return null;
      throw error;
    }
  }

  /** Shows the progress of the runs over all processes; `run.progress` has this process's part only. */
  #watch(runs: readonly Run[]): { close(): void } {
    const { store } = this.#input;
    const { clock } = this.#host;
    const runIds = runs.map(({ id }) => id);
    let timer: Timer | null = null;
    let isClosed = false;
    const look = async (): Promise<void> => {
      try {
        for (const run of await Promise.all(runIds.map((id) => store.getRun(id))))
          if (run !== null) this.#progress?.update(runResource(run));
        const query = { runIds, leaseMs: LIMITS.sliceLeaseMs, nowMs: clock.now() };
        const holders = await store.slices?.holders(query);
        this.#progress?.workers(holders?.length ?? 0);
      } catch (error) {
        if (!isClosed) this.#warnings.add({ error, during: 'readingProgress' });
      }
      if (!isClosed) timer = clock.setTimer(LIMITS.progressIntervalMs, () => void look());
    };
    void look();
    return {
      close() {
        isClosed = true;
        timer?.cancel();
      },
    };
  }

  async #current(run: Run): Promise<Run> {
    const record = await this.#input.store.getRun(run.id);
    if (!record) return run;
    return this.engine.runs.get(run.id);
  }

  #interrupted(signal: StopSignal): void {
    this.#signal = signal;
    this.#progress?.stop();
    this.#progress = null;
    const { stderr } = this.#host;
    const { stopTimeout, tasks, isPreview } = this.#input;
    const running = tasks.running();
    const waits =
      running > 0
        ? `${counted(running, 'task')} still running will be aborted if necessary`
        : isPreview
          ? 'nothing was changed'
          : 'all results are recorded';
    if (stderr.isTerminal) stderr.line(); // ends the line with the terminal's ^C
    stderr.line(
      `${signal}: stopping within ${seconds(stopTimeout)}; ${waits}. Press Ctrl-C again to quit immediately.`,
    );
    this.#stopped = this.engine.stop({ deadlineMs: engineStopMs(stopTimeout) });
  }

  #failed(event: EngineEventMap['engine.error']): void {
    const { error, during, runId } = event;
    const isFinal = during === 'drivingRun' || (LifecycleError.is(error) && !error.retryable);
    if (runId !== undefined && isFinal) {
      const { db } = this.#input;
      const remedy =
        db === null
          ? null
          : `All results so far are kept. Resume with: ${this.#host.self} resume --db ${quoted(db)}`;
      const message = `Run ${shortId(runId)} cannot continue: ${messageOf(error)}`;
      this.#stuck(new CliError(message, remedy, { cause: error }));
      return;
    }
    this.#warnings.add(event);
  }

  #above(write: () => void): void {
    if (this.#progress) this.#progress.above(write);
    else write();
  }
}

function processed(run: Run): number {
  return run.totalTasksCount - run.totalUnprocessedTasksCount;
}

/** Logs of handlers: warnings and errors go to stderr, with `TENURE_DEBUG` all messages. */
function loggerFor({ stderr, env }: Host): Logger {
  const log = (level: string) => (message: string) => stderr.line(`${level}: ${oneLine(message)}`);
  const hidden = env.TENURE_DEBUG ? log('debug') : () => {};
  return { debug: hidden, info: hidden, warn: log('warning'), error: log('warning') };
}
