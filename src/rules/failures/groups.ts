/** In which group a failed task belongs. Pure. */

import type { FailureKind } from '../../model/failures.ts';
import { HANDLER_FAILED } from '../../model/failures.ts';
import { LIMITS } from '../../model/limits.ts';
import type { TaskOutcome } from '../../model/records.ts';
import { type MaskedPerson, maskReason } from './mask.ts';

/** Code of the groups that take the failures of a run with too many kinds of them, one for each task. */
const OTHER = 'Other';

/**
 * The kind of a failed task.
 *
 * @param known keys of the run's groups. When there are `LIMITS.failureGroupsMax`, a new kind is among the others.
 */
export function failureKind(
  { code = HANDLER_FAILED, failureReason = '' }: Pick<TaskOutcome, 'code' | 'failureReason'>,
  taskId: string,
  person: MaskedPerson,
  known: ReadonlySet<string>,
): FailureKind {
  const kind = kindOf(taskId, code, maskReason(failureReason, person));
  if (known.has(kind.key) || known.size < LIMITS.failureGroupsMax) return kind;
  return kindOf(taskId, OTHER, 'Other failures');
}

function kindOf(taskId: string, code: string, reason: string): FailureKind {
  return { key: keyOf(JSON.stringify([taskId, code, reason])), taskId, code, reason };
}

/** 64 bits of FNV-1a over UTF-16, in base 36. */
function keyOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return hash.toString(36).padStart(13, '0');
}
