import type { UserRecord } from '../../../model/records.ts';
import { replayBody } from '../../journal/entries.ts';
import type { Connection } from '../file/connection.ts';

/** The users of a run whose journal entries are newer than their rows. */
export function readJournal(connection: Connection, runNo: number, runId: string): Map<number, UserRecord> {
  const users = new Map<number, UserRecord>();
  for (const [body] of connection.each('SELECT body FROM journal WHERE run_no = ? ORDER BY seq', runNo))
    replayBody(String(body), runId, users);
  return users;
}
