/** Who changed what. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { AuditListOptions } from '../../ledger/audit-log.ts';
import type { AuditEntry } from '../../model/resources/audit.ts';
import { type CsvColumn, csvResponse } from '../csv/csv.ts';
import { pagesOf } from '../csv/pages.ts';
import type { AuditPage } from '../wire.ts';
import type { DataRoute, Params } from './route.ts';

const COLUMNS: readonly CsvColumn<AuditEntry>[] = [
  { head: 'when', cell: ({ activityDateTime }) => activityDateTime },
  { head: 'category', cell: ({ category }) => category },
  { head: 'activity', cell: ({ activity }) => activity },
  { head: 'by', cell: ({ initiatedBy }) => initiatedBy?.id ?? null },
  { head: 'target', cell: ({ target }) => target?.displayName ?? null },
  { head: 'targetId', cell: ({ target }) => target?.id ?? null },
  { head: 'workflowId', cell: ({ workflowId }) => workflowId },
];

const PAGE = 50;

/** What is kept, newest first; of one workflow where one is named. */
export const AUDIT: DataRoute = {
  path: 'audit',
  needs: NEEDED.workflows,
  params: ['workflow', 'after'],
  answer: async ({ engine, clock, params }): Promise<AuditPage> => {
    const page = await engine.audit.list({ top: PAGE, ...wantedOf(params) });
    return { now: new Date(clock.now()).toISOString(), ...page };
  },
};

/** All of it. */
export const AUDIT_CSV: DataRoute = {
  path: 'csv/audit',
  needs: NEEDED.workflows,
  params: ['workflow'],
  answer: async ({ engine, params }) => {
    const { workflowId } = wantedOf(params);
    const of = workflowId === undefined ? {} : { workflowId };
    const pages = pagesOf((page) => engine.audit.list({ ...of, ...page }));
    return csvResponse('audit', COLUMNS, pages);
  },
};

function wantedOf(params: Params): Pick<AuditListOptions, 'workflowId' | 'after'> {
  const [workflowId, after] = [params.text('workflow'), params.text('after')];
  return {
    ...(workflowId === undefined ? {} : { workflowId }),
    ...(after === undefined ? {} : { after }),
  };
}
