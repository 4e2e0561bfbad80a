/** Who qualifies for a scheduled run. Source: domain §3.1, §3.2. */
import { LifecycleError } from '../errors/index.ts';
import { parseScopeRule } from '../filter/index.ts';
import { dueAtMs, isDue } from '../ledger/schedule-times.ts';
import type { Subject } from '../model/subject.ts';
import type { DurationMs, EpochMs } from '../model/time.ts';
import type { TriggerAndScopeBasedConditions, Workflow } from '../model/workflow.ts';
import type { ScopeRule } from '../ports/directory.ts';

/** The conditions of a scheduled workflow, read. */
export interface Qualification {
  readonly rule: ScopeRule;
  /** The trigger moment of `subject` when he qualifies at `slotAtMs`, else `null`. */
  dueAt(subject: Subject, slotAtMs: EpochMs): EpochMs | null;
}

/** Reads a workflow's conditions; `null` when it runs on demand only. */
export function qualificationOf(workflow: Workflow, catchUpMs: DurationMs): Qualification | null {
  const conditions = workflow.executionConditions;
  if (!isScheduled(conditions)) return null;
  const rule = parseScopeRule(conditions.scope.rule);
  const { timeBasedAttribute, offsetInDays } = conditions.trigger;
  return {
    rule,
    dueAt(subject, slotAtMs) {
      const dueMs = dueAtMs(subject[timeBasedAttribute], offsetInDays);
      if (dueMs === null || !isDue(dueMs, slotAtMs, catchUpMs)) return null;
      return rule.matches(subject) ? dueMs : null;
    },
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
