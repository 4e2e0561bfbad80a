/** The process that the engine runs in: it is started, stopped, killed and started again. */
import { assembleEngine, type Engine } from '../engine/engine.ts';
import { type EngineSettingsInput, readSettings } from '../engine/options.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { Directory } from '../ports/directory.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { Account } from './account.ts';
import { handlersOf, RateGate } from './behaviour.ts';
import type { Calendar } from './calendar.ts';
import { randomFor, seededIds } from './chance.ts';
import type { Occasions } from './occasions.ts';
import type { ReadScenario } from './read-scenario.ts';
import type { Scenario } from './scenario.ts';
import type { Trace } from './trace.ts';
import type { ClockSession, VirtualClock } from './virtual-clock.ts';

/** What a {@link SimulatedProcess} works with. */
export interface ProcessDeps {
  readonly read: ReadScenario;
  readonly seed: number;
  readonly clock: VirtualClock;
  /** The world's present. */
  readonly now: () => EpochMs;
  readonly store: Store;
  readonly directory: Directory;
  readonly occasions: Occasions;
  readonly account: Account;
  readonly trace: Trace;
  readonly calendar: Calendar;
  /** Something failed that nobody was waiting for. */
  readonly failed: (during: string, error: unknown) => void;
}

/** Handlers that a stop waits for, ms. */
const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A process with one engine after the other, all on one store. */
export class SimulatedProcess {
  readonly #deps: ProcessDeps;
  readonly #random;
  readonly #ids;
  readonly #gate: RateGate | null;
  #session: ClockSession | null = null;
  /** `null` while the process is off. */
  engine: Engine | null = null;
  /** Calls that have been made, and their time. */
  calls = 0;
  callsMs: DurationMs = 0;

  constructor(deps: ProcessDeps) {
    this.#deps = deps;
    this.#random = randomFor(deps.seed, 'engine');
    this.#ids = seededIds(deps.seed);
    const perSecond = deps.read.scenario.capacity?.callsPerSecond;
    this.#gate = perSecond === undefined ? null : new RateGate(perSecond, deps.now);
  }

  /** A new engine, not started. */
  open(): Engine {
    const { clock, store, directory, read } = this.#deps;
    const session = clock.session();
    const ports = { store, directory, clock: session, random: this.#random, ids: this.#ids, logger: SILENT };
    const engine = assembleEngine(
      ports,
      readSettings({ ...settingsOf(read.scenario), tasks: this.#handlers(session) }),
    );
    this.#listen(engine);
    this.#session = session;
    this.engine = engine;
    return engine;
  }

  /** Ends the engine, as a stop or as `kill -9`. */
  async halt(how: 'stop' | 'kill'): Promise<void> {
    const { clock, trace, now, account } = this.#deps;
    const engine = this.engine as Engine;
    this.engine = null;
    if (how === 'stop') await clock.until(engine.stop());
    trace.add(now(), how === 'stop' ? 'off' : 'killed');
    this.end();
    account.processEnded();
  }

  /** Nothing of the engine happens any more. */
  end(): void {
    this.#session?.end();
  }

  #handlers(session: ClockSession) {
    const { read, seed, now, occasions, account } = this.#deps;
    return handlersOf(read.scenario.tasks ?? {}, {
      seed,
      clock: session,
      now,
      momentOf: read.momentOf,
      keyOf: (context) => occasions.keyOf(context, account.occasionOf(context.run.id)),
      began: ({ task }, wait) => account.called(task, wait),
      called: (ms) => {
        this.calls += 1;
        this.callsMs += ms;
      },
      gate: this.#gate,
    });
  }

  #listen(engine: Engine): void {
    const { account, trace, calendar, clock, now, failed } = this.#deps;
    engine.on('schedule.evaluated', ({ workflowId, slotAtMs, runId }) => {
      const run = runId === null ? '-' : account.runNo(runId);
      trace.add(now(), `slot ${account.workflowNo(workflowId)} ${slotAtMs} ${run}`);
      calendar.evaluated(slotAtMs, clock.now());
    });
    engine.on('schedule.skipped', ({ workflowId, slotAtMs }) => {
      trace.add(now(), `skipped ${account.workflowNo(workflowId)} ${slotAtMs}`);
      calendar.skipped(slotAtMs);
    });
    engine.on('subjects.leftOut', ({ workflowId, slotAtMs, selection }) =>
      account.addLeftOut(workflowId, slotAtMs, selection),
    );
    engine.on('engine.error', ({ during, error }) => failed(during, error));
  }
}

function settingsOf({ schedule = {}, capacity = {} }: Scenario): EngineSettingsInput {
  const { intervalHours, catchUpDays, missedSlots, strictSelection } = schedule;
  const { concurrency } = capacity;
  return {
    ...(intervalHours === undefined ? {} : { scheduleIntervalHours: intervalHours }),
    ...(catchUpDays === undefined ? {} : { catchUpDays }),
    ...(missedSlots === undefined ? {} : { missedSlots }),
    ...(strictSelection === undefined ? {} : { strictSelection }),
    ...(concurrency === undefined ? {} : { concurrency }),
  };
}
