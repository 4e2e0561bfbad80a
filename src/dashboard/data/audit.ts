/** What administrators did. The engine emits it and keeps none of it; a dashboard keeps the newest. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { AuditEntry } from '../../model/resources/audit.ts';
import type { AuditPage } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

const ENTRIES_MAX = 1_000;

/** The newest entries since the dashboard was made, by workflow or run where one is named. */
export function auditRoute({ engine, clock }: DataDeps): DataRoute {
  const entries: AuditEntry[] = [];
  const since = new Date(clock.now()).toISOString();
  engine.on('audit.recorded', (entry) => {
    entries.push(entry);
    if (entries.length > ENTRIES_MAX) entries.shift();
  });
  return {
    path: 'audit',
    needs: NEEDED.workflows,
    params: ['workflow', 'run'],
    answer: async ({ params }): Promise<AuditPage> => {
      const [workflow, run] = [params.text('workflow'), params.text('run')];
      const value = entries.filter(
        ({ workflowId, runId }) =>
          (workflow === undefined || workflow === workflowId) && (run === undefined || run === runId),
      );
      return { now: new Date(clock.now()).toISOString(), since, value: value.reverse() };
    },
  };
}
