/** Makes a scenario of a version of a workflow, in which it runs alone and on a schedule. Pure. */
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { duration, percent, plural } from '../../text/numbers.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { behavioursOf, type TaskFigure } from './task-figures.ts';

/** What both versions have in common. */
export interface VersionWorld {
  /** The name of the workflow in both scenarios, by which they are paired. */
  readonly key: string;
  readonly startMs: EpochMs;
  readonly days: number;
  readonly tasks: readonly TaskFigure[];
  readonly schedule: NonNullable<Scenario['schedule']>;
  /** Handlers that run at once. */
  readonly concurrency: number;
}

/** The scenario of a version, but for its people. */
export function versionScenario(version: Workflow, world: VersionWorld): Omit<Scenario, 'population'> {
  const { key, startMs, days, tasks, schedule, concurrency } = world;
  const start = new Date(startMs).toISOString();
  const workflow = inputOf(version);
  return {
    name: `${version.displayName}, version ${version.version}`,
    start,
    horizon: `P${days}D`,
    workflows: [
      workflow.isSchedulingEnabled ? { key, workflow } : { key, workflow, activations: [{ at: start }] },
    ],
    tasks: behavioursOf(tasks),
    schedule,
    capacity: { concurrency },
  };
}

/** Enabled and on a schedule where it has a trigger, whatever it is at present. */
function inputOf(version: Workflow): WorkflowInput {
  const { category, displayName, description, executionConditions: conditions, settings } = version;
  const isScheduled = 'trigger' in conditions;
  return {
    category,
    displayName,
    description,
    isSchedulingEnabled: isScheduled,
    executionConditions: isScheduled
      ? conditions
      : { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    settings,
    tasks: version.tasks.map((task) => ({
      taskDefinitionId: task.taskDefinitionId,
      displayName: task.displayName,
      isEnabled: task.isEnabled,
      continueOnError: task.continueOnError,
      arguments: task.arguments,
    })),
  };
}

/** What a comparison of versions takes for granted, a sentence each. */
export function assumptionsOf(
  versions: readonly Workflow[],
  { days, tasks, schedule, concurrency }: VersionWorld,
  peopleCount: number,
): readonly string[] {
  const conditions = versions.map(({ executionConditions }) => executionConditions);
  const isOnDemand = conditions.some((one) => !('trigger' in one));
  const waitsForChange = conditions.some(
    (one) => 'trigger' in one && ('triggerAttributes' in one.trigger || 'changeType' in one.trigger),
  );
  return [
    `The ${plural(peopleCount, 'person', 'people')} of the directory stay as they are now for ${plural(days, 'day')}: dates come due, and nothing else changes; people who are not entered yet are not in it.`,
    `No one has been taken before, so people whose moment came within the last ${plural(schedule.catchUpDays ?? 3, 'day')} are taken at the first slot.`,
    `Nothing else runs: ${plural(concurrency, 'task')} at once, a slot every ${plural(schedule.intervalHours ?? 3, 'hour')}.`,
    ...(isOnDemand ? ['A version that runs on demand runs once, at the start, for all people.'] : []),
    ...(waitsForChange ? ['A version that waits for changes of attributes or groups takes no one.'] : []),
    ...tasks.map(taskSentence),
  ];
}

function taskSentence({ task, medianMs, p95Ms, failureShare, measuredCount }: TaskFigure): string {
  const takes = `“${task}” takes ${duration(medianMs)}, and at most ${duration(p95Ms)} in 19 of 20 calls`;
  if (measuredCount === null)
    return `${takes}, and never fails: assumed, since too little was measured here.`;
  return `${takes}, and fails for ${percent(failureShare, 1)} of people: measured by this process in ${plural(measuredCount, 'call')}.`;
}
