/**
 * The audit, kept as notes (decision 38). Their keys begin with the time that is left until the end of time, so that the newest
 * come first: `8638204646400000/9999/…`.
 */
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { readString } from '../input/fields.ts';
import { optional, readOptions, type ShapeOf } from '../input/options.ts';
import { LIMITS } from '../model/limits.ts';
import type { Note } from '../model/records.ts';
import type { AuditEntry } from '../model/resources/audit.ts';
import type { Page } from '../model/resources/resources.ts';
import type { EpochMs } from '../model/time.ts';
import type { Store, StoreTransaction } from '../ports/store.ts';
import type { LedgerContext } from './context.ts';
import { PAGE_OPTIONS } from './input/list-options.ts';
import { COLLECTIONS } from './notes.ts';

/** Options of `audit.list`. */
export interface AuditListOptions {
  /** Only what is about this workflow, which may be gone. Default: all entries. */
  readonly workflowId?: string;
  /** Entries of a page, 1..999. Default 100. */
  readonly top?: number;
  /** `nextToken` of the page before. Default: the first page. */
  readonly after?: string;
}

/** Who changed what. */
export interface AuditLog {
  /**
   * Entries that are kept, newest first: changes of workflows, settings and custom task extensions, each written in the
   * transaction of the change. Starts and ends of runs are only events: the runs themselves say who made them. A page of
   * one workflow may be short, or empty, and still have a next one.
   *
   * @throws LifecycleError `InvalidArgument`, `InvalidPageToken`.
   */
  list(options?: AuditListOptions): Promise<Page<AuditEntry>>;
}

const COLLECTION = COLLECTIONS.audit;
/** The last moment that a `Date` can hold, ms: as many digits as any difference to it. */
const END_MS = 8.64e15;
const DIGITS = 16;
const LIST_OPTIONS = {
  ...PAGE_OPTIONS,
  workflowId: optional(readString),
} satisfies ShapeOf<AuditListOptions>;

/** The audit of a store. */
export function createAuditLog(store: Store): AuditLog {
  return {
    async list(options) {
      const given = readOptions(options, 'audit.list', LIST_OPTIONS);
      const { workflowId, top = LIMITS.pageSizeDefault, after = null } = given;
      if (after !== null && !/^\d{16}\/\d{4}\//.test(after))
        throw new LifecycleError(
          'InvalidPageToken',
          'Expected a page token of `audit.list`, got another text',
        );
      const limit = workflowId === undefined ? top : LIMITS.auditLooked;
      const notes = await store.listNotes({ collection: COLLECTION, prefix: '', after, limit });
      const value: AuditEntry[] = [];
      let last = after;
      let isWhole = notes.length < limit;
      for (const [at, { key, body }] of notes.entries()) {
        const entry = JSON.parse(body) as AuditEntry;
        last = key;
        if (workflowId === undefined || entry.workflowId === workflowId.toLowerCase()) value.push(entry);
        if (value.length < top || at === notes.length - 1) continue;
        isWhole = false;
        break;
      }
      return { value, nextToken: isWhole ? null : last };
    },
  };
}

/** Keeps entries, in the transaction of what they are about. */
export async function keepAudit(tx: StoreTransaction, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length > 0) await tx.putNotes(entries.map(noteOf));
}

/** Two processes that do the same to the same thing in one millisecond leave one entry. */
function noteOf(entry: AuditEntry, no: number): Note {
  const { activityDateTime, activity, target } = entry;
  // The first of a change is the oldest.
  const order = String(9_999 - Math.min(no, 9_999)).padStart(4, '0');
  const key = `${timeKey(Date.parse(activityDateTime))}/${order}/${target?.id ?? ''}/${activity}`;
  return { collection: COLLECTION, key, body: JSON.stringify(entry) };
}

/** Keys of entries of this moment begin with it. */
function timeKey(atMs: EpochMs): string {
  return String(END_MS - atMs).padStart(DIGITS, '0');
}

/**
 * Removes entries that are older than a moment, in transactions of some each.
 *
 * @param goesOn called before each; `false` stops.
 */
export async function purgeAudit(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  beforeMs: EpochMs,
  goesOn: () => boolean,
): Promise<void> {
  const query = {
    collection: COLLECTION,
    prefix: '',
    after: `${timeKey(beforeMs)}/~`,
    limit: LIMITS.auditLooked,
  };
  while (goesOn()) {
    const notes = await store.listNotes(query);
    if (notes.length === 0) return;
    await store.transaction((tx) =>
      tx.deleteNotes(
        COLLECTION,
        notes.map(({ key }) => key),
      ),
    );
    await clock.yield();
  }
}
