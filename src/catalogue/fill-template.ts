import { LifecycleError } from '../errors/lifecycle-error.ts';
import { fieldsOf, ifGiven, readText } from '../input/fields.ts';
import { invalid, type Place, root, unknownWord } from '../input/refuse.ts';
import type { KeyValuePair, TemplateTask, WorkflowTemplate } from '../model/workflow/workflow.ts';
import { ARGUMENT_VALUE_LENGTH_MAX } from '../model/workflow/workflow-limits.ts';
import { argumentProblem } from './task-arguments.ts';
import { findTaskDefinition } from './task-definitions.ts';
import { findWorkflowTemplate, WORKFLOW_TEMPLATES } from './workflow-templates.ts';

/** Overrides of a template for a new workflow. */
export interface TemplateOverrides {
  /** Default: the template's. */
  readonly displayName?: string;
  /** Default: the template's. */
  readonly description?: string | null;
  /** Default `true`. */
  readonly isEnabled?: boolean;
  /** Default `false`. */
  readonly isSchedulingEnabled?: boolean;
  /** In place of the template's `department eq 'Marketing'`. Not for a template that runs on demand only. */
  readonly rule?: string;
  /** Parameter → value, for every task of the template that has the parameter. */
  readonly arguments?: Readonly<Record<string, string>>;
}

const PASSED_ON = ['displayName', 'description', 'isEnabled', 'isSchedulingEnabled'] as const;

/** The template with this GUID or name. @throws LifecycleError `NotFound`, listing the existing names. */
export function requireTemplate(idOrName: unknown): WorkflowTemplate {
  const found = typeof idOrName === 'string' ? findWorkflowTemplate(idOrName) : undefined;
  if (found) return found;
  const names = WORKFLOW_TEMPLATES.map(({ displayName }) => displayName);
  const { message, details } = unknownWord({ path: 'template', value: idOrName }, names);
  throw new LifecycleError('NotFound', message, details);
}

/**
 * Input of `workflows.create` for this template. Values that are only passed through are checked there.
 *
 * @param readRule reads the rule at its place; throws for an invalid one.
 * @throws LifecycleError `InvalidArgument`, and what `readRule` throws.
 */
export function fillTemplate(
  template: WorkflowTemplate,
  overrides: unknown,
  readRule: (place: Place) => string,
): object {
  const at = fieldsOf(root(overrides), [...PASSED_ON, 'rule', 'arguments']);
  const { category, displayName, description, executionConditions } = template;
  const passedOn = PASSED_ON.flatMap((name) => {
    const { value } = at(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    category,
    displayName,
    description,
    executionConditions: withRule(executionConditions, at('rule'), readRule),
    tasks: ifGiven(at('arguments'), (place) => withArguments(template, place)) ?? template.tasks,
    ...Object.fromEntries(passedOn),
  };
}

function withRule(
  conditions: WorkflowTemplate['executionConditions'],
  place: Place,
  readRule: (place: Place) => string,
): WorkflowTemplate['executionConditions'] {
  if (place.value === undefined) return conditions;
  if (!('scope' in conditions)) throw invalid(place, 'absent: this template runs on demand only');
  return { ...conditions, scope: { ...conditions.scope, rule: readRule(place) } };
}

function withArguments(template: WorkflowTemplate, place: Place): readonly TemplateTask[] {
  const at = fieldsOf(place, parametersOf(template));
  return template.tasks.map((task) => {
    const filled = new Map(task.arguments.map(({ name, value }) => [name, value]));
    const definition = findTaskDefinition(task.taskDefinitionId);
    for (const parameter of definition?.parameters ?? []) {
      const given = at(parameter.name);
      if (given.value === undefined) continue;
      const value = readText(given, ARGUMENT_VALUE_LENGTH_MAX);
      const problem = argumentProblem(parameter, value);
      if (problem !== null) throw invalid(given, problem);
      filled.set(parameter.name, value);
    }
    return { ...task, arguments: Array.from(filled, ([name, value]): KeyValuePair => ({ name, value })) };
  });
}

function parametersOf({ tasks }: WorkflowTemplate): readonly string[] {
  const all = tasks.flatMap(({ taskDefinitionId }) => findTaskDefinition(taskDefinitionId)?.parameters ?? []);
  return [...new Set(all.map(({ name }) => name))];
}
