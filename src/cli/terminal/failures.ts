import type { LedgerMethods } from '../../ledger/ledger.ts';
import { LIMITS } from '../../model/limits.ts';
import type { TaskProcessingResult } from '../../model/resources/resources.ts';
import { oneLine } from './text.ts';

/** Failed tasks whose reasons are grouped. */
const EXAMINED_MAX = 20_000;
/** Largest number of different reasons. */
const REASONS_MAX = 200;

/** The failures of a run. */
export interface Failures {
  /** The first ones, by user. */
  readonly first: readonly TaskProcessingResult[];
  /** Reasons with their counts, most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  /** Failed tasks that were counted; `isAll` `false`: there are more. */
  readonly count: number;
  readonly isAll: boolean;
}

/** Reads the failed tasks of a run. Reasons that differ only in the subject's id are grouped. */
export async function readFailures(
  ledger: Pick<LedgerMethods, 'taskProcessingResults'>,
  runId: string,
  firstMax: number,
): Promise<Failures> {
  const first: TaskProcessingResult[] = [];
  const counts = new Map<string, number>();
  let count = 0;
  let after: string | null = null;
  const limit = Math.max(EXAMINED_MAX, firstMax);
  do {
    const page: Awaited<ReturnType<typeof ledger.taskProcessingResults.list>> =
      await ledger.taskProcessingResults.list(runId, {
        processingStatus: 'failed',
        top: LIMITS.pageSizeMax,
        ...(after === null ? {} : { after }),
      });
    for (const result of page.value) {
      count += 1;
      if (first.length < firstMax) first.push(result);
      const reason = reasonOf(result);
      const isKept = counts.has(reason) || counts.size < REASONS_MAX;
      const kind = isKept ? reason : 'other reasons';
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    after = page.nextToken;
  } while (after !== null && count < limit);
  const reasons = Array.from(counts, ([reason, times]) => ({ reason, count: times }));
  return { first, reasons: reasons.sort((a, b) => b.count - a.count), count, isAll: after === null };
}

function reasonOf({ failureReason, subject }: TaskProcessingResult): string {
  const text = oneLine(failureReason ?? 'no reason given');
  // As a whole word: `u1` is not part of `u12`.
  const id = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(subject.id)}(?![\\p{L}\\p{N}])`, 'gu');
  return text.replace(id, '…');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
