/** Entries of the audit, and their events, which are not made while there is no listener. */

import type { RunRecord } from '../../model/records.ts';
import type { AuditActivity, AuditEntry } from '../../model/resources/audit.ts';
import type { UserReference, Workflow } from '../../model/workflow/workflow.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Audited, auditOfChange, categoryOf } from '../../rules/audit.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { LedgerContext } from '../context.ts';
import { isoOf, runResource } from '../resources.ts';

/** What an activity is about, beside its target. */
interface About {
  readonly workflowId?: string;
  readonly runId?: string;
}

/** Emits an activity. @param by the caller that did it. */
export function audit(
  context: Pick<LedgerContext, 'events' | 'clock'>,
  activity: AuditActivity,
  by: UserReference | null,
  target: Audited['target'] | null,
  about: About = {},
): void {
  if (!context.events.has('audit.recorded')) return;
  context.events.emit('audit.recorded', entryOf(context.clock, activity, by, target, about));
}

/** An entry of now. */
export function entryOf(
  clock: Clock,
  activity: AuditActivity,
  by: UserReference | null,
  target: Audited['target'] | null,
  { workflowId = null, runId = null }: { readonly [Field in keyof About]: About[Field] | null } = {},
): AuditEntry {
  return {
    category: categoryOf(activity),
    activity,
    activityDateTime: isoOf(clock.now()),
    initiatedBy: by,
    target: target === null ? null : { id: target.id, displayName: target.displayName },
    workflowId,
    runId,
  };
}

/** The entries of a change of a workflow. */
export function entriesOfChange(
  clock: Clock,
  by: UserReference | null,
  before: Workflow | null,
  after: Workflow | null,
): readonly AuditEntry[] {
  const { id = '' } = after ?? before ?? {};
  return auditOfChange(before, after).map(({ activity, target }) =>
    entryOf(clock, activity, by, target, { workflowId: id }),
  );
}

/** Emits the activities of a change of a workflow. */
export function auditWorkflow(
  { events, clock }: LedgerContext,
  by: UserReference | null,
  before: Workflow | null,
  after: Workflow | null,
): void {
  if (!events.has('audit.recorded')) return;
  for (const entry of entriesOfChange(clock, by, before, after)) events.emit('audit.recorded', entry);
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
