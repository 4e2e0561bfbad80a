import type { EventSink } from '../../events/event-map.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { StoreReader } from '../../ports/store.ts';

/** A driver of a run that may be paused. */
export interface PausableDriver {
  readonly run: Pick<RunRecord, 'workflowId' | 'workflowExecutionType'>;
  setPaused(isPaused: boolean): void;
}

/** What {@link RunPauses} works with. */
export interface RunPausesDeps {
  readonly store: Pick<StoreReader, 'getWorkflow'>;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Other processes may pause runs, too. */
  readonly isShared: boolean;
  readonly drivers: () => readonly PausableDriver[];
}

/** Pauses and resumes the drivers of workflows whose runs are paused, as the store says. */
export class RunPauses {
  readonly #deps: RunPausesDeps;
  #timer: Timer | null = null;
  /** One look after the other, so that an old answer never overwrites a new one. */
  #looking: Promise<void> = Promise.resolve();
  #isOpen = false;

  constructor(deps: RunPausesDeps) {
    this.#deps = deps;
  }

  /** Begins to look at what other processes have paused. */
  open(): void {
    this.#isOpen = true;
    if (this.#deps.isShared) this.#poll();
  }

  close(): void {
    this.#isOpen = false;
    this.#timer?.cancel();
  }

  /** Resolves when these drivers, or all, are as the store says now. */
  look(drivers?: readonly PausableDriver[]): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look(drivers ?? this.#deps.drivers()));
    return this.#looking;
  }

  async #look(drivers: readonly PausableDriver[]): Promise<void> {
    const { store, events, isShared } = this.#deps;
    // Previews go on: they change nothing outside.
    const pausable = drivers.filter(({ run }) => run.workflowExecutionType !== 'preview');
    const byWorkflow = Map.groupBy(pausable, ({ run }) => run.workflowId);
    for (const [workflowId, ofWorkflow] of byWorkflow) {
      try {
        const record = await store.getWorkflow(workflowId);
        const isPaused = record?.workflow.runsPausedDateTime !== undefined;
        for (const driver of ofWorkflow) driver.setPaused(isPaused);
      } catch (error) {
        events.emit('engine.error', { error, during: 'pausingRuns', workflowId });
        if (!isShared) this.#lookLater(() => {});
      }
    }
  }

  #poll(): void {
    this.#lookLater(() => this.#poll());
  }

  #lookLater(then: () => void): void {
    if (!this.#isOpen) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.setTimer(LIMITS.pollMs, () => void this.look().then(then));
  }
}
