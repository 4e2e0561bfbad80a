import type { EventSink } from '../../events/event-map.ts';
import { filter } from '../../filter/builder.ts';
import { isoOf } from '../../ledger/resources.ts';
import type { Collector } from '../../metrics/collector.ts';
import type { EngineMetrics, Metric } from '../../metrics/engine-metrics.ts';
import { NumberFamily } from '../../metrics/families.ts';
import { type StoreReading, storeFigures } from '../../metrics/store-figures.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LoopDelay } from '../../ports/loop-delay.ts';
import type { Store } from '../../ports/store.ts';
import type { Dispatcher } from '../runner/dispatcher.ts';

/** For how long figures of the store are given once more, ms: a scrape must not cost the store. */
const STORE_FIGURES_MS = 5_000;

/** Runs of one status that are read, oldest schedule first; further ones are counted by the store. */
const RUNS_MAX = LIMITS.pageSizeMax;
const UNFINISHED = [
  'queued',
  'inProgress',
  'canceling',
] as const satisfies readonly RunRecord['processingStatus'][];

/** What an {@link EngineMeter} reads. */
export interface EngineMeterDeps {
  readonly collector: Collector;
  readonly dispatcher: Pick<Dispatcher, 'lanes' | 'unsettled' | 'tasksSuspended'>;
  readonly store: Pick<Store, 'listWorkflows' | 'listRuns' | 'countRuns'>;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly loopDelay: LoopDelay | undefined;
  readonly scheduleIntervalMs: () => DurationMs;
}

interface StoreMetrics {
  /** `null`: the store could not be read. */
  readonly atMs: EpochMs | null;
  readonly metrics: readonly Metric[];
}

/** The metrics of an engine. */
export class EngineMeter {
  readonly #deps: EngineMeterDeps;
  /** Read at most once in `STORE_FIGURES_MS`, however many ask. */
  #reading: Promise<StoreMetrics> | null = null;
  #readAtMs = 0;

  constructor(deps: EngineMeterDeps) {
    this.#deps = deps;
  }

  /** All metrics, now. */
  async metrics(): Promise<EngineMetrics> {
    const { clock, collector } = this.#deps;
    const store = await this.#ofStore();
    return {
      takenDateTime: isoOf(clock.now()),
      storeDateTime: store.atMs === null ? null : isoOf(store.atMs),
      metrics: [...collector.metrics(), ...this.#ofProcess(), ...store.metrics],
    };
  }

  #ofProcess(): readonly Metric[] {
    const { lanes, unsettled, tasksSuspended } = this.#deps.dispatcher;
    const waiting = new NumberFamily('tenure.callback.waiting');
    for (const task of tasksSuspended()) waiting.of(task).value += 1;
    const numbers = {
      'tenure.lane.used': lanes.busy,
      'tenure.lane.limit': lanes.concurrency,
      'tenure.handler.unsettled': unsettled.count,
      'tenure.loop.delay': (this.#deps.loopDelay?.p99Ms() ?? 0) / 1_000,
    } as const;
    const gauges = Object.entries(numbers).map(([name, value]) => {
      const gauge = new NumberFamily(name as keyof typeof numbers);
      gauge.of().value = value;
      return gauge;
    });
    return [waiting, ...gauges].map((family) => family.metric());
  }

  #ofStore(): Promise<StoreMetrics> {
    const ageMs = this.#deps.clock.elapsed() - this.#readAtMs;
    if (this.#reading !== null && ageMs < STORE_FIGURES_MS) return this.#reading;
    this.#readAtMs = this.#deps.clock.elapsed();
    this.#reading = this.#read();
    return this.#reading;
  }

  async #read(): Promise<StoreMetrics> {
    const { store, clock, events, collector, scheduleIntervalMs } = this.#deps;
    try {
      const workflows = await store.listWorkflows();
      for (const { workflow } of workflows)
        if (workflow.deletedDateTime === null) collector.hasWorkflow(workflow.displayName);
      const unfinished = await unfinishedRuns(store);
      const nowMs = clock.now();
      const reading = { workflows, ...unfinished, nowMs, scheduleIntervalMs: scheduleIntervalMs() };
      return { atMs: nowMs, metrics: storeFigures(reading) };
    } catch (error) {
      // The figures of the process matter most when the store fails.
      events.emit('engine.error', { error, during: 'readingMetrics' });
      return { atMs: null, metrics: [] };
    }
  }
}

async function unfinishedRuns(
  store: EngineMeterDeps['store'],
): Promise<Pick<StoreReading, 'runs' | 'moreRuns'>> {
  const runs: RunRecord[] = [];
  const moreRuns: Partial<Record<RunRecord['processingStatus'], number>> = {};
  const order = { property: 'scheduledDateTime', descending: false };
  for (const status of UNFINISHED) {
    const where = filter.eq('processingStatus', status);
    const page = await store.listRuns({ where, order, after: null, limit: RUNS_MAX });
    runs.push(...page);
    if (page.length < RUNS_MAX) continue;
    moreRuns[status] = Math.max(0, (await store.countRuns({ where })) - page.length);
  }
  return { runs, moreRuns };
}
