/** Who qualifies for a scheduled run. Source: domain §3.1, §3.2. */
import { LifecycleError } from '../errors/index.ts';
import { parseScopeRule } from '../filter/index.ts';
import { isDue } from '../ledger/schedule-times.ts';
import { momentsOf } from '../ledger/trigger-moments.ts';
import type { Subject } from '../model/subject.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { TriggerAndScopeBasedConditions, Workflow } from '../model/workflow.ts';
import type { ScopeRule } from '../ports/directory.ts';
import { type Observation, observationOf } from './observation.ts';

/** The conditions of a scheduled workflow, read. */
export interface Qualification {
  /** Whom the directory is asked for; `null`: everybody. */
  readonly rule: ScopeRule | null;
  /** What is to be observed; then `changedAtMs`, when the subject changed, is what `dueAt` goes by. */
  readonly observation: Observation | null;
  /** The trigger moment of `subject` when he qualifies at `slotAtMs`, else `null`. */
  dueAt(subject: Subject, slotAtMs: EpochMs, changedAtMs?: EpochMs): EpochMs | null;
  /** Whether somebody who was taken for the slot at `slotAtMs` qualifies still. */
  holds(subject: Subject, slotAtMs: EpochMs): boolean;
  /** How long before a slot a moment may lie that still makes somebody due; `Infinity`: any time. */
  readonly reachMs: DurationMs;
}

/** Reads a workflow's conditions; `null` when it runs on demand only. */
export function qualificationOf(workflow: Workflow, catchUpMs: DurationMs): Qualification | null {
  const conditions = workflow.executionConditions;
  if (!isScheduled(conditions)) return null;
  const { scope, trigger } = conditions;
  const rule = 'rule' in scope ? parseScopeRule(scope.rule) : null;
  const fits = (subject: Subject): boolean => rule?.matches(subject) ?? true;
  if ('triggerAttributes' in trigger || 'changeType' in trigger) {
    const observation = observationOf(trigger, scope);
    const holds = (subject: Subject): boolean => observation.holds(subject) && fits(subject);
    return {
      rule,
      observation,
      holds,
      reachMs: catchUpMs,
      dueAt: (subject, slotAtMs, changedAtMs) =>
        changedAtMs !== undefined && isDue(changedAtMs, slotAtMs, catchUpMs) && holds(subject)
          ? changedAtMs
          : null,
    };
  }
  const { dueAt, reachMs } = momentsOf(trigger, catchUpMs);
  const dueInScope = (subject: Subject, slotAtMs: EpochMs): EpochMs | null => {
    const dueMs = dueAt(subject, slotAtMs);
    return dueMs !== null && fits(subject) ? dueMs : null;
  };
  return {
    rule,
    observation: null,
    reachMs,
    dueAt: dueInScope,
    holds: (subject, slotAtMs) => dueInScope(subject, slotAtMs) !== null,
  };
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
