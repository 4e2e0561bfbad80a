/** The process that the engine runs in: it is started, stopped, killed and restarted. */

import { assembleEngine, type Engine } from '../../engine/engine.ts';
import { type EngineSettingsInput, readSettings } from '../../engine/settings.ts';
import { activityText } from '../../events/engine-activity.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Logger } from '../../ports/logger.ts';
import type { Store } from '../../ports/store.ts';
import { randomFor, seededIds } from '../../system/virtual/random.ts';
import type { ClockSession, VirtualClock } from '../../system/virtual/virtual-clock.ts';
import type { Calendar } from '../metrics/calendar.ts';
import type { End } from '../metrics/delays.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Trace } from '../trace/trace.ts';
import { handlersOf, RateGate } from './behaviour.ts';
import type { DrawKeys } from './draw-keys.ts';
import type { Idleness } from './idle-clock.ts';

/** Dependencies of a {@link SimulatedProcess}. */
export interface ProcessDeps {
  /** From 1. */
  readonly no: number;
  readonly read: ReadScenario;
  readonly seed: number;
  readonly clock: VirtualClock;
  /** The world's present time. */
  readonly now: () => EpochMs;
  readonly store: Store;
  readonly directory: Directory;
  readonly drawKeys: DrawKeys;
  readonly metrics: Metrics;
  readonly trace: Trace;
  readonly calendar: Calendar;
  /** What the processes share; `null`: there is one. */
  readonly shared: SharedByProcesses | null;
  /** Notified of background failures. */
  readonly failed: (during: string, error: unknown) => void;
}

/** What several processes share beside the store. */
export interface SharedByProcesses {
  readonly idleness: Idleness;
  /** Rate of the calls of all tasks. */
  readonly gate: RateGate | null;
  /** Rates of services, by task. */
  readonly gates: Map<string, RateGate>;
}

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A process that runs one engine after another, all on one store. */
export class SimulatedProcess {
  readonly #deps: ProcessDeps;
  readonly #random;
  readonly #ids;
  readonly #gate: RateGate | null;
  #session: ClockSession | null = null;
  /** `null` while the process is off. */
  engine: Engine | null = null;
  /** Calls made so far, and their total time. */
  calls = 0;
  callsMs: DurationMs = 0;
  /** Most calls at once. */
  busyMax = 0;
  /** Ends of the calls under way. */
  readonly #callsUnderWay = new Set<End>();

  constructor(deps: ProcessDeps) {
    this.#deps = deps;
    const { no, seed, shared } = deps;
    this.#random = randomFor(seed, no === 1 ? 'engine' : `engine ${no}`);
    this.#ids = seededIds(seed, no === 1 ? 'ids' : `ids ${no}`);
    this.#gate = shared ? shared.gate : commonGate(deps.read.scenario, deps.now);
  }

  get no(): number {
    return this.#deps.no;
  }

  /** Creates a new engine, which is not started yet. */
  open(): Engine {
    const { clock, store, directory, read, shared } = this.#deps;
    const session = clock.session();
    const ports = {
      store,
      directory,
      clock: session,
      random: this.#random,
      ids: this.#ids,
      logger: SILENT,
      ...(shared ? { intervals: shared.idleness.clockOf(session) } : {}),
    };
    const engine = assembleEngine(
      ports,
      readSettings({ ...settingsOf(read.scenario), tasks: this.#handlers(session) }),
    );
    this.#listen(engine);
    this.#session = session;
    this.engine = engine;
    return engine;
  }

  /** Ends the engine, by a stop or by `kill -9`. */
  async halt(how: 'stop' | 'kill'): Promise<void> {
    const { clock, trace, now, no, shared } = this.#deps;
    const engine = this.engine as Engine;
    this.engine = null;
    if (how === 'stop') await clock.until(engine.stop());
    trace.add(now(), `${how === 'stop' ? 'off' : 'killed'}${shared ? ` ${no}` : ''}`);
    this.end();
    for (const end of this.#callsUnderWay) end();
  }

  /** Ends the clock session, so that nothing more happens in the engine. */
  end(): void {
    this.#session?.end();
  }

  #handlers(session: ClockSession) {
    const { read, seed, now, drawKeys, metrics, shared } = this.#deps;
    return handlersOf(read.scenario.tasks ?? {}, {
      seed,
      clock: session,
      now,
      momentOf: read.momentOf,
      hourOf: (atMs) => new Date(atMs + read.zone.offsetAt(atMs)).getUTCHours(),
      keyOf: (context) => drawKeys.keyOf(context, metrics.drawKeyOf(context.run.id)),
      began: ({ task }, wait) => this.#began(metrics.called(task, wait)),
      waits: ({ task }, ms) => metrics.waits(task, ms),
      called: (ms) => {
        this.calls += 1;
        this.callsMs += ms;
      },
      gate: this.#gate,
      ...(shared ? { gates: shared.gates } : {}),
    });
  }

  /** A call has begun; the returned function ends it, once. */
  #began(ended: End): End {
    const end = (): void => {
      if (this.#callsUnderWay.delete(end)) ended();
    };
    this.#callsUnderWay.add(end);
    this.busyMax = Math.max(this.busyMax, this.#callsUnderWay.size);
    return end;
  }

  #listen(engine: Engine): void {
    const { metrics, trace, calendar, clock, now, failed } = this.#deps;
    engine.on('schedule.evaluated', ({ workflowId, slotDateTime, runId }) => {
      const slotAtMs = Date.parse(slotDateTime);
      const run = runId === null ? '-' : metrics.runNo(runId);
      trace.add(now(), `slot ${metrics.workflowNo(workflowId)} ${slotAtMs} ${run}`);
      calendar.evaluated(slotAtMs, clock.now());
    });
    engine.on('schedule.skipped', ({ workflowId, slotDateTime }) => {
      const slotAtMs = Date.parse(slotDateTime);
      trace.add(now(), `skipped ${metrics.workflowNo(workflowId)} ${slotAtMs}`);
      calendar.skipped(slotAtMs);
    });
    engine.on('workflow.subjectsLeftOut', ({ workflowId, slotDateTime, selection }) =>
      metrics.addLeftOut(workflowId, slotDateTime === null ? null : Date.parse(slotDateTime), selection),
    );
    engine.on('engine.error', (event) => failed(activityText(event), event.error));
  }
}

/** The rate of all calls of a scenario, if it has one. */
export function commonGate({ capacity }: Scenario, now: () => EpochMs): RateGate | null {
  return capacity?.callsPerSecond === undefined ? null : new RateGate(capacity.callsPerSecond, now);
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
