/**
 * Where an engine gets the slices that it works on. What a source offers is a hint: the store decides who holds a
 * slice. So a hint that is lost, late or given twice costs time, never correctness.
 */
import type { RunRecord } from '../model/records.ts';
import type { OpenSlice, SliceKey } from '../model/slices.ts';
import type { EpochMs } from '../model/time.ts';
import type { StoreTransaction } from './store.ts';

/** A slice that a source offers. `handle` is the source's own. */
export interface WorkTicket extends OpenSlice {
  readonly handle?: unknown;
}

/** Calls of a source to its engine. */
export interface WorkListener {
  /** There may be work to take. */
  mayBeWork(): void;
  /** Something failed that no call was waiting for. The source goes on. */
  failed(error: unknown): void;
}

/** A source of work; one for each engine. */
export interface WorkSource {
  /** Begins to announce work, also that of earlier offers. May be called again after {@link WorkSource.close}. */
  open(listener: WorkListener): Promise<void>;
  /** Offers the slices of a run, in the transaction that publishes it. */
  offer(tx: StoreTransaction, run: RunRecord, slices: readonly SliceKey[]): Promise<void>;
  /** This engine has published a run, or is to take one up again; `null`: another engine has published some run. */
  published(run: Pick<RunRecord, 'id' | 'workflowExecutionType'> | null): void;
  /** Takes at most `room` slices, of five at least one that is scheduled when such a one waits. */
  take(room: number): Promise<readonly WorkTicket[]>;
  /** Slices that were taken and are still worked on. Called several times within `LIMITS.sliceLeaseMs`. */
  renew(tickets: readonly WorkTicket[]): Promise<void>;
  /** Slices that have ended, in the transaction that ends them. */
  complete(tx: StoreTransaction, tickets: readonly WorkTicket[]): Promise<void>;
  /** A slice that was taken and is not worked on here: it may be offered again, here not before `notBeforeMs`. */
  giveBack(ticket: WorkTicket, notBeforeMs: EpochMs): Promise<void>;
  /** A slice that was taken and turned out to have ended, or to be gone. */
  drop(ticket: WorkTicket): Promise<void>;
  /** Offers again what is open and not worked on, as the source itself does from time to time. */
  sweep(): Promise<void>;
  /** Ends; what was taken and not completed may be offered to others. */
  close(): Promise<void>;
}
