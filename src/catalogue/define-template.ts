/** Makes frozen templates out of catalogue keys. */
import { assert } from '../errors/index.ts';
import type {
  AttributeChangeConditions,
  OnDemandExecutionOnly,
  TemplateTask,
  TimeBasedConditions,
  WorkflowTemplate,
} from '../model/workflow.ts';
import { findTaskDefinition } from './task-definitions.ts';

/** The trigger attribute that a template can count from. */
type Attribute = 'employeeHireDate' | 'employeeLeaveDateTime';

/** The department that Entra's templates name. */
const SCOPE = Object.freeze({
  '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet',
  rule: "department eq 'Marketing'",
} as const);

/** Due `offsetInDays` days after `attribute`. */
export function due(attribute: Attribute, offsetInDays: number): TimeBasedConditions {
  return Object.freeze({
    '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
    scope: SCOPE,
    trigger: Object.freeze({
      '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger',
      timeBasedAttribute: attribute,
      offsetInDays,
    }),
  });
}

/** Due when an attribute changes. */
export function onChangeOf(name: string): AttributeChangeConditions {
  return Object.freeze({
    '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions',
    scope: SCOPE,
    trigger: Object.freeze({
      '@odata.type': '#microsoft.graph.identityGovernance.attributeChangeTrigger',
      triggerAttributes: Object.freeze([Object.freeze({ name })]),
    }),
  });
}

/** Only when somebody asks. */
export const ON_DEMAND: OnDemandExecutionOnly = Object.freeze({
  '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly',
});

/** A template's task, by catalogue key; `values` are its arguments, `''` for one that is left open. */
export function step(key: string, values: Readonly<Record<string, string>> = {}): TemplateTask {
  const definition = findTaskDefinition(key);
  assert(definition, `the catalogue has no task \`${key}\``);
  const pairs = Object.entries(values).map(([name, value]) => Object.freeze({ name, value }));
  return Object.freeze({
    taskDefinitionId: definition.id,
    displayName: definition.displayName,
    description: definition.description,
    isEnabled: true,
    continueOnError: definition.continueOnError,
    arguments: Object.freeze(pairs),
  });
}

/** A template. */
export function template(value: WorkflowTemplate): WorkflowTemplate {
  return Object.freeze({ ...value, tasks: Object.freeze([...value.tasks]) });
}
