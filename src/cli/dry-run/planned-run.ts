/** Plans what `tenure run` would do, and each slot of `tenure serve`. */
import { createLedger } from '../../embed.ts';
import { filter } from '../../filter/builder.ts';
import { isoOf } from '../../ledger/resources.ts';
import { type EpochMs, HOUR_MS } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import { slotStart } from '../../rules/schedule/slots.ts';
import type { WorkOfJob } from '../session/open-tasks.ts';
import { unfinishedRuns } from '../session/run-checks.ts';
import { ensuredWorkflow, findStored } from '../session/stored-workflow.ts';
import { ALL_USERS } from '../session/users.ts';
import type { ChosenWorkflow } from '../session/workflow-source.ts';
import { counted } from '../terminal/text.ts';
import { type DryRun, plannedTasks, refusalOf } from './dry-run.ts';
import type { SelectedPeople } from './people-tally.ts';
import { selectedByIds, selectedByRule, selectedBySlot } from './selected.ts';

/** What plans are read from. */
export interface PlanPlace {
  /** Opened for reading; an empty one when there is no database. */
  readonly store: Store;
  readonly users: Directory;
  readonly clock: Clock;
  readonly job: WorkOfJob;
}

/** The request of a `tenure run`. */
export interface RunRequest {
  readonly chosen: ChosenWorkflow;
  /** A moment of the slot; `null`: on demand. */
  readonly atMs: EpochMs | null;
  readonly ids: readonly string[] | null;
  readonly rule: string | null;
  readonly isStrict: boolean;
}

/** What `tenure run` would do. @throws LifecycleError of the store, the directory, the rule or a handler. */
export async function plannedRun(place: PlanPlace, request: RunRequest): Promise<DryRun> {
  const { store, users } = place;
  const { workflows } = await createLedger({ store });
  const found = await findStored(workflows, request.chosen);
  const workflow = ensuredWorkflow(found, request.chosen);
  const unfinished = (await unfinishedRuns(store)).length;
  const busy =
    unfinished === 0 ? [] : [`The database has ${counted(unfinished, 'unfinished run')}; resume first`];
  const disabled = found?.isEnabled === false ? ['The workflow is disabled'] : [];
  const { atMs, ids, rule, isStrict } = request;
  if (atMs !== null) {
    const slotAtMs = slotStart(atMs, await slotIntervalMs(store));
    const planned = await plannedSlot(place, workflow, slotAtMs);
    return {
      ...planned.dryRun,
      refusals: [...busy, ...disabled, ...planned.dryRun.refusals, ...strictly(isStrict, planned.people)],
    };
  }
  const people =
    ids === null ? await selectedByRule(users, rule ?? ALL_USERS) : await selectedByIds(users, ids);
  const unknown = people.notProcessed.filter(({ reason }) => reason === 'notInDirectory').length;
  const refusals = [
    ...busy,
    ...disabled,
    ...(unknown === 0 ? [] : [`${counted(unknown, 'id')} of --ids cannot be found among the people`]),
    ...(people.processed.length === 0 ? ['No users are selected'] : []),
    ...strictly(isStrict, people),
  ];
  return dryRunOf(place, { workflow, people, slotAtMs: null, refusals });
}

/** What a slot of a workflow would do. @throws LifecycleError of the store, the directory or a handler. */
export async function plannedSlot(
  place: PlanPlace,
  workflow: Workflow,
  slotAtMs: EpochMs,
): Promise<{ readonly dryRun: DryRun; readonly people: SelectedPeople }> {
  const { store, users, clock } = place;
  const people = await selectedBySlot({ store, clock }, users, workflow, slotAtMs);
  const details = workflow.quarantineDetails;
  const isQuarantined = details !== undefined && details.quarantineType !== 'notQuarantined';
  const refusals = [
    ...(isQuarantined ? [`The workflow is in quarantine: ${details.quarantineReason}`] : []),
    ...((await isTaken(store, workflow, slotAtMs)) ? [`The slot of ${isoOf(slotAtMs)} has its run`] : []),
  ];
  return { dryRun: await dryRunOf(place, { workflow, people, slotAtMs, refusals }), people };
}

/** Interval of the schedule's slots, by the settings of the store. */
export async function slotIntervalMs(store: Store): Promise<number> {
  const { settings } = await createLedger({ store });
  return (await settings.get()).workflowScheduleIntervalInHours * HOUR_MS;
}

interface Planned {
  readonly workflow: Workflow;
  readonly people: SelectedPeople;
  readonly slotAtMs: EpochMs | null;
  readonly refusals: readonly string[];
}

async function dryRunOf(
  { job }: PlanPlace,
  { workflow, people, slotAtMs, refusals }: Planned,
): Promise<DryRun> {
  const { tasks, missing } = await plannedTasks(workflow, job);
  return {
    workflow,
    runId: null,
    workflowExecutionType: slotAtMs === null ? 'onDemand' : 'scheduled',
    slotDateTime: slotAtMs === null ? null : isoOf(slotAtMs),
    tasks,
    processed: people.processed,
    notProcessed: people.notProcessed,
    refusals: [...refusals, ...refusalOf(missing)],
    warnings: people.warnings,
  };
}

function strictly(isStrict: boolean, { needsAttention }: SelectedPeople): readonly string[] {
  return isStrict && needsAttention ? ['With --strict no user may be left out because of an attribute'] : [];
}

async function isTaken(store: Store, { id: workflowId }: Workflow, slotAtMs: EpochMs): Promise<boolean> {
  const where = filter.and(
    filter.eq('workflowExecutionType', 'scheduled'),
    filter.eq('scheduledDateTime', new Date(slotAtMs)),
  );
  return workflowId !== '' && (await store.countRuns({ workflowId, where })) > 0;
}
