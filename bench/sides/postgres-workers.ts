/** Processes that work on the runs of this one. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { postgresStore } from '../../src/postgres.ts';
import type { Message } from '../site.ts';
import type { WorkerInput } from './postgres-worker.ts';

const CHILD = fileURLToPath(new URL('../child.ts', import.meta.url));

/** Makes the tables, so that processes which begin together find them. */
export async function makeTables(url: string, schema: string): Promise<void> {
  await (await postgresStore({ connectionString: url, schema })).close();
}

/** Starts a worker; resolves when it is ready for work. */
export async function startWorker(input: WorkerInput): Promise<ChildProcess> {
  const worker = fork(CHILD, ['./sides/postgres-worker.ts', JSON.stringify(input)]);
  await messageOf(worker, 'ready');
  return worker;
}

/** The next message of a kind. @throws Error when the process fails. */
export async function messageOf(worker: ChildProcess, kind: string): Promise<Message> {
  for (;;) {
    const [message] = (await once(worker, 'message')) as [Message];
    if (message.kind === 'failed') throw new Error(String(message.reason));
    if (message.kind === kind) return message;
  }
}
