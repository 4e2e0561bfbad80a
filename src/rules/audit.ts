import type { AuditActivity, AuditCategory } from '../model/resources/audit.ts';
import { AUDIT_ACTIVITIES } from '../model/resources/audit.ts';
import type { Task, Workflow } from '../model/workflow/workflow.ts';

/** An activity and its target. */
export interface Audited {
  readonly activity: AuditActivity;
  readonly target: { readonly id: string; readonly displayName: string };
}

/**
 * The audit activities of a change of a workflow. `before` `null`: it is new; `after` `null`: it is
 * purged. Tasks of two versions are matched by definition; several with one definition are matched in order.
 *
 * Source: domain §3.14.
 */
export function auditOfChange(before: Workflow | null, after: Workflow | null): readonly Audited[] {
  const target = after ?? before;
  if (target === null) return [];
  const of = (...activities: readonly AuditActivity[]): readonly Audited[] =>
    activities.map((activity) => ({ activity, target: { id: target.id, displayName: target.displayName } }));
  if (after === null) return of('Hard delete workflow');
  if (before === null) return of('Create workflow', conditionsSet(after, 'Add execution conditions'));
  if (after.deletedDateTime !== before.deletedDateTime)
    return of(after.deletedDateTime === null ? 'Restore workflow' : 'Delete workflow');
  return [
    ...of(...flagsChanged(before, after)),
    ...of(...(isRenamed(before, after) ? (['Update workflow'] as const) : [])),
    ...(after.version === before.version ? [] : of('Add workflow version')),
    ...of(...conditionsChanged(before, after)),
    ...tasksChanged(before.tasks, after.tasks),
  ];
}

const CATEGORIES: ReadonlyMap<string, string> = new Map(
  Object.entries(AUDIT_ACTIVITIES).flatMap(([category, activities]) =>
    activities.map((activity) => [activity, category]),
  ),
);

/** The category of an activity. */
export function categoryOf(activity: AuditActivity): AuditCategory {
  return CATEGORIES.get(activity) as AuditCategory;
}

function conditionsSet({ executionConditions }: Workflow, activity: AuditActivity): AuditActivity {
  return 'trigger' in executionConditions ? activity : 'Set workflow for on-demand execution';
}

function flagsChanged(before: Workflow, after: Workflow): readonly AuditActivity[] {
  const activities: AuditActivity[] = [];
  if (before.isEnabled !== after.isEnabled)
    activities.push(after.isEnabled ? 'Enable workflow' : 'Disable workflow');
  if (before.isSchedulingEnabled !== after.isSchedulingEnabled)
    activities.push(after.isSchedulingEnabled ? 'Enable workflow schedule' : 'Disable workflow schedule');
  return activities;
}

function isRenamed(before: Workflow, after: Workflow): boolean {
  return (
    before.displayName !== after.displayName ||
    before.description !== after.description ||
    !isSame(before.settings, after.settings)
  );
}

function conditionsChanged(before: Workflow, after: Workflow): readonly AuditActivity[] {
  if (isSame(before.executionConditions, after.executionConditions)) return [];
  const activity =
    'trigger' in before.executionConditions ? 'Update execution conditions' : 'Add execution conditions';
  return [conditionsSet(after, activity)];
}

function tasksChanged(before: readonly Task[], after: readonly Task[]): readonly Audited[] {
  const old = new Map<string, Task[]>();
  for (const task of before) {
    const same = old.get(task.taskDefinitionId) ?? [];
    same.push(task);
    old.set(task.taskDefinitionId, same);
  }
  const changed = after.flatMap((task): readonly Audited[] => {
    const was = old.get(task.taskDefinitionId)?.shift();
    const target = { id: task.id, displayName: task.displayName };
    if (was === undefined) return [{ activity: 'Add task to workflow', target }];
    const flag: readonly Audited[] =
      was.isEnabled === task.isEnabled
        ? []
        : [{ activity: task.isEnabled ? 'Enable task' : 'Disable task', target }];
    const isUpdated = !isSame({ ...was, ...IGNORED }, { ...task, ...IGNORED });
    return isUpdated ? [...flag, { activity: 'Update task', target }] : flag;
  });
  const removed = [...old.values()].flat().map((task): Audited => {
    return { activity: 'Remove task from workflow', target: { id: task.id, displayName: task.displayName } };
  });
  return [...changed, ...removed];
}

/** Properties that differ in every version, or have an activity of their own. */
const IGNORED = { id: '', isEnabled: true };

/** Compares plain frozen values, which are all created with their fields in the same order. */
function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
