import type { UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';

/**
 * Status text of a user in a trace line. Users of one commit often have the same status and outcome: then the text of
 * the last user with that status is reused.
 */
export class StatusText {
  readonly #last = new Map<UserStatus, { readonly user: UserRecord; readonly text: string }>();

  of(user: UserRecord): string {
    const last = this.#last.get(user.processingStatus);
    if (last && areAlike(last.user, user)) return last.text;
    const text = statusTextOf(user);
    this.#last.set(user.processingStatus, { user, text });
    return text;
  }
}

function areAlike(a: UserRecord, b: UserRecord): boolean {
  return (
    a.totalTasksCount === b.totalTasksCount &&
    a.outcomes?.length === b.outcomes?.length &&
    a.outcomes?.at(-1) === b.outcomes?.at(-1) &&
    a.attempts === b.attempts
  );
}

function statusTextOf({ processingStatus, outcomes, totalTasksCount, attempts }: UserRecord): string {
  const last = outcomes?.at(-1);
  const words = [processingStatus, `${outcomes?.length ?? 0}/${totalTasksCount}`];
  if (last) words.push(last.status, `${last.startedAtMs ?? '-'}`, `${last.completedAtMs}`);
  if (last?.failureReason !== undefined) words.push(JSON.stringify(last.failureReason));
  if (attempts !== null && attempts.failures > 0)
    words.push(`retry ${attempts.failures} until ${attempts.notBeforeMs}`);
  return words.join(' ');
}
