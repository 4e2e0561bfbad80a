/**
 * Handlers of the demo. They simulate calls to a directory, a mail server and a license service, and
 * fail for some users. Which users depends on their ids only.
 */
import type { TaskContext, TaskHandlerOptions } from '../../ports/task-handler.ts';
import { systemClock } from '../../system/real/clock.ts';

/** Licenses in the pool of the group; each new hire takes one. */
const LICENSES = 30;
const holders = new Set<string>();

/** Fails now and then as a busy directory does; usually the second attempt succeeds. */
export const enableUserAccount = directoryCall('enable the account');

/** Fails for users without a mail address. */
export async function sendWelcomeEmail({ subject, signal }: TaskContext): Promise<void> {
  await pause(40, subject.id, signal);
  if (typeof subject.mail !== 'string') throw new Error('The user has no mail attribute');
}

/** Assigns a license with the membership, until the pool is exhausted. */
export async function addUserToGroups({ subject, arguments: args, signal }: TaskContext): Promise<void> {
  await pause(30, subject.id, signal);
  if (!holders.has(subject.id) && holders.size === LICENSES) {
    throw new Error(`License pool of group ${args.groupID} exhausted: ${LICENSES} of ${LICENSES} in use`);
  }
  holders.add(subject.id);
}

/** As {@link enableUserAccount}. */
export const disableUserAccount = directoryCall('disable the account');

/** Fails rather than leave a group without an owner. */
export async function removeUserFromAllGroups({ subject, signal }: TaskContext): Promise<void> {
  await pause(50, subject.id, signal);
  if (luck(subject.id, 'groups') < 0.06) throw new Error('The user is the last owner of a group');
}

/** Does nothing for users without a team, and notes that. */
export async function removeUserFromAllTeams({
  subject,
  signal,
}: TaskContext): Promise<{ readonly processingInfo: string } | undefined> {
  await pause(40, subject.id, signal);
  return luck(subject.id, 'teams') < 0.3 ? { processingInfo: 'The user was in no team' } : undefined;
}

function directoryCall(what: string): TaskHandlerOptions {
  return {
    retry: { attempts: 3, delayMs: 60 },
    timeoutMs: 5_000,
    run: async ({ subject, attempt, signal }: TaskContext) => {
      await pause(50, subject.id, signal);
      const share = luck(subject.id, what);
      const isDown = share < 0.03 || (share < 0.2 && attempt === 1);
      if (isDown) throw new Error(`The directory could not ${what}: 503 Service Unavailable`);
    },
  };
}

/** Waits about `ms`, longer for some. @throws when the call is aborted. */
function pause(ms: number, id: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = systemClock.setTimer(ms * (0.5 + luck(id, 'time')), resolve);
    signal.addEventListener('abort', () => {
      timer.cancel();
      reject(signal.reason);
    });
  });
}

/** A number in [0, 1), always the same for a user and a purpose (FNV-1a). */
function luck(id: string, purpose: string): number {
  let hash = 0x811c9dc5;
  for (const letter of `${purpose} ${id}`) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  // The last letters move the low bits most; mix them into the high ones.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
