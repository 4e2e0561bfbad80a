/**
 * Reads what callers hand in for a workflow. Nothing of it is trusted, nothing of it is kept by
 * reference, and every refusal names the field by its path (`tasks[2].arguments[0].value`).
 *
 * A workflow that was got can be handed in again: fields that only the ledger sets, and OData
 * annotations (`tasks@odata.context`), are passed over; every other unknown field is refused.
 */
import { readTasks, type TaskDraft, type TaskInput } from '../catalogue/index.ts';
import {
  type Fields,
  fieldsOf,
  ifGiven,
  readArray,
  readDescription,
  readFlag,
  readLine,
  readName,
  readWord,
} from '../input/fields.ts';
import { invalid, type Place, root } from '../input/refuse.ts';
import { LIMITS } from '../model/limits.ts';
import type { WorkflowSetting } from '../model/quarantine.ts';
import { WORKFLOW_CATEGORIES, type WorkflowCategory } from '../model/status.ts';
import type { AdministrationScopeTarget, Task, Workflow } from '../model/workflow.ts';
import type { WorkflowLimits } from '../model/workflow-limits.ts';
import { type ExecutionConditionsInput, readConditions } from './conditions-input.ts';
import { readWorkflowSetting } from './settings-input.ts';

export type { TaskDraft, TaskInput };

/** What `workflows.create` takes. */
export interface WorkflowInput {
  readonly category: WorkflowCategory;
  /** Unique among the workflows that are not deleted, whatever its letter case. */
  readonly displayName: string;
  readonly description?: string | null;
  /** Default `true`. */
  readonly isEnabled?: boolean;
  /** Default `false`. `true` needs `isEnabled` and a trigger. */
  readonly isSchedulingEnabled?: boolean;
  readonly executionConditions: ExecutionConditionsInput;
  /** Default: the tenant's bounds. */
  readonly settings?: WorkflowSetting;
  /** Default: none. */
  readonly administrationScopeTargets?: readonly AdministrationScopeTargetInput[];
  /** At least one. */
  readonly tasks: readonly TaskInput[];
}

/** An administration scope as callers hand it in; a type that is left out is `administrativeUnit`. */
export type AdministrationScopeTargetInput = Pick<AdministrationScopeTarget, 'id'> &
  Partial<AdministrationScopeTarget>;

/** What `workflows.createNewVersion` takes: what is left out stays as it is; a category never changes. */
export type NewVersionInput = Pick<WorkflowInput, 'executionConditions' | 'tasks'> & Partial<WorkflowInput>;

/** What `workflows.update` takes; the rest of a workflow changes by a new version. */
export type WorkflowPatch = Partial<
  Pick<
    WorkflowInput,
    | 'displayName'
    | 'description'
    | 'isEnabled'
    | 'isSchedulingEnabled'
    | 'settings'
    | 'administrationScopeTargets'
  >
>;

/** What `workflows.updateTask` takes; the rest of a task changes by a new version. */
export type TaskPatch = Partial<Pick<Task, 'displayName' | 'description'>>;

/** A workflow that has been read: complete, frozen, valid on its own. */
export type WorkflowDraft = Pick<Workflow, 'category' | 'executionConditions' | keyof WorkflowPatch> & {
  readonly tasks: readonly TaskDraft[];
};
/** A patch that has been read. */
export type WorkflowChanges = Partial<Pick<Workflow, keyof WorkflowPatch>>;

const PATCHABLE = [
  'displayName',
  'description',
  'isEnabled',
  'isSchedulingEnabled',
  'settings',
  'administrationScopeTargets',
] as const;
const TASK_PATCHABLE = ['displayName', 'description'] as const;
const WORKFLOW_FIELDS = ['category', ...PATCHABLE, 'executionConditions', 'tasks'] as const;
/** Set by the ledger; passed over when a resource is handed in again. */
const SET_BY_LEDGER = [
  'id',
  'version',
  'createdDateTime',
  'createdBy',
  'lastModifiedDateTime',
  'lastModifiedBy',
  'deletedDateTime',
  'nextScheduleRunDateTime',
  'quarantineDetails',
] as const;

/**
 * The draft of a new workflow.
 *
 * @throws LifecycleError `InvalidArgument`, `InvalidFilter` (the scope rule; `details` has field and
 * position), `LimitExceeded` (too many tasks).
 */
export function readWorkflowInput(input: unknown, limits: WorkflowLimits): WorkflowDraft {
  return readDraft(fieldsOf(root(input), WORKFLOW_FIELDS, SET_BY_LEDGER), limits, null);
}

/**
 * The draft of the version that follows `current`.
 *
 * @throws LifecycleError as {@link readWorkflowInput}, and `InvalidArgument` for another category or id.
 */
