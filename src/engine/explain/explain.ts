/**
 * Explains why a workflow's schedule takes a person at a slot, or does not. Every condition is decided by the function
 * that the selection of a slot uses; nothing is written.
 */
import { readInstant } from '../../input/instants.ts';
import { optional, type ShapeOf } from '../../input/options.ts';
import type { LedgerContext } from '../../ledger/context.ts';
import { quarantineConfigurationOf, type Settings } from '../../ledger/methods/settings.ts';
import { isoOf } from '../../ledger/resources.ts';
import type { ExplainedStep, Explanation } from '../../model/explanation.ts';
import type { WorkflowRecord } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Directory } from '../../ports/directory.ts';
import { nextSlot, slotStart } from '../../rules/schedule/slots.ts';
import { candidatesDue, earlierRuns } from '../selection/candidates.ts';
import { expectedChanges, type ObservedChange, observedChange } from '../selection/observe.ts';
import { qualificationOf } from '../selection/qualify.ts';
import { quarantineFor } from '../selection/quarantine.ts';
import { lastResult, runStep } from './last-result.ts';
import {
  admissionStep,
  type Conditions,
  catchUpStep,
  type DueAtMs,
  directoryStep,
  isPassed,
  quote,
  scopeStep,
  slotStep,
  step,
  triggerStep,
  workflowStep,
} from './steps.ts';

/** Options of `workflows.explain`. */
export interface ExplainOptions {
  /**
   * A moment of the slot to explain, ISO 8601 with a zone, as for `runs.evaluate`; also in the future. Default: the next
   * slot. The person, the workflow and the record are those of now.
   */
  readonly at?: string;
}
/** Readers of {@link ExplainOptions}. */
export const EXPLAIN_OPTIONS = { at: optional(readInstant) } satisfies ShapeOf<{ readonly at?: EpochMs }>;

/** Dependencies of {@link explain}. */
export interface ExplainInput {
  readonly context: Pick<LedgerContext, 'store' | 'clock'>;
  /** `null`: only what the record says can be explained. */
  readonly directory: Directory | null;
  readonly settings: Settings;
  readonly intervalMs: DurationMs;
  readonly catchUpMs: DurationMs;
  readonly record: WorkflowRecord;
  /** Normalized. */
  readonly subjectId: string;
  /** Default: the next slot. */
  readonly atMs?: EpochMs;
}

/** The chain of conditions for a person at a slot. @throws LifecycleError of the store; what the directory throws. */
export async function explain(input: ExplainInput): Promise<Explanation> {
  const { context, directory, record, subjectId, intervalMs, catchUpMs, atMs } = input;
  const { workflow } = record;
  const slotAtMs =
    atMs === undefined ? nextSlot(context.clock.now(), intervalMs) : slotStart(atMs, intervalMs);
  const qualification = qualificationOf(workflow, catchUpMs);
  const conditions: Conditions = { record, qualification, slotAtMs, intervalMs };
  const found = (await directory?.get([subjectId])) ?? [];
  const subject = found.find(({ id }) => id === subjectId) ?? null;
  const change = subject === null ? null : await changeOf(input, conditions, subject);
  const { made: trigger, dueAtMs } = triggerStep(conditions, subject, change);
  const earlier = await earlierRuns({ context, workflowId: workflow.id });
  const admission = (await earlier.admissionsOf([subjectId])).get(subjectId);
  const underWay = await earlier.underWay(subjectId);
  const steps = [
    directoryStep(subjectId, subject, directory !== null),
    workflowStep(conditions),
    scopeStep(conditions, subject),
    trigger,
    slotStep(conditions, dueAtMs),
    catchUpStep(conditions, dueAtMs),
    admissionStep(dueAtMs, admission, underWay),
  ];
  const quarantine = await quarantineStep(input, conditions, steps.every(isMet));
  const qualifies = steps.every(isMet) && isMet(quarantine);
  const result = runStep(await lastResult(context, record, subjectId), workflow.runsPausedDateTime);
  const all = [...steps, quarantine, result];
  return {
    workflowId: workflow.id,
    workflowVersion: workflow.version,
    subjectId,
    slotDateTime: qualification === null ? null : isoOf(slotAtMs),
    qualifies,
    dueDateTime: dueAtMs === null ? null : isoOf(dueAtMs),
    summary: summaryOf(conditions, { subjectId, dueAtMs, steps: all, qualifies }),
    steps: all,
  };
}

