/**
 * Workflows, tasks and execution conditions, with Graph's names and `@odata.type` marks.
 * Source: domain §1.8, §1.9, §1.12.
 */
import type { WorkflowCategory } from './status.ts';

/** A named argument of a task. Values are strings, as in Graph. */
export interface KeyValuePair {
  readonly name: string;
  readonly value: string;
}

/** One step of a workflow. */
export interface Task {
  /** GUID, assigned per version. */
  readonly id: string;
  readonly taskDefinitionId: string;
  readonly displayName: string;
  readonly description: string | null;
  /** Of the definition; tasks of the host's own definitions carry the workflow's category. */
  readonly category: readonly WorkflowCategory[];
  readonly isEnabled: boolean;
  /** `true`: the user's following tasks run although this one failed. */
  readonly continueOnError: boolean;
  /** 1-based, from the position in the array. */
  readonly executionSequence: number;
  readonly arguments: readonly KeyValuePair[];
}

/** The subjects that a rule selects, for instance `department eq 'Marketing'`. */
export interface RuleBasedSubjectSet {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet';
  readonly rule: string;
}

/** The attributes that a time-based trigger can count from. */
export const TRIGGER_ATTRIBUTES = ['employeeHireDate', 'employeeLeaveDateTime', 'createdDateTime'] as const;

/** Due `offsetInDays` days after the attribute's moment; negative means before. */
export interface TimeBasedAttributeTrigger {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTrigger';
  readonly timeBasedAttribute: (typeof TRIGGER_ATTRIBUTES)[number];
  /** Whole days, −180..180. */
  readonly offsetInDays: number;
}

/** Run on schedule for the subjects of `scope` that `trigger` makes due. */
export interface TriggerAndScopeBasedConditions {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions';
  readonly scope: RuleBasedSubjectSet;
  readonly trigger: TimeBasedAttributeTrigger;
}

/** Run only when somebody asks. */
export interface OnDemandExecutionOnly {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly';
}

/** When, and for whom, a workflow runs. */
export type WorkflowExecutionConditions = TriggerAndScopeBasedConditions | OnDemandExecutionOnly;

/** One version of a workflow; the newest one is what `workflows.get` returns. */
export interface Workflow {
  readonly id: string;
  readonly version: number;
  readonly category: WorkflowCategory;
  readonly displayName: string;
  readonly description: string | null;
  readonly isEnabled: boolean;
  readonly isSchedulingEnabled: boolean;
  readonly executionConditions: WorkflowExecutionConditions;
  readonly tasks: readonly Task[];
  readonly createdDateTime: string;
  readonly lastModifiedDateTime: string;
  readonly deletedDateTime: string | null;
  /** Start of the next schedule slot; `null` when the workflow is not scheduled. */
  readonly nextScheduleRunDateTime: string | null;
}

/** A parameter that a task definition understands. */
export interface Parameter {
  readonly name: string;
  readonly values: readonly string[];
  readonly valueType: 'enum' | 'string' | 'int' | 'bool';
}

/** An entry of the catalogue of tasks. `key` is tenure's readable name, beside Graph's GUID. */
export interface TaskDefinition {
  readonly id: string;
  readonly key: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: readonly WorkflowCategory[];
  readonly continueOnError: boolean;
  readonly parameters: readonly Parameter[];
  readonly version: number;
}

/** A ready-made workflow to start from. */
export interface WorkflowTemplate {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: WorkflowCategory;
  readonly executionConditions: WorkflowExecutionConditions;
  readonly tasks: readonly TemplateTask[];
}

/** A task of a template: what `workflows.create` takes, with the definition's GUID. */
export interface TemplateTask {
  readonly taskDefinitionId: string;
  readonly displayName: string;
  readonly description: string;
  readonly isEnabled: boolean;
  readonly continueOnError: boolean;
  readonly arguments: readonly KeyValuePair[];
}
