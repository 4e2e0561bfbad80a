import type { UserRecord } from '../../../model/records.ts';
import type { SliceKey } from '../../../model/slices.ts';
import { packEntry, packState, replayBody } from '../../journal/entries.ts';
import { entriesMax, fresh, isActive, type RunJournal } from '../journal.ts';
import type { Session } from '../session.ts';

const READ = 'SELECT seq, body FROM {s}.journal WHERE run_no = $1 AND slice_no = $2 ORDER BY seq';

/** What a commit writes of its users. */
export interface JournalStep {
  /** The row of the journal; `null`: none. */
  readonly body: string | null;
  /** The rows before it are not needed any more. */
  readonly replaces: boolean;
  /** Users whose rows are written. */
  readonly ended: readonly UserRecord[];
}

/** A held slice, as its holder knows it. */
export interface HeldJournal {
  readonly runNo: number;
  readonly workflowId: string;
  /** Known to have started: its row does not change when a user starts. */
  readonly hasRunStarted: boolean;
  readonly journal: RunJournal;
}

/** The journal of a slice from the database. */
export async function readSliceJournal(
  session: Session,
  runNo: number,
  { runId, slice }: SliceKey,
): Promise<RunJournal> {
  const journal = fresh();
  for (const [seq, body] of await session.rows(READ, [runNo, slice])) {
    journal.entries += replayBody(String(body), runId, journal.users);
    journal.seq = Number(seq);
  }
  return journal;
}

/** The step that puts `users`; changes `journal` to the state after it. */
export function stepOf(journal: RunJournal, users: readonly UserRecord[]): JournalStep {
  const ended: UserRecord[] = [];
  const entries: string[] = [];
  for (const user of users) {
    const before = journal.users.get(user.ordinal);
    if (isActive(user)) {
      entries.push(packEntry(user, before));
      journal.users.set(user.ordinal, user);
    } else {
      if (before !== undefined) entries.push(String(user.ordinal));
      journal.users.delete(user.ordinal);
      ended.push(user);
    }
  }
  const { size } = journal.users;
  const before = journal.entries;
  journal.entries += entries.length;
  const replaces = size === 0 || journal.entries > entriesMax(journal);
  if (!replaces) return { body: entries.length === 0 ? null : `[${entries.join(',')}]`, replaces, ended };
  journal.entries = size;
  const body = size === 0 ? null : `[${[...journal.users.values()].map(packState).join(',')}]`;
  return { body, replaces: before > 0, ended };
}