function isMet({ result }: ExplainedStep): boolean {
  return result === 'met';
}

/** The change that a change trigger would find at the slot; `null`: the trigger is none. */
async function changeOf(
  { context, directory, record }: ExplainInput,
  { qualification, slotAtMs }: Conditions,
  subject: Subject,
): Promise<ObservedChange | null> {
  const observation = qualification?.observation ?? null;
  if (observation === null || directory === null) return null;
  const workflowId = record.workflow.id;
  return observedChange({ context, directory, workflowId, observation }, subject, slotAtMs);
}

/** Counts the people of the slot only when it depends on that. */
async function quarantineStep(
  { context, directory, settings, record: { workflow } }: ExplainInput,
  { qualification, slotAtMs }: Conditions,
  isTaken: boolean,
): Promise<ExplainedStep> {
  const { quarantineType, quarantinedDateTime, quarantineReason } = workflow.quarantineDetails;
  if (quarantineType !== 'notQuarantined') {
    const reason = `the workflow is in quarantine since ${quarantinedDateTime}, until that is cleared: ${quarantineReason}`;
    return step('quarantine', 'notMet', reason, { quarantineType, quarantinedDateTime });
  }
  const configuration = await quarantineConfigurationOf(settings, workflow);
  if (configuration === null || configuration.conditions.length === 0)
    return step('quarantine', 'met', 'there is no limit to the people of a slot');
  const limits = Object.fromEntries(
    configuration.conditions.map((one) =>
      'threshold' in one ? ['threshold', one.threshold] : ['percentage', one.percentage],
    ),
  );
  if (!isTaken || qualification === null || directory === null)
    return step(
      'quarantine',
      'notEvaluated',
      'the slot does not take the person, so its people are not counted',
      limits,
    );
  const { observation } = qualification;
  const place = { context, directory, workflowId: workflow.id };
  const changed =
    observation === null ? {} : { changed: expectedChanges({ ...place, observation }, slotAtMs) };
  let usersCount = 0;
  for await (const some of candidatesDue({ ...place, qualification, slotAtMs, ...changed }))
    usersCount += some.length;
  const exceeded = (await quarantineFor({ ledger: { settings }, ports: { directory } }, workflow))(
    usersCount,
  );
  const values = { ...limits, usersCount };
  return exceeded === null
    ? step('quarantine', 'met', `the slot takes ${usersCount} people, which is allowed`, values)
    : step(
        'quarantine',
        'notMet',
        `the slot would put the workflow in quarantine: ${exceeded.quarantineReason}`,
        values,
      );
}

/** All of it in one sentence. */
function summaryOf(
  { record, qualification, slotAtMs }: Conditions,
  {
    subjectId,
    dueAtMs,
    steps,
    qualifies,
  }: Pick<Explanation, 'subjectId' | 'steps' | 'qualifies'> & { readonly dueAtMs: DueAtMs },
): string {
  const who = quote(subjectId);
  const unmet = steps.filter(({ condition, result }) => result === 'notMet' && condition !== 'run');
  const run = steps.find(({ condition }) => condition === 'run');
  const last = run && run.result !== 'notEvaluated' ? `; ${run.reason}` : '';
  const why = unmet.map(({ reason }) => reason).join('; ');
  if (qualification === null) return `No slot takes ${who}: ${why}${last}.`;
  const passed = isPassed(record, slotAtMs) ? ' as things are now (it has been evaluated)' : '';
  const slot = `The slot of ${isoOf(slotAtMs)}`;
  if (qualifies) return `${slot} takes ${who}${passed}${last}.`;
  // Whatever else is not met: no slot takes a person twice for one moment.
  const due = dueAtMs === null ? null : isoOf(dueAtMs);
  const taken = unmet.find(({ values }) =>
    values.some(({ name, value }) => name === 'admittedForDateTime' && value === due),
  );
  if (taken) return `${slot} does not take ${who} for ${due}: ${taken.reason}${last}.`;
  if (unmet.length === 0)
    return `Without a directory, only the record of ${who} can be looked at; ${run?.reason}.`;
  return `${slot} does not take ${who}${passed}: ${why}${last}.`;
}
