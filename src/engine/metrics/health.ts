import type { EngineEventMap, EngineEventName } from '../../events/event-map.ts';
import { isoOf } from '../../ledger/resources.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';
import { endsWithin } from '../stop-deadline.ts';

/** For how long one probe of the store answers all who ask, ms. */
const PROBE_MS = 5_000;
/** For how long a failure to claim work counts, ms: it is repeated, and reported each time, while it lasts. */
const CLAIM_FAILURE_MS = 10_000;
/** Longest wait for the store, ms. */
const STORE_MS = 1_000;
/** Name of the setting in the store that a probe writes. */
const NAME = 'lastProbe';

/** One thing that has to be as it should for an engine to do its work. */
export interface HealthCheck {
  readonly name: 'engine' | 'store' | 'scheduler' | 'handlers' | 'work';
  readonly isOk: boolean;
  /** `ok`, or what is wrong and what to do. */
  readonly message: string;
}

/** Whether an engine can do its work, and if not, why. */
export interface EngineHealth {
  /** All checks are ok. */
  readonly isReady: boolean;
  readonly checks: readonly HealthCheck[];
}

/** What an {@link HealthProbe} reads. */
export interface HealthProbeDeps {
  readonly store: Pick<Store, 'transaction'>;
  readonly clock: Clock;
  readonly phase: () => 'new' | 'starting' | 'started' | 'stopped';
  readonly unsettled: { readonly isStalled: boolean };
  /** `seenAtMs`: when it has last looked for due slots; `null`: this engine has no scheduler, or it has not begun. */
  readonly scheduler: { readonly seenAtMs: EpochMs | null };
  readonly schedule: { readonly scheduleIntervalMs: DurationMs };
}

const OK = 'ok';

/** The health of an engine. */
export class HealthProbe {
  readonly #deps: HealthProbeDeps;
  #storeMessage: Promise<string> | null = null;
  #storeAtMs = 0;
  #claimFailure: { readonly atMs: number; readonly message: string } | null = null;

  constructor(deps: HealthProbeDeps) {
    this.#deps = deps;
  }

  /** An event was emitted. */
  heard<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void {
    if (name !== 'engine.error') return;
    const { during, error } = payload as EngineEventMap['engine.error'];
    if (during === 'claimingRuns')
      this.#claimFailure = { atMs: this.#deps.clock.elapsed(), message: textOf(error) };
  }

  /** All checks, now; the store's is at most 5 s old. */
  async health(): Promise<EngineHealth> {
    const messages: Readonly<Record<HealthCheck['name'], string>> = {
      engine: this.#engineMessage(),
      store: await this.#ofStore(),
      scheduler: this.#schedulerMessage(),
      handlers: this.#deps.unsettled.isStalled
        ? 'As many handlers as handlersUnsettledMax do not settle; restart the process'
        : OK,
      work: this.#workMessage(),
    };
    const checks = Object.entries(messages).map(([name, message]) => ({
      name: name as HealthCheck['name'],
      isOk: message === OK,
      message,
    }));
    return { isReady: checks.every(({ isOk }) => isOk), checks };
  }

  #engineMessage(): string {
    const phase = this.#deps.phase();
    if (phase === 'started') return OK;
    return phase === 'new' ? 'The engine has not been started' : `The engine is ${phase}`;
  }

  #schedulerMessage(): string {
    const { clock, scheduler, schedule } = this.#deps;
    const { seenAtMs } = scheduler;
    if (seenAtMs === null || clock.now() - seenAtMs <= 2 * schedule.scheduleIntervalMs) return OK;
    return `The scheduler has not looked for due slots since ${isoOf(seenAtMs)}; restart the process`;
  }

  #workMessage(): string {
    const failure = this.#claimFailure;
    if (failure === null || this.#deps.clock.elapsed() - failure.atMs > CLAIM_FAILURE_MS) return OK;
    return `Work cannot be claimed: ${failure.message}`;
  }

  #ofStore(): Promise<string> {
    const nowMs = this.#deps.clock.elapsed();
    if (this.#storeMessage === null || nowMs - this.#storeAtMs >= PROBE_MS) {
      this.#storeAtMs = nowMs;
      this.#storeMessage = this.#probe();
    }
    return this.#storeMessage;
  }

  async #probe(): Promise<string> {
    const { store, clock } = this.#deps;
    let failure: unknown;
    const written = store
      .transaction((tx) => tx.putSetting(NAME, isoOf(clock.now())))
      .catch((error: unknown) => {
        failure = error;
      });
    if (!(await endsWithin(clock, STORE_MS, written)))
      return `The store did not take a write within ${STORE_MS} ms`;
    return failure === undefined ? OK : `The store cannot be written: ${textOf(failure)}`;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
