import type { LedgerMethods } from '../../../ledger/ledger.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { TaskProcessingResult } from '../../../model/resources/resources.ts';
import { tableLines } from '../../terminal/table.ts';
import { oneLine, shortened } from '../../terminal/text.ts';

/** The first `max` task results of a run that changed something, by user. */
export async function changedTasks(
  { taskProcessingResults }: Pick<LedgerMethods, 'taskProcessingResults'>,
  runId: string,
  max: number,
): Promise<readonly TaskProcessingResult[]> {
  const results: TaskProcessingResult[] = [];
  for (let after: string | null = null; results.length < max; ) {
    const top = Math.min(LIMITS.pageSizeMax, max - results.length);
    const from = after === null ? {} : { after };
    const page = await taskProcessingResults.list(runId, { changes: '', top, ...from });
    results.push(...page.value);
    after = page.nextToken;
    if (after === null) break;
  }
  return results;
}

const NAME_COLUMNS = 36;
const CHANGES_COLUMNS = 110;
const COLUMNS = [{ head: 'subject' }, { head: 'task' }, { head: 'changed' }];

/** What tasks changed, a line for each task. */
export function changedLines(results: readonly TaskProcessingResult[]): string[] {
  if (results.length === 0) return [];
  const rows = results.map(({ subject, task, changes }) => [
    shortened(subject.id, NAME_COLUMNS),
    shortened(task.displayName, NAME_COLUMNS),
    shortened(oneLine(changes.join('; ')), CHANGES_COLUMNS),
  ]);
  return ['', ...tableLines(COLUMNS, rows).map((line) => `  ${line}`)];
}
