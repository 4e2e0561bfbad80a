/** What the thread of {@link WriterThread} runs: it takes orders one by one, and answers each. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from '../file/connection.ts';
import { sqliteCode } from '../file/errors.ts';
import { play } from './write-batch.ts';
import type { Answer, Order, ThreadInput } from './writer-thread.ts';

const port = parentPort;
if (port === null) throw new Error('Expected to run as a thread, got a process');
const { file, busyTimeoutMs, pragmas } = workerData as ThreadInput;
const connection = new Connection(file, { readOnly: false, busyTimeoutMs });
connection.exec(pragmas);
port.on('message', (order: Order) => {
  port.postMessage(answerTo(order));
  if (order.kind === 'close') port.close();
});
port.postMessage({ kind: 'done' } satisfies Answer);

function answerTo(order: Order): Answer {
  try {
    if (order.kind === 'checkpoint') connection.get('PRAGMA wal_checkpoint(PASSIVE)');
    else if (order.kind === 'close') connection.close();
    else {
      connection.exec('BEGIN IMMEDIATE');
      play(order.recording, connection);
      connection.exec('COMMIT');
    }
    return { kind: 'done' };
  } catch (error) {
    rollBack();
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', message, errcode: sqliteCode(error) };
  }
}

function rollBack(): void {
  try {
    if (connection.inTransaction) connection.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself, or cannot; the error that led here is the one that counts.
  }
}
