/** Emits `audit` events; does nothing while there is no listener. */

import type { RunRecord } from '../../model/records.ts';
import type { AuditActivity } from '../../model/resources/audit.ts';
import type { UserReference, Workflow } from '../../model/workflow/workflow.ts';
import { type Audited, auditOfChange, categoryOf } from '../../rules/audit.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { LedgerContext } from '../context.ts';
import { isoOf, runResource } from '../resources.ts';

/** Emits an activity. @param by the caller that did it. */
export function audit(
  { events, clock }: Pick<LedgerContext, 'events' | 'clock'>,
  activity: AuditActivity,
  by: UserReference | null,
  target: Audited['target'] | null,
  about: { readonly workflowId?: string; readonly runId?: string } = {},
): void {
  if (!events.has('audit.recorded')) return;
  events.emit('audit.recorded', {
    category: categoryOf(activity),
    activity,
    activityDateTime: isoOf(clock.now()),
    initiatedBy: by,
    target,
    workflowId: about.workflowId ?? null,
    runId: about.runId ?? null,
  });
}

/** Emits the activities of a change of a workflow. */
export function auditWorkflow(
  context: LedgerContext,
  by: UserReference | null,
  before: Workflow | null,
  after: Workflow | null,
): void {
  if (!context.events.has('audit.recorded')) return;
  for (const { activity, target } of auditOfChange(before, after)) {
    const { id = '' } = after ?? before ?? {};
    audit(context, activity, by, target, { workflowId: id });
  }
}

/** Emits the start and the end of a run. Call after the commit. */
export function auditRun(context: LedgerContext, before: RunRecord | null, after: RunRecord): void {
  if (!context.events.has('audit.recorded')) return;
  const { id: runId, workflowId, workflowExecutionType: type } = after;
  const emit = (activity: AuditActivity): void => {
    const { createdBy } = runResource(after);
    audit(context, activity, createdBy, { id: runId, displayName: type }, { workflowId, runId });
  };
  const isScheduled = type === 'scheduled';
  const begins = before !== null && before.startedAtMs === null && after.startedAtMs !== null;
  const ends = before !== null && !isTerminal(before.processingStatus) && isTerminal(after.processingStatus);
  if (begins && isScheduled) emit('Schedule workflow execution started');
  if (ends && type !== 'preview')
    emit(isScheduled ? 'Schedule workflow execution completed' : 'On-demand workflow execution completed');
}
