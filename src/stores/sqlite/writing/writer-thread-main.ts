/** Main module of the thread of {@link WriterThread}: takes requests one by one and answers each. */
import { parentPort, workerData } from 'node:worker_threads';
import { Connection } from '../file/connection.ts';
import { sqliteCode } from '../file/errors.ts';
import { applyWrites } from './write-batch.ts';
import type { Answer, Request, ThreadInput } from './writer-thread.ts';

const port = parentPort;
if (port === null)
  throw new Error('This module runs only in a worker thread; open the store with `writerThread` instead');
const { file, busyTimeoutMs, pragmas } = workerData as ThreadInput;
const connection = new Connection(file, { readOnly: false, busyTimeoutMs });
connection.exec(pragmas);
port.on('message', (request: Request) => {
  port.postMessage(answerTo(request));
  if (request.kind === 'close') port.close();
});
port.postMessage({ kind: 'done' } satisfies Answer);

function answerTo(request: Request): Answer {
  try {
    if (request.kind === 'checkpoint') connection.get('PRAGMA wal_checkpoint(PASSIVE)');
    else if (request.kind === 'close') connection.close();
    else {
      connection.exec('BEGIN IMMEDIATE');
      applyWrites(request.recording, connection);
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
