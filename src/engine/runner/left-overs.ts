import type { Ledger } from '../../ledger/ledger.ts';
import { removeUnpublished } from '../../ledger/planning/plan.ts';
import { freezeRuns } from '../../ledger/recording/cancel.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Timer } from '../../ports/clock.ts';
import type { EnginePorts } from '../settings.ts';

/**
 * Finishes what a process had begun when it died: canceling the runs of a disabled workflow (r9), and writing a run,
 * which is removed. At the start; and, where other processes work beside this one, at intervals, since one of them may
 * die at any time.
 */
export class LeftOvers {
  readonly #ledger: Ledger;
  readonly #ports: Pick<EnginePorts, 'store' | 'clock'>;
  readonly #isShared: boolean;
  #isOpen = false;
  #timer: Timer | null = null;

  constructor(ledger: Ledger, ports: Pick<EnginePorts, 'store' | 'clock'>) {
    this.#ledger = ledger;
    this.#ports = ports;
    this.#isShared = ports.store.slices !== undefined;
  }

  /** Resolves after the first look. @throws LifecycleError of the store. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#look();
    if (this.#isShared) this.#lookLater();
  }

  close(): void {
    this.#isOpen = false;
    this.#timer?.cancel();
  }

  #lookLater(): void {
    if (!this.#isOpen) return;
    this.#timer = this.#ports.clock.setTimer(LIMITS.draftSilenceMs / 2, () => {
      this.#look()
        .catch((error: unknown) => {
          this.#ledger.context.events.emit('engine.error', { error, during: 'clearingLeftOvers' });
        })
        .finally(() => this.#lookLater());
    });
  }

  async #look(): Promise<void> {
    await this.#freezeDisabled();
    await this.#removeDrafts();
  }

  async #freezeDisabled(): Promise<void> {
    for (const { workflow } of await this.#ports.store.listWorkflows()) {
      const isFrozen = !workflow.isEnabled || workflow.deletedDateTime !== null;
      if (isFrozen) await freezeRuns(this.#ledger.cancellation, workflow.id, 'all');
    }
  }

  async #removeDrafts(): Promise<void> {
    const { context } = this.#ledger;
    for (const run of await this.#ports.store.listUnfinishedRuns()) {
      if (!this.#isOpen) return;
      if (run.published || context.planning.has(run.id)) continue;
      const isSilent = this.#ports.clock.now() - run.lastUpdatedAtMs > LIMITS.draftSilenceMs;
      if (isSilent || !this.#isShared) await removeUnpublished(context, run);
    }
  }
}
