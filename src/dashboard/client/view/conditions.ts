/** When a workflow runs and for which people, in plain words. */
import type { Workflow, WorkflowExecutionConditions } from '../../../model/workflow/workflow.ts';
import { whenText } from '../../../text/trigger-text.ts';

/** For which people; `null`: for those that are named each time. */
export function scopeText(conditions: WorkflowExecutionConditions): string | null {
  if (!('scope' in conditions)) return null;
  const { scope } = conditions;
  if ('rule' in scope) return scope.rule;
  return `members of ${scope.groups.map(({ id }) => id).join(', ')}`;
}

/** A difference between two versions. */
export interface VersionChange {
  /** What differs: `Rule`, `Task 2`. */
  readonly what: string;
  /** `null`: it is new. */
  readonly before: string | null;
  /** `null`: it is gone. */
  readonly after: string | null;
}

/** What differs from one version to the next, in the order in which a version is read. */
export function versionChanges(before: Workflow, after: Workflow): readonly VersionChange[] {
  const pairs: readonly (readonly [string, string | null, string | null])[] = [
    ['Name', before.displayName, after.displayName],
    ['Description', before.description, after.description],
    ['When', whenText(before.executionConditions), whenText(after.executionConditions)],
    ['Rule', scopeText(before.executionConditions), scopeText(after.executionConditions)],
  ];
  const changes = pairs.flatMap(([what, old, now]) =>
    old === now ? [] : [{ what, before: old, after: now }],
  );
  return [...changes, ...taskChanges(before, after)];
}

type Task = Workflow['tasks'][number];

/** A task in one line, with all that decides what it does. */
export function taskText({ displayName, arguments: given, isEnabled, continueOnError }: Task): string {
  const parts = [
    given.map(({ name, value }) => `${name} = ${value}`).join(', '),
    isEnabled ? '' : 'disabled',
    continueOnError ? 'others go on when it fails' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? displayName : `${displayName} (${parts.join('; ')})`;
}

/** Tasks have new ids in each version: they are compared by their places. */
function taskChanges(before: Workflow, after: Workflow): readonly VersionChange[] {
  const count = Math.max(before.tasks.length, after.tasks.length);
  return Array.from({ length: count }, (_, at) => {
    const textAt = ({ tasks }: Workflow): string | null => {
      const task = tasks[at];
      return task === undefined ? null : taskText(task);
    };
    return { what: `Task ${at + 1}`, before: textAt(before), after: textAt(after) };
  }).filter((change) => change.before !== change.after);
}
