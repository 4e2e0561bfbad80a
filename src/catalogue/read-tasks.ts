import { LifecycleError } from '../errors/lifecycle-error.ts';
import {
  fieldsOf,
  ifGiven,
  readArray,
  readDescription,
  readFlag,
  readLine,
  readName,
  readText,
} from '../input/fields.ts';
import { invalid, type Place } from '../input/refuse.ts';
import { LIMITS } from '../model/limits.ts';
import type { WorkflowCategory } from '../model/status.ts';
import type { KeyValuePair, Task, TaskDefinition } from '../model/workflow/workflow.ts';
import {
  ARGUMENT_VALUE_LENGTH_MAX,
  ARGUMENTS_PER_TASK_MAX,
  type WorkflowLimits,
} from '../model/workflow/workflow-limits.ts';
import { argumentProblem, findParameter } from './task-arguments.ts';
import { findTaskDefinition, TASK_DEFINITIONS } from './task-definitions.ts';

/** Input form of a task. Its place in the array is its place in the execution. */
export interface TaskInput {
  /** A GUID or a key of the catalogue (`addUserToGroups`), or the name of the host's own definition. */
  readonly taskDefinitionId: string;
  /** Default: the definition's, or the own definition's name. */
  readonly displayName?: string;
  /** Default: the definition's, or `null`. */
  readonly description?: string | null;
  /** Default `true`. */
  readonly isEnabled?: boolean;
  /** Default: the definition's, which is `false` throughout the catalogue. */
  readonly continueOnError?: boolean;
  /** Default: none. An empty value leaves the argument open. */
  readonly arguments?: readonly KeyValuePair[];
}

/** A checked task. It gets its id when the version is stored. */
export type TaskDraft = Omit<Task, 'id'>;

const TASK_FIELDS = [
  'taskDefinitionId',
  'displayName',
  'description',
  'isEnabled',
  'continueOnError',
  'arguments',
] as const;
/** Determined by the definition, the version and the array; ignored in input. */
const TOLD_ELSEWHERE = ['id', 'category', 'executionSequence'] as const;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The tasks of a workflow, complete and frozen.
 *
 * A task of the catalogue takes only the parameters of its definition, and only a workflow category
 * that its definition has. A task of the host's own carries the workflow's category and takes any
 * argument; its handler checks it when the workflow is activated.
 *
 * @throws LifecycleError `InvalidArgument`; `LimitExceeded` above `tasksPerWorkflowMax`.
 */
export function readTasks(
  place: Place,
  category: WorkflowCategory,
  limits: WorkflowLimits,
): readonly TaskDraft[] {
  const max = Math.min(limits.tasksPerWorkflowMax, LIMITS.tasksPerWorkflowHardMax);
  if (Array.isArray(place.value) && place.value.length > max) {
    throw new LifecycleError(
      'LimitExceeded',
      `Expected ${place.path} to be at most ${max}, got ${place.value.length}`,
      { field: place.path, limit: 'tasksPerWorkflowMax', max },
    );
  }
  const places = readArray(place, max);
  if (places.length === 0) throw invalid(place, 'at least one task');
  return Object.freeze(places.map((one, index) => readTask(one, index + 1, category)));
}

function readTask(place: Place, executionSequence: number, category: WorkflowCategory): TaskDraft {
  const at = fieldsOf(place, TASK_FIELDS, TOLD_ELSEWHERE);
  const name = readDefinitionName(at('taskDefinitionId'));
  const definition = findTaskDefinition(name);
  if (definition && !definition.category.includes(category)) {
    const allowed = `a task for a ${category} workflow (${definition.key} is for ${definition.category.join(', ')})`;
    throw invalid(at('taskDefinitionId'), allowed);
  }
  const description = ifGiven(at('description'), readDescription);
  return Object.freeze({
    taskDefinitionId: definition?.id ?? name,
    displayName: ifGiven(at('displayName'), readName) ?? definition?.displayName ?? name,
    description: description === undefined ? (definition?.description ?? null) : description,
    category: definition?.category ?? Object.freeze([category]),
    isEnabled: ifGiven(at('isEnabled'), readFlag) ?? true,
    continueOnError: ifGiven(at('continueOnError'), readFlag) ?? definition?.continueOnError ?? false,
    executionSequence,
    arguments: ifGiven(at('arguments'), (list) => readArguments(list, definition)) ?? Object.freeze([]),
  });
}

/** GUIDs in lower case; other names as they are, but not one letter case away from a catalogue key. */
function readDefinitionName(place: Place): string {
  const name = readLine(place, LIMITS.idLengthMax);
  if (GUID.test(name)) return name.toLowerCase();
  const alike = TASK_DEFINITIONS.find(({ key }) => key !== name && key.toLowerCase() === name.toLowerCase());
  if (alike) throw invalid(place, `\`${alike.key}\`, or a name of your own that is not so like it`);
  return name;
}

function readArguments(place: Place, definition: TaskDefinition | undefined): readonly KeyValuePair[] {
  const seen = new Set<string>();
  const pairs = readArray(place, ARGUMENTS_PER_TASK_MAX).map((one) => {
    const pair = readArgument(one, definition);
    if (seen.has(pair.name)) throw invalid({ path: `${one.path}.name`, value: pair.name }, 'given once');
    seen.add(pair.name);
    return pair;
  });
  return Object.freeze(pairs);
}

function readArgument(place: Place, definition: TaskDefinition | undefined): KeyValuePair {
  const at = fieldsOf(place, ['name', 'value']);
  const name = readLine(at('name'), LIMITS.idLengthMax);
  const value = readText(at('value'), ARGUMENT_VALUE_LENGTH_MAX);
  if (definition) {
    const parameter = findParameter(definition, name);
    if (!parameter) throw invalid(at('name'), knownNames(definition));
    const problem = argumentProblem(parameter, value);
    if (problem !== null) throw invalid(at('value'), problem);
  }
  return Object.freeze({ name, value });
}

function knownNames({ key, parameters }: TaskDefinition): string {
  if (parameters.length === 0) return `absent: ${key} takes no arguments`;
  return `a parameter of ${key} (${parameters.map(({ name }) => name).join(', ')})`;
}
