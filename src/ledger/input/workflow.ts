/**
 * Reads workflows from callers. The input is untrusted and never kept by
 * reference, and every error names the field by its path (`tasks[2].arguments[0].value`).
 *
 * A workflow from `get` can be passed back: fields that only the ledger sets, and OData
 * annotations (`tasks@odata.context`), are ignored; every other unknown field is refused.
 */
import { isDeepStrictEqual } from 'node:util';
import { readTasks, type TaskDraft, type TaskInput } from '../../catalogue/read-tasks.ts';
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
} from '../../input/fields.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import { LIMITS } from '../../model/limits.ts';
import { WORKFLOW_CATEGORIES, type WorkflowCategory } from '../../model/status.ts';
import type { WorkflowSetting } from '../../model/workflow/quarantine.ts';
import type { AdministrationScopeTarget, Task, Workflow } from '../../model/workflow/workflow.ts';
import type { WorkflowLimits } from '../../model/workflow/workflow-limits.ts';
import { type ExecutionConditionsInput, readConditions } from './conditions.ts';
import { readWorkflowSetting } from './settings.ts';

export type { TaskDraft, TaskInput };

/** Input of `workflows.create`. */
export interface WorkflowInput {
  /** Which tasks of the catalogue it may have. It never changes. */
  readonly category: WorkflowCategory;
  /** Unique among the workflows that are not deleted, whatever its letter case. */
  readonly displayName: string;
  /** At most 1,024 characters. Default `null`. */
  readonly description?: string | null;
  /** Default `true`. */
  readonly isEnabled?: boolean;
  /** Default `false`. `true` needs `isEnabled` and a trigger. */
  readonly isSchedulingEnabled?: boolean;
  /** Who is taken and when: `'onDemand'`, or a rule and a trigger. */
  readonly executionConditions: ExecutionConditionsInput;
  /** Default: the tenant's bounds. */
  readonly settings?: WorkflowSetting;
  /** Default: none. */
  readonly administrationScopeTargets?: readonly AdministrationScopeTargetInput[];
  /** At least one. */
  readonly tasks: readonly TaskInput[];
}

/** Input form of an administration scope; the default type is `administrativeUnit`. */
export type AdministrationScopeTargetInput = Pick<AdministrationScopeTarget, 'id'> &
  Partial<AdministrationScopeTarget>;

/** Input of `workflows.createNewVersion`; omitted properties stay unchanged, a category never changes. */
export type NewVersionInput = Pick<WorkflowInput, 'executionConditions' | 'tasks'> & Partial<WorkflowInput>;

/**
 * Input of `workflows.update`. Category, conditions and tasks may be present unchanged (a new version changes
 * them); fields that the ledger sets are ignored.
 */
export type WorkflowPatch = Partial<WorkflowInput>;

/** Input of `workflows.updateTask`: name and description; other fields may be present unchanged. */
export type TaskPatch = Partial<Task>;

/** A checked workflow: complete, frozen, valid on its own. */
export type WorkflowDraft = Pick<
  Workflow,
  'category' | 'executionConditions' | (typeof PATCHABLE)[number]
> & {
  readonly tasks: readonly TaskDraft[];
};
/** A checked patch. */
export type WorkflowChanges = Partial<Pick<Workflow, (typeof PATCHABLE)[number]>>;

const PATCHABLE = [
  'displayName',
  'description',
  'isEnabled',
  'isSchedulingEnabled',
  'settings',
  'administrationScopeTargets',
] as const;
const TASK_PATCHABLE = ['displayName', 'description'] as const;
/** Properties of a task that only a new version changes. */
const TASK_FIXED = ['taskDefinitionId', 'isEnabled', 'continueOnError', 'arguments'] as const;
/** Derived properties of a task. */
const TASK_SET_BY_LEDGER = ['id', 'category', 'executionSequence'] as const;
const WORKFLOW_FIELDS = ['category', ...PATCHABLE, 'executionConditions', 'tasks'] as const;
/** Set by the ledger; ignored in input. */
export const SET_BY_LEDGER = [
  'id',
  'version',
  'createdDateTime',
  'createdBy',
  'lastModifiedDateTime',
  'lastModifiedBy',
  'deletedDateTime',
  'nextScheduleRunDateTime',
  'quarantineDetails',
  'runsPausedDateTime',
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
  expectOwnId(at('id'), current.id);
  const draft = readDraft(at, limits, current);
  if (draft.category !== current.category)
    throw invalid(at('category'), `${current.category}, which never changes`);
  return draft;
}

/** The checked patch, with the fields that were given. @throws LifecycleError `InvalidArgument`. */
export function readWorkflowPatch(input: unknown): WorkflowChanges {
  const at = fieldsOf(root(input), WORKFLOW_FIELDS, SET_BY_LEDGER);
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

/** @throws LifecycleError `InvalidArgument` for a patch with another id or category, other conditions or tasks. */
export function expectUnchanged(input: unknown, current: Workflow, limits: WorkflowLimits): void {
  const at = fieldsOf(root(input), null);
  expectOwnId(at('id'), current.id);
  const { category, executionConditions, tasks } = current;
  if ((ifGiven(at('category'), readCategory) ?? category) !== category)
    throw invalid(at('category'), `${category}, which never changes`);
  const conditions = ifGiven(at('executionConditions'), readConditions) ?? executionConditions;
  if (!isDeepStrictEqual(conditions, executionConditions))
    throw invalid(at('executionConditions'), `as they are: ${BY_NEW_VERSION}`);
  const given = ifGiven(at('tasks'), (place) => readTasks(place, category, limits)) ?? tasks;
  if (!isDeepStrictEqual(given.map(ownPart), tasks.map(ownPart)))
    throw invalid(at('tasks'), `as they are: ${BY_NEW_VERSION}`);
}

function expectOwnId(place: Place, id: string): void {
  const { value } = place;
  if (value !== undefined && (typeof value !== 'string' || value.toLowerCase() !== id))
    throw invalid(place, `${id}, or absent`);
}

/** The input properties of a task. */
function ownPart(task: TaskDraft): object {
  const { category: _, ...own } = { ...task, id: undefined };
  return own;
}

const BY_NEW_VERSION = 'createNewVersion changes them';

/** @throws LifecycleError `InvalidArgument` for a patch that changes other properties of a task. */
export function expectTaskUnchanged(input: unknown, task: Task): void {
  const at = fieldsOf(root(input), null);
  expectOwnId(at('id'), task.id);
  const other = TASK_FIXED.find((field) => {
    const { value } = at(field);
    return value !== undefined && !isDeepStrictEqual(value, task[field]);
  });
  if (other !== undefined) throw invalid(at(other), `as it is: createNewVersion changes it`);
}

/** The checked patch of a task. @throws LifecycleError `InvalidArgument`. */
export function readTaskPatch(input: unknown): Pick<TaskPatch, (typeof TASK_PATCHABLE)[number]> {
  const at = fieldsOf(root(input), [...TASK_PATCHABLE, ...TASK_FIXED], TASK_SET_BY_LEDGER);
  const given = {
    displayName: ifGiven(at('displayName'), readName),
    description: ifGiven(at('description'), readDescription),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** @throws LifecycleError `InvalidArgument` when scheduling is requested and not possible. */
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
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined)
    throw invalid({ path: place.path, value: repeated }, 'an array that has each id once');
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
