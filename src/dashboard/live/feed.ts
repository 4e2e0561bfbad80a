/** What browsers see of runs while they run: whole counters, so that a frame that is lost needs no repair. */
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { RunEventPayload } from '../../events/event-map.ts';
import { filter } from '../../filter/builder.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Clock, Timer } from '../../ports/clock.ts';

/** Runs that are looked at in the store, each second: those that other processes drive have no events here. */
const LOOKED_MAX = 100;
const UNFINISHED = filter.in('processingStatus', ['queued', 'inProgress', 'canceling']);
const EVENTS = ['run.created', 'run.started', 'run.progress', 'run.canceling', 'run.finished'] as const;

/** What a feed works with. */
export interface FeedDeps {
  readonly engine: Pick<Engine, 'on' | 'off' | 'runs'>;
  readonly clock: Clock;
  /** The store could not be read; the next look is a second later. */
  readonly failed: (error: unknown) => void;
}

/** Called with runs that have changed. */
export type FeedListener = (runs: readonly Run[]) => void;

/**
 * The runs that change, to every listener at most every `LIMITS.progressIntervalMs`. Listens to the engine and looks into
 * the store only while there are listeners.
 */
export class LiveFeed {
  readonly #deps: FeedDeps;
  readonly #listeners = new Set<FeedListener>();
  /** Unfinished runs that were seen, with their last change. */
  readonly #seen = new Map<string, string>();
  #waiting = new Map<string, Run>();
  #flushTimer: Timer | null = null;
  #lookTimer: Timer | null = null;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
  }

  /** Adds a listener, which hears of all unfinished runs soon; the function removes it. */
  subscribe(listener: FeedListener): () => void {
    this.#listeners.add(listener);
    this.#seen.clear();
    if (this.#listeners.size === 1) for (const name of EVENTS) this.#deps.engine.on(name, this.#heard);
    this.#lookTimer?.cancel();
    void this.#look();
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.#rest();
    };
  }

  #rest(): void {
    for (const name of EVENTS) this.#deps.engine.off(name, this.#heard);
    this.#lookTimer?.cancel();
    this.#flushTimer?.cancel();
    this.#lookTimer = null;
    this.#flushTimer = null;
    this.#waiting.clear();
    this.#seen.clear();
  }

  readonly #heard = ({ run }: RunEventPayload): void => this.#add(run);

  #add(run: Run): void {
    if (run.completedDateTime === null) this.#seen.set(run.id, run.lastUpdatedDateTime);
    else this.#seen.delete(run.id);
    this.#waiting.set(run.id, run);
    this.#flushTimer ??= this.#deps.clock.setTimer(LIMITS.progressIntervalMs, () => this.#flush());
  }

  #flush(): void {
    this.#flushTimer = null;
    const runs = [...this.#waiting.values()];
    this.#waiting = new Map();
    for (const listener of this.#listeners) listener(runs);
  }

  async #look(): Promise<void> {
    try {
      await this.#compare();
    } catch (error) {
      this.#deps.failed(error);
    }
    if (this.#listeners.size === 0) return;
    this.#lookTimer?.cancel();
    this.#lookTimer = this.#deps.clock.setTimer(LIMITS.pollMs, () => void this.#look());
  }

  async #compare(): Promise<void> {
    const { runs } = this.#deps.engine;
    const { value } = await runs.list({ filter: UNFINISHED, top: LOOKED_MAX });
    const unfinished = new Set(value.map(({ id }) => id));
    for (const run of value) if (this.#seen.get(run.id) !== run.lastUpdatedDateTime) this.#add(run);
    for (const id of [...this.#seen.keys()]) {
      if (unfinished.has(id)) continue;
      this.#seen.delete(id);
      const run = await runs.get(id).catch(goneOrThrow);
      if (run !== null) this.#add(run);
    }
  }
}

/** A run that was deleted meanwhile is no failure. */
function goneOrThrow(error: unknown): null {
  if (LifecycleError.is(error) && error.code === 'NotFound') return null;
  throw error;
}
