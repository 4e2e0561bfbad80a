import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { EventSink } from '../../events/event-map.ts';
import { LIMITS } from '../../model/limits.ts';
import type { SliceRecord } from '../../model/slices.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { StoreSlices } from '../../ports/store.ts';
import type { WorkSource, WorkTicket } from '../../ports/work-source.ts';
import type { SliceDriver } from './slice-driver.ts';

/** Dependencies of a {@link LeaseRenewal}. */
export interface LeaseRenewalDeps {
  readonly clock: Clock;
  readonly events: EventSink;
  readonly slices: Pick<StoreSlices, 'renew'>;
  readonly work: Pick<WorkSource, 'renew'>;
  readonly driven: () => readonly { readonly driver: SliceDriver; readonly ticket: WorkTicket }[];
  /** Whether slices are driven, or may be. */
  readonly goesOn: () => boolean;
}

/** Renews the claims of the slices that are driven: other processes take over what is not renewed. */
export class LeaseRenewal {
  readonly #deps: LeaseRenewalDeps;
  #timer: Timer | null = null;

  constructor(deps: LeaseRenewalDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.setTimer(LIMITS.sliceLeaseMs / 4, () => {
      void this.#renew().finally(() => {
        if (this.#timer !== null && this.#deps.goesOn()) this.start();
      });
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  async #renew(): Promise<void> {
    const { clock, events, slices, work } = this.#deps;
    const driven = this.#deps.driven();
    try {
      if (driven.length === 0) return;
      const held = driven.map(({ driver }) => driver.held);
      const states = await slices.renew(held, clock.now());
      for (const [index, state] of states.entries()) {
        const driver = driven[index]?.driver;
        if (state === 'canceling') driver?.cancel();
        if (state === 'lost') driver?.lost(takenOver(driver.held));
      }
      await work.renew(driven.map(({ ticket }) => ticket));
    } catch (error) {
      events.emit('engine.error', { error, during: 'renewingClaims' });
    }
  }
}

function takenOver({ runId, slice, claim }: SliceRecord): LifecycleError<'ClaimLost'> {
  return new LifecycleError(
    'ClaimLost',
    `Expected claim ${claim} of slice ${slice} of run ${runId} to be renewed in time, got another process that has taken it over`,
    { runId, claim },
  );
}
