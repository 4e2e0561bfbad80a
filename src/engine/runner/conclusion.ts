import type { TaskMeter } from '../../metrics/collector.ts';
import type { UserEvent } from '../../rules/status/user.ts';
import type { ActiveUser } from '../handlers/active-user.ts';
import { type EndedCall, eventOf } from '../handlers/call-result.ts';

/**
 * Ends the attempt of a user's task: counts it, and gives the event that its result causes. `null`: nothing is recorded,
 * and the task will run once more.
 */
export function concludeAttempt(
  active: ActiveUser,
  call: Omit<EndedCall, 'startedAtMs' | 'failures'>,
  meter: TaskMeter | undefined,
): UserEvent | null {
  const startedAtMs = active.suspendedSinceMs ?? active.runningSinceMs ?? call.nowMs;
  const event = eventOf({ ...call, startedAtMs, failures: active.user.attempts?.failures ?? 0 });
  const isRetried = event?.kind === 'attemptFailed';
  const { kind } = call.result;
  const code = call.result.kind === 'failed' ? call.result.code : '';
  meter?.attempted(isRetried ? 'retried' : kind, call.nowMs - startedAtMs, code);
  active.runningSinceMs = null;
  active.suspendedSinceMs = null;
  if (!isRetried) active.throttledMs = 0;
  return event;
}
