import { LIMITS } from '../../model/limits.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { LedgerContext } from '../context.ts';
import { runResource } from '../resources.ts';

/** Emits `run.progress` of runs in many slices, whose counters have to be read: at most once an interval. */
export class SliceProgress {
  readonly #context: LedgerContext;
  readonly #due = new Set<string>();

  constructor(context: LedgerContext) {
    this.#context = context;
  }

  /** A slice of the run has changed. */
  changed(runId: string): void {
    const { clock, events } = this.#context;
    if (this.#due.has(runId) || !events.has('run.progress')) return;
    this.#due.add(runId);
    clock.setTimer(LIMITS.progressIntervalMs, () => void this.#emit(runId));
  }

  async #emit(runId: string): Promise<void> {
    const { store, events } = this.#context;
    this.#due.delete(runId);
    try {
      const run = await store.getRun(runId);
      if (run === null || isTerminal(run.processingStatus)) return;
      events.emit('run.progress', { workflowId: run.workflowId, runId, run: runResource(run) });
    } catch (error) {
      events.emit('engine.error', { error, during: 'readingProgress', runId });
    }
  }
}
