/** The tasks that wait for a callback as CSV. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { DataRoute } from '../data/route.ts';
import { withNames } from '../data/waiting.ts';
import type { WaitingRow } from '../wire.ts';
import { type CsvColumn, csvResponse } from './csv.ts';
import { pagesOf } from './pages.ts';

const COLUMNS: readonly CsvColumn<WaitingRow>[] = [
  { head: 'subjectId', cell: ({ subject }) => subject.id },
  { head: 'displayName', cell: ({ displayName }) => displayName },
  { head: 'task', cell: ({ task }) => task.displayName },
  { head: 'extension', cell: ({ extension }) => extension?.displayName ?? null },
  { head: 'extensionId', cell: ({ extension }) => extension?.id ?? null },
  { head: 'workflow', cell: ({ workflow }) => workflow.displayName },
  { head: 'version', cell: ({ workflow }) => workflow.version },
  { head: 'runId', cell: ({ runId }) => runId },
  { head: 'waitingSince', cell: ({ waitingSinceDateTime }) => waitingSinceDateTime },
  { head: 'waitingUntil', cell: ({ waitingUntilDateTime }) => waitingUntilDateTime },
  { head: 'resultId', cell: ({ id }) => id },
];

/** All of them. */
export const WAITING_CSV: DataRoute = {
  path: 'csv/waiting',
  needs: NEEDED.reports,
  params: [],
  answer: async ({ engine }) => {
    const pages = async function* (): AsyncGenerator<readonly WaitingRow[]> {
      for await (const rows of pagesOf((page) => engine.taskProcessingResults.listWaiting(page)))
        yield withNames(engine, rows);
    };
    return csvResponse('waiting', COLUMNS, pages());
  },
};
