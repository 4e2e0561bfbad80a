import type { Connection } from '../file/connection.ts';
import { readJournal } from './journal.ts';
import { checkpointJournal } from './user-writes.ts';

/**
 * Writes the journals of all runs into the users' rows and empties them, in one transaction: after it the rows
 * and their indexes are complete. The work is bounded by the size limit of a journal.
 */
export function checkpointJournals(connection: Connection): void {
  const runs = connection.all('SELECT DISTINCT run_no FROM journal');
  if (runs.length === 0) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    for (const [runNo] of runs) {
      checkpointJournal(connection, Number(runNo), readJournal(connection, Number(runNo), '').values());
    }
    connection.exec('COMMIT');
  } catch (error) {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}
