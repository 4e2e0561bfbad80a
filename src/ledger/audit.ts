/** Tells `audit` events; nothing is made while nobody listens. */
import type { AuditActivity } from '../model/audit.ts';
import type { RunRecord } from '../model/records.ts';
import type { UserReference, Workflow } from '../model/workflow.ts';
import { type Audited, auditOfChange, categoryOf, isTerminal } from '../rules/index.ts';
import type { LedgerContext } from './context.ts';
import { isoOf, runResource } from './resources.ts';

/** Tells an activity. @param by who did it. */
export function audit(
  { events, clock }: Pick<LedgerContext, 'events' | 'clock'>,
  activity: AuditActivity,
  by: UserReference | null,
  target: Audited['target'] | null,
  about: { readonly workflowId?: string; readonly runId?: string } = {},
): void {
  if (!events.has('audit')) return;
  events.emit('audit', {
    category: categoryOf(activity),
    activity,
    activityDateTime: isoOf(clock.now()),
    initiatedBy: by,
    target,
    workflowId: about.workflowId ?? null,
    runId: about.runId ?? null,
  });
}

/** Tells what the change of a workflow means. */
export function auditWorkflow(
  context: LedgerContext,
  by: UserReference | null,
  before: Workflow | null,
  after: Workflow | null,
): void {
  if (!context.events.has('audit')) return;
  for (const { activity, target } of auditOfChange(before, after)) {
    const { id = '' } = after ?? before ?? {};
    audit(context, activity, by, target, { workflowId: id });
  }
}

/** Tells the beginning and the end of a run. Call after the commit. */
export function auditRun(context: LedgerContext, before: RunRecord | null, after: RunRecord): void {
  if (!context.events.has('audit')) return;
  const { id: runId, workflowId, workflowExecutionType: type } = after;
  const tell = (activity: AuditActivity): void => {
    const { createdBy } = runResource(after);
    audit(context, activity, createdBy, { id: runId, displayName: type }, { workflowId, runId });
  };
  const isScheduled = type === 'scheduled';
  const begins = before !== null && before.startedAtMs === null && after.startedAtMs !== null;
  const ends = before !== null && !isTerminal(before.processingStatus) && isTerminal(after.processingStatus);
  if (begins && isScheduled) tell('Schedule workflow execution started');
  if (ends && type !== 'preview')
    tell(isScheduled ? 'Schedule workflow execution completed' : 'On-demand workflow execution completed');
}
