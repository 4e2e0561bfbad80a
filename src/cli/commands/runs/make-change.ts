import { createLedger } from '../../../embed.ts';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import { carryOut } from '../../../ledger/requests.ts';
import type { LeftRequest, StoreRequest } from '../../../model/request.ts';
import type { Store, StoreReader, StoreRequests } from '../../../ports/store.ts';
import type { Host } from '../../host.ts';
import { openExisting } from '../../session/stores.ts';
import { CliError } from '../../terminal/cli-error.ts';
import { seconds } from '../../terminal/text.ts';

/** How often a request that was left is looked at, ms. */
const LOOK_MS = 100;
/** How often it is seen whether the process that writes the database has gone, ms. */
const TRY_MS = 1_000;
/** How long that process may take to carry a request out, ms. */
const ANSWER_MAX_MS = 10_000;

/** A change of a database that another process may be writing. */
export interface Change<T> {
  /** What is asked for. @throws CliError when it is not there. */
  find(store: StoreReader): Promise<StoreRequest>;
  /** What became of it. */
  show(store: StoreReader, request: StoreRequest): Promise<T>;
}

/**
 * Makes a change: in this process when no other one writes the database, else by a request to that one.
 *
 * @throws CliError, LifecycleError when it is refused, or not carried out in time.
 */
export async function makeChange<T>(host: Host, db: string, change: Change<T>): Promise<T> {
  const endsAtMs = host.clock.elapsed() + ANSWER_MAX_MS;
  let request: StoreRequest | null = null;
  for (;;) {
    const store = await openUnlessWritten(db);
    const isWriter = store !== null;
    const reader = store ?? (await openExisting(db, 'read'));
    try {
      const { requests } = reader;
      if (!requests) return await changeHere(reader, change);
      const left: LeftRequest | null = request && (await requests.find(request));
      const isDone = request !== null && left === null;
      request ??= await change.find(reader);
      if (isWriter && !isDone) {
        await carryOut(await createLedger({ store }), store, request);
        if (left) await requests.remove(left);
      } else if (!isDone) {
        if (!left) await requests.leave(request);
        if (!(await isCarriedOut(host, requests, request))) {
          if (host.clock.elapsed() > endsAtMs) throw noAnswer(db);
          continue;
        }
      }
      return await change.show(reader, request);
    } finally {
      await reader.close();
    }
  }
}

/** Makes a change in a database that every process may write. */
async function changeHere<T>(store: Store, change: Change<T>): Promise<T> {
  const request = await change.find(store);
  await carryOut(await createLedger({ store }), store, request);
  return change.show(store, request);
}

/** `null`: another process writes it, and takes requests. */
async function openUnlessWritten(db: string): Promise<Store | null> {
  try {
    return await openExisting(db, 'write');
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'StoreLocked' && 'holder' in error.details) return null;
    throw error;
  }
}

/** `false`: it is still waiting. @throws CliError when the writer refuses it. */
async function isCarriedOut(
  { clock }: Host,
  requests: StoreRequests,
  request: StoreRequest,
): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < TRY_MS; waitedMs += LOOK_MS) {
    const left = await requests.find(request);
    if (left === null) return true;
    if (left.refusal !== null) {
      await requests.remove(left);
      throw new CliError(left.refusal);
    }
    await new Promise<void>((resolve) => clock.setTimer(LOOK_MS, resolve));
  }
  return false;
}

function noAnswer(db: string): CliError {
  return new CliError(
    `Expected the process that writes ${db} to carry out the request within ${seconds(ANSWER_MAX_MS)}, got no answer`,
    'The request is kept: that process carries it out when it looks for requests, or else the next engine that starts on the database',
  );
}
