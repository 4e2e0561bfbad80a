/**
 * Workflows, tasks and execution conditions, with Graph's names and `@odata.type` marks.
 * Source: domain §1.8, §1.9, §1.12.
 */

import type { WorkflowCategory } from '../status.ts';
import type { QuarantineDetails, WorkflowSetting } from './quarantine.ts';

/** A named argument of a task. Values are strings, as in Graph. */
export interface KeyValuePair {
  /** A parameter of the task’s definition, or of the host’s own. */
  readonly name: string;
  /** Text, whatever type the parameter has. */
  readonly value: string;
}

/** One step of a workflow. */
export interface Task {
  /** GUID, assigned per version. */
  readonly id: string;
  /** GUID of an entry of the catalogue, or the host’s own name for one. */
  readonly taskDefinitionId: string;
  /** What people read; not empty. */
  readonly displayName: string;
  /** `null`: none. */
  readonly description: string | null;
  /** Of the definition; tasks of the host's own definitions carry the workflow's category. */
  readonly category: readonly WorkflowCategory[];
  /** `false`: runs leave it out. */
  readonly isEnabled: boolean;
  /** `true`: the user's following tasks run although this one failed. */
  readonly continueOnError: boolean;
  /** 1-based, from the position in the array. */
  readonly executionSequence: number;
  /** What the handler gets beside the person. */
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

/** The members of groups. */
export interface GroupBasedSubjectSet {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.groupBasedSubjectSet';
  readonly groups: readonly { readonly id: string }[];
}

/** How an attribute's moment and the trigger's stand to each other. */
export const EVENT_TIMINGS = ['before', 'after', 'on'] as const;

/** `offsetInDays` days before or after the attribute's moment; `on` with 0. */
export interface OperatorEqualTo {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.operatorEqualTo';
  readonly eventTiming: (typeof EVENT_TIMINGS)[number];
  /** Whole days, 0..180. */
  readonly offsetInDays: number;
}

/** More than the one and less than the other number of days before or after the attribute's moment. */
export interface OperatorBetween {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.operatorBetween';
  readonly eventTiming: 'before' | 'after';
  /** Whole days ≥ 0, exclusive. */
  readonly greaterThanOffsetInDays: number;
  /** Whole days, exclusive; at most 180 more than the other. */
  readonly lessThanOffsetInDays: number;
}

/** As {@link TimeBasedAttributeTrigger}, for any attribute with a date. */
export interface TimeBasedAttributeTriggerV2 {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.timeBasedAttributeTriggerV2';
  /** A path: `employeeHireDate`, `onPremisesExtensionAttributes/extensionAttribute1`. */
  readonly attribute: string;
  readonly operator: OperatorEqualTo | OperatorBetween;
}

/** Due when one of the attributes has another value than when the schedule looked before. */
export interface AttributeChangeTrigger {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.attributeChangeTrigger';
  readonly triggerAttributes: readonly { readonly name: string }[];
}

/** What a membership change is. */
export const MEMBERSHIP_CHANGE_TYPES = ['add', 'remove'] as const;

/** Due when the subject has joined, or left, the groups of the scope. */
export interface MembershipChangeTrigger {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.membershipChangeTrigger';
  readonly changeType: (typeof MEMBERSHIP_CHANGE_TYPES)[number];
}

/** Due after so many days without a sign-in. */
export interface UserInactivityTrigger {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.userInactivityTrigger';
  /** Whole days, 1..3,650. */
  readonly inactivityPeriodInDays: number;
}

/** A trigger that depends only on the subject's current attributes. */
export type MomentTrigger = TimeBasedAttributeTrigger | TimeBasedAttributeTriggerV2 | UserInactivityTrigger;

/** A trigger that depends on what has changed since the last slot. */
export type ChangeTrigger = AttributeChangeTrigger | MembershipChangeTrigger;

/** What makes a subject of the scope due. */
export type WorkflowExecutionTrigger = MomentTrigger | ChangeTrigger;

/** Run on schedule for the subjects of `scope` that `trigger` makes due. */
export interface TriggerAndScopeBasedConditions {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions';
  /** Groups go with a membership trigger, a rule with the others. */
  readonly scope: RuleBasedSubjectSet | GroupBasedSubjectSet;
  readonly trigger: WorkflowExecutionTrigger;
}

/** Those of an {@link AttributeChangeTrigger}. */
export interface AttributeChangeConditions extends TriggerAndScopeBasedConditions {
  readonly scope: RuleBasedSubjectSet;
  readonly trigger: AttributeChangeTrigger;
}

/** Those of a {@link TimeBasedAttributeTrigger}. */
export interface TimeBasedConditions extends TriggerAndScopeBasedConditions {
  readonly scope: RuleBasedSubjectSet;
  readonly trigger: TimeBasedAttributeTrigger;
}

/** Whether conditions are those of a {@link TimeBasedAttributeTrigger}. */
export function isTimeBased(conditions: WorkflowExecutionConditions): conditions is TimeBasedConditions {
  return 'trigger' in conditions && 'timeBasedAttribute' in conditions.trigger;
}

/** Run on demand only. */
export interface OnDemandExecutionOnly {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly';
}

/** Run for the objects of a provisioning system, on its request. */
export interface ProvisioningAttributeMapping {
  readonly '@odata.type': '#microsoft.graph.identityGovernance.provisioningAttributeMapping';
}

/** When a workflow runs, and for which subjects. */
export type WorkflowExecutionConditions =
  | TriggerAndScopeBasedConditions
  | OnDemandExecutionOnly
  | ProvisioningAttributeMapping;

/** A user of the directory, by id. */
export interface UserReference {
  readonly id: string;
}

/** A scope that limits the administrators of a workflow, by id: usually an administrative unit. */
export interface AdministrationScopeTarget {
  /** `#microsoft.graph.administrativeUnit`, unless the caller named another type of Graph's. */
  readonly '@odata.type': string;
  readonly id: string;
}

/** One version of a workflow; the newest one is what `workflows.get` returns. */
export interface Workflow {
  /** GUID, the same for all versions. */
  readonly id: string;
  /** From 1; a change of conditions or tasks makes the next one. */
  readonly version: number;
  /** Which tasks and triggers it may have. */
  readonly category: WorkflowCategory;
  /** What people read; not empty. */
  readonly displayName: string;
  /** `null`: none. */
  readonly description: string | null;
  /** `false`: no run is made of it, on schedule or on demand. */
  readonly isEnabled: boolean;
  /** Whether the schedule makes runs of it. */
  readonly isSchedulingEnabled: boolean;
  /** When it runs, and for which people. */
  readonly executionConditions: WorkflowExecutionConditions;
  /** In the order in which they run. */
  readonly tasks: readonly Task[];
  /** When its first version was created. ISO 8601, UTC, as all dates. */
  readonly createdDateTime: string;
  /** Author of the workflow; `null`: not known. */
  readonly createdBy: UserReference | null;
  /** When anything in it was changed last. */
  readonly lastModifiedDateTime: string;
  /** Author of the last change; `null`: not known. */
  readonly lastModifiedBy: UserReference | null;
  /** At most `LIMITS.administrationScopeTargetsMax`. Stored for the host, which decides what they allow. */
  readonly administrationScopeTargets: readonly AdministrationScopeTarget[];
  /** When it was deleted; `null`: it was not. It can be restored for 30 days. */
  readonly deletedDateTime: string | null;
  /** Start of the next schedule slot; `null` when the workflow is not scheduled. */
  readonly nextScheduleRunDateTime: string | null;
  /** What overrides the settings of all workflows. */
  readonly settings: WorkflowSetting;
  /** Whether the schedule stopped it, and why. */
  readonly quarantineDetails: QuarantineDetails;
  /** Since when its runs are paused (`workflows.pauseRuns`). Absent: they are not. */
  readonly runsPausedDateTime?: string;
}

/** A parameter that a task definition understands. */
export interface Parameter {
  /** As tasks give it in `arguments`. */
  readonly name: string;
  /** What it may be, or, for a `string`, values that Entra gives a meaning to. */
  readonly values: readonly string[];
  /** How its text is read. */
  readonly valueType: 'enum' | 'string' | 'int' | 'bool';
}

/** An entry of the catalogue of tasks. `key` is tenure's readable name, beside Graph's GUID. */
export interface TaskDefinition {
  /** Graph’s GUID. */
  readonly id: string;
  /** For `tasks` of `createEngine` and in files. */
  readonly key: string;
  /** As Graph has it. */
  readonly displayName: string;
  /** What the task does. */
  readonly description: string;
  /** The categories of workflows that may have it. */
  readonly category: readonly WorkflowCategory[];
  /** What its tasks have unless they say otherwise. */
  readonly continueOnError: boolean;
  /** What its tasks may give in `arguments`. */
  readonly parameters: readonly Parameter[];
  /** Of the definition, as Graph counts it. */
  readonly version: number;
}

/** A ready-made workflow to start from. */
export interface WorkflowTemplate {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: WorkflowCategory;
  readonly executionConditions: TimeBasedConditions | AttributeChangeConditions | OnDemandExecutionOnly;
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