export function readNewVersion(input: unknown, current: Workflow, limits: WorkflowLimits): WorkflowDraft {
  const at = fieldsOf(root(input), WORKFLOW_FIELDS, SET_BY_LEDGER);
  const id = at('id');
  if (id.value !== undefined && (typeof id.value !== 'string' || id.value.toLowerCase() !== current.id))
    throw invalid(id, `${current.id}, or absent`);
  const draft = readDraft(at, limits, current);
  if (draft.category !== current.category)
    throw invalid(at('category'), `${current.category}, which never changes`);
  return draft;
}

/** The checked patch, with the fields that were given. @throws LifecycleError `InvalidArgument`. */
export function readWorkflowPatch(input: unknown): WorkflowChanges {
  const at = fieldsOf(root(input), PATCHABLE, []);
  const given = {
    displayName: ifGiven(at('displayName'), readName),
    description: ifGiven(at('description'), readDescription),
    isEnabled: ifGiven(at('isEnabled'), readFlag),
    isSchedulingEnabled: ifGiven(at('isSchedulingEnabled'), readFlag),
    settings: ifGiven(at('settings'), readWorkflowSetting),
    administrationScopeTargets: ifGiven(at('administrationScopeTargets'), readScopeTargets),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The checked patch of a task. @throws LifecycleError `InvalidArgument`. */
export function readTaskPatch(input: unknown): TaskPatch {
  const at = fieldsOf(root(input), TASK_PATCHABLE, []);
  const given = {
    displayName: ifGiven(at('displayName'), readName),
    description: ifGiven(at('description'), readDescription),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** @throws LifecycleError `InvalidArgument` when these cannot be scheduled although they ask for it. */
export function checkScheduling(
  workflow: Pick<Workflow, 'isEnabled' | 'isSchedulingEnabled' | 'executionConditions'>,
): void {
  if (!workflow.isSchedulingEnabled) return;
  const place = { path: 'isSchedulingEnabled', value: true };
  if (!workflow.isEnabled) throw invalid(place, 'false while isEnabled is false');
  if (!('trigger' in workflow.executionConditions))
    throw invalid(
      place,
      'false while executionConditions has no trigger: such a workflow runs on demand only',
    );
}

function readDraft(at: Fields, limits: WorkflowLimits, current: Workflow | null): WorkflowDraft {
  const given = <T>(name: string, read: (place: Place) => T, kept: T | undefined): T =>
    at(name).value === undefined && kept !== undefined ? kept : read(at(name));
  const category = given('category', readCategory, current?.category);
  const isEnabled = given('isEnabled', readFlag, current?.isEnabled ?? true);
  const wasScheduled = isEnabled && (current?.isSchedulingEnabled ?? false);
  const draft: WorkflowDraft = {
    category,
    displayName: given('displayName', readName, current?.displayName),
    description: given('description', readDescription, current?.description ?? null),
    isEnabled,
    isSchedulingEnabled: given('isSchedulingEnabled', readFlag, wasScheduled),
    settings: given('settings', readWorkflowSetting, current?.settings ?? { quarantineConfiguration: null }),
    administrationScopeTargets: given(
      'administrationScopeTargets',
      readScopeTargets,
      current?.administrationScopeTargets ?? NO_TARGETS,
    ),
    executionConditions: readConditions(at('executionConditions')),
    tasks: readTasks(at('tasks'), category, limits),
  };
  checkScheduling(draft);
  return Object.freeze(draft);
}

const TYPE = '@odata.type';
const NO_TARGETS: readonly AdministrationScopeTarget[] = Object.freeze([]);

function readScopeTargets(place: Place): readonly AdministrationScopeTarget[] {
  const targets = readArray(place, LIMITS.administrationScopeTargetsMax).map((one) => {
    const at = fieldsOf(one, [TYPE, 'id']);
    const type = ifGiven(at(TYPE), readType) ?? '#microsoft.graph.administrativeUnit';
    return Object.freeze({ [TYPE]: type, id: readLine(at('id'), LIMITS.idLengthMax) });
  });
  const ids = targets.map(({ id }) => id.toLowerCase());
  const again = ids.find((id, index) => ids.indexOf(id) !== index);
  if (again !== undefined)
    throw invalid({ path: place.path, value: again }, 'an array that has each id once');
  return Object.freeze(targets);
}

/** `#microsoft.graph.administrativeUnit`, with or without `#`. */
function readType(place: Place): string {
  const type = readLine(place, LIMITS.idLengthMax);
  if (/^#?microsoft\.graph\.\w+$/.test(type)) return type.startsWith('#') ? type : `#${type}`;
  throw invalid(place, 'a type such as #microsoft.graph.administrativeUnit');
}

function readCategory(place: Place): WorkflowCategory {
  return readWord(place, WORKFLOW_CATEGORIES);
}
