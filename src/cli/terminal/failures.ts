import type { LedgerMethods } from '../../ledger/ledger.ts';
import { LIMITS } from '../../model/limits.ts';
import type { TaskProcessingResult } from '../../model/resources/resources.ts';
import { oneLine } from './text.ts';

/** Failed tasks that are looked at to group their reasons. */
const EXAMINED_MAX = 20_000;
/** Different reasons that are told apart. */
const REASONS_MAX = 200;

/** What failed in a run. */
export interface Failures {
  /** The first ones, by user. */
  readonly first: readonly TaskProcessingResult[];
  /** Reasons with their counts, most frequent first. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
  /** Failed tasks that were counted; `isAll` `false`: there are more. */
  readonly count: number;
  readonly isAll: boolean;
}

/** Reads the failed tasks of a run. The subject's own id in a reason does not make another reason. */
export async function readFailures(
  ledger: Pick<LedgerMethods, 'taskProcessingResults'>,
  workflowId: string,
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
      await ledger.taskProcessingResults.list(workflowId, runId, {
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
  // As a word of its own: the `u1` of `u12` is another one.
  const id = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(subject.id)}(?![\\p{L}\\p{N}])`, 'gu');
  return text.replace(id, '…');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
