/** Decides which subjects qualify for a scheduled run, and why others do not. Pure. Source: domain §3.1, §3.2. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { UnreadableValue } from '../../filter/evaluation/rule-values.ts';
import { type ParsedScopeRule, parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { TriggerAndScopeBasedConditions, Workflow } from '../../model/workflow/workflow.ts';
import type { ScopeRule } from '../../ports/directory.ts';
import { hasCome, isDue } from '../../rules/schedule/slots.ts';
import { type MomentStanding, type Moments, momentsOf } from '../../rules/schedule/trigger-moments.ts';
import { type Observation, observationOf } from './observation.ts';

/** Result of a workflow's conditions for a subject at a slot. */
export type Standing =
  | MomentStanding
  | { readonly kind: 'notInScope' }
  /** Whether the subject is in scope cannot be decided. */
  | ({ readonly kind: 'unreadableScope' } & UnreadableValue);

/** Attributes that conditions need. */
export interface AttributeUse {
  /** A subject needs one of these. */
  readonly names: readonly string[];
  readonly usedBy: 'trigger' | 'scope';
}

/** The conditions of a scheduled workflow, read. */
export interface Qualification {
  /** Rule for the directory's query: the scope, and subjects for which it cannot be decided; `null`: all subjects. */
  readonly rule: ScopeRule | null;
  /** What is to be observed; then `standing` depends on `changedAtMs`, the moment of the subject's change. */
  readonly observation: Observation | null;
  /** Attributes that the conditions need. */
  readonly attributes: readonly AttributeUse[];
  /** The steps that `standing` is made of, for an explanation. */
  readonly steps: QualificationSteps;
  standing(subject: Subject, slotAtMs: EpochMs, changedAtMs?: EpochMs): Standing;
  /** Whether a subject that was taken for the slot at `slotAtMs` still qualifies. */
  holds(subject: Subject, slotAtMs: EpochMs): boolean;
  /** How long before a slot a moment may lie that still makes a subject due; `Infinity`: any time. */
  readonly reachMs: DurationMs;
}

/** The steps of a {@link Qualification}. A subject is due when all of them say so. */
interface QualificationSteps {
  /** `null`: all subjects, or the members of groups. */
  readonly scope: ParsedScopeRule | null;
  /** Result of the scope; `null`: the subject is in scope. */
  inScope(subject: Subject): Standing | null;
  /** The arithmetic of a trigger by date; `null`: the moment is that of a change. */
  readonly moments: Moments | null;
  /** Whether the moment that makes a subject due has come at a slot. */
  hasCome(dueAtMs: EpochMs, slotAtMs: EpochMs): boolean;
}

/** Reads a workflow's conditions; `null` when it runs on demand only. */
export function qualificationOf(workflow: Workflow, catchUpMs: DurationMs): Qualification | null {
  const conditions = workflow.executionConditions;
  if (!isScheduled(conditions)) return null;
  const { scope, trigger } = conditions;
  const rule = 'rule' in scope ? parseScopeRule(scope.rule) : null;
  const inScope = (subject: Subject): Standing | null =>
    rule === null ? null : standingInScope(rule, subject);
  const common = {
    rule: rule === null ? null : orUnreadable(rule),
    attributes: [...triggerAttributes(trigger, catchUpMs), ...scopeAttributes(rule)],
  };
  if ('triggerAttributes' in trigger || 'changeType' in trigger) {
    const observation = observationOf(trigger, scope);
    const holds = (subject: Subject): boolean => observation.holds(subject) && inScope(subject) === null;
    return {
      ...common,
      observation,
      holds,
      steps: { scope: rule, inScope, moments: null, hasCome },
      reachMs: catchUpMs,
      standing(subject, slotAtMs, changedAtMs) {
        const isChanged = changedAtMs !== undefined && isDue(changedAtMs, slotAtMs, catchUpMs);
        if (!isChanged || !observation.holds(subject)) return { kind: 'notDue' };
        return inScope(subject) ?? { kind: 'due', dueAtMs: changedAtMs };
      },
    };
  }
  const moments = momentsOf(trigger, catchUpMs);
  const standing = (subject: Subject, slotAtMs: EpochMs): Standing =>
    inScope(subject) ?? moments.at(subject, slotAtMs);
  return {
    ...common,
    observation: null,
    steps: { scope: rule, inScope, moments, hasCome: moments.hasCome },
    reachMs: moments.reachMs,
    standing,
    holds: (subject, slotAtMs) => standing(subject, slotAtMs).kind === 'due',
  };
}

/** Result of a rule for a subject; `null`: it is in scope. */
export function standingInScope(rule: ParsedScopeRule, subject: Subject): Standing | null {
  if (rule.matches(subject)) return null;
  const unreadable = rule.unreadable(subject);
  if (unreadable === null) return NOT_IN_SCOPE;
  return { kind: 'unreadableScope', ...unreadable };
}

/** The rule for a directory's query, extended to subjects for which it cannot be decided. */
export function orUnreadable(rule: ParsedScopeRule): ScopeRule {
  return {
    text: rule.text,
    matches: (subject) => rule.matches(subject) || rule.unreadable(subject) !== null,
  };
}

/** Attributes that a scope rule needs. */
export function scopeAttributes(rule: ParsedScopeRule | null): readonly AttributeUse[] {
  return (rule?.attributes ?? []).map((name) => ({ names: [name], usedBy: 'scope' }));
}

const NOT_IN_SCOPE: Standing = { kind: 'notInScope' };

function triggerAttributes(
  trigger: TriggerAndScopeBasedConditions['trigger'],
  catchUpMs: DurationMs,
): readonly AttributeUse[] {
  if ('changeType' in trigger) return [{ names: ['memberOf'], usedBy: 'trigger' }];
  if (!('triggerAttributes' in trigger))
    return [{ names: momentsOf(trigger, catchUpMs).attributes, usedBy: 'trigger' }];
  return trigger.triggerAttributes.map(({ name }) => ({ names: [name], usedBy: 'trigger' }));
}

/** As {@link qualificationOf}. @throws LifecycleError `InvalidArgument` for a workflow without a trigger. */
export function requireQualification(workflow: Workflow, catchUpMs: DurationMs): Qualification {
  const qualification = qualificationOf(workflow, catchUpMs);
  if (qualification) return qualification;
  throw new LifecycleError(
    'InvalidArgument',
    `Expected workflow \`${workflow.displayName}\` to have a trigger to be scheduled, got one that runs on demand only`,
    { field: 'executionConditions', workflowId: workflow.id },
  );
}

function isScheduled(
  conditions: Workflow['executionConditions'],
): conditions is TriggerAndScopeBasedConditions {
  return conditions['@odata.type'] === '#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions';
}
