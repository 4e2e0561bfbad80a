/** What administrators did. The engine emits it and keeps none of it; a dashboard keeps the newest. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { AuditEntry } from '../../model/resources/audit.ts';
import { type CsvColumn, csvResponse } from '../csv/csv.ts';
import { once } from '../csv/pages.ts';
import type { AuditPage } from '../wire.ts';
import type { DataDeps, DataRoute, Params } from './route.ts';

const ENTRIES_MAX = 1_000;

const COLUMNS: readonly CsvColumn<AuditEntry>[] = [
  { head: 'when', cell: ({ activityDateTime }) => activityDateTime },
  { head: 'category', cell: ({ category }) => category },
  { head: 'activity', cell: ({ activity }) => activity },
  { head: 'by', cell: ({ initiatedBy }) => initiatedBy?.id ?? null },
  { head: 'target', cell: ({ target }) => target?.displayName ?? null },
  { head: 'targetId', cell: ({ target }) => target?.id ?? null },
  { head: 'workflowId', cell: ({ workflowId }) => workflowId },
  { head: 'runId', cell: ({ runId }) => runId },
];

/** The newest entries since the dashboard was made, by workflow or run where one is named. */
export function auditRoutes({ engine, clock }: DataDeps): readonly DataRoute[] {
  const entries: AuditEntry[] = [];
  const since = new Date(clock.now()).toISOString();
  engine.on('audit.recorded', (entry) => {
    entries.push(entry);
    if (entries.length > ENTRIES_MAX) entries.shift();
  });
  const wanted = (params: Params): readonly AuditEntry[] => {
    const [workflow, run] = [params.text('workflow'), params.text('run')];
    const fits = ({ workflowId, runId }: AuditEntry): boolean =>
      (workflow === undefined || workflow === workflowId) && (run === undefined || run === runId);
    return entries.filter(fits).reverse();
  };
  const shared = { needs: NEEDED.workflows, params: ['workflow', 'run'] };
  return [
    {
      ...shared,
      path: 'audit',
      answer: async ({ params }): Promise<AuditPage> => ({
        now: new Date(clock.now()).toISOString(),
        since,
        value: wanted(params),
      }),
    },
    {
      ...shared,
      path: 'csv/audit',
      answer: async ({ params }) => csvResponse('audit', COLUMNS, once(wanted(params))),
    },
  ];
}
