import type { Connection } from '../file/connection.ts';
import { readJournal } from './journal.ts';
import { checkpointJournal } from './user-writes.ts';

/**
 * Writes what the journals of all runs say into the users' rows, and empties them, in one transaction:
 * from then on rows and their indexes alone tell everything. Bounded by the journals' own bound.
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
