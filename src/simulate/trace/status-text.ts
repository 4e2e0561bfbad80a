import type { UserRecord } from '../../model/records.ts';
import type { UserStatus } from '../../model/status.ts';

/**
 * How a trace line tells where a user stands. Users of one commit often stand alike, with one and the same
 * outcome: then the text is that of the last one in his status.
 */
export class StatusText {
  readonly #told = new Map<UserStatus, { readonly user: UserRecord; readonly text: string }>();

  of(user: UserRecord): string {
    const told = this.#told.get(user.processingStatus);
    if (told && areAlike(told.user, user)) return told.text;
    const text = statusTextOf(user);
    this.#told.set(user.processingStatus, { user, text });
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
