/** Previews of workflows: the users that a run would have, and what its tasks would do. */
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { readWhole } from '../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import { readSubjectId } from '../input/subject-id.ts';
import { requireWorkflowRecord } from '../ledger/context.ts';
import type { Author } from '../ledger/input/author.ts';
import { PAGE_OPTIONS } from '../ledger/input/list-options.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { quarantineConfigurationOf } from '../ledger/methods/settings.ts';
import type { Workflows } from '../ledger/methods/workflows.ts';
import { previewedSubjects } from '../ledger/planning/previews.ts';
import { enabledTasks, isoOf } from '../ledger/resources.ts';
import type { Explanation } from '../model/explanation.ts';
import { LIMITS } from '../model/limits.ts';
import type { ComingSlots } from '../model/resources/coming-slots.ts';
import type { Page, PreviewFailedTask, Run, UserProcessingResult } from '../model/resources/resources.ts';
import type { ScopeDifference } from '../model/resources/scope-difference.ts';
import { DAY_MS, type EpochMs } from '../model/time.ts';
import type { Quarantine } from '../model/workflow/quarantine.ts';
import type { Workflow } from '../model/workflow/workflow.ts';
import { nextSlot } from '../rules/schedule/slots.ts';
import type { Activator, PreviewInput } from './activation.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, explain } from './explain/explain.ts';
import type { Handlers } from './handlers/handlers.ts';
import { candidatesDue, type DueInput, qualifying } from './selection/candidates.ts';
import { comingSlots, type ScheduledWorkflow } from './selection/coming-slots.ts';
import { qualificationOf } from './selection/qualify.ts';
import { quarantineFor } from './selection/quarantine.ts';
import { scopeDifference } from './selection/scope-difference.ts';
import type { EnginePorts, EngineSettings } from './settings.ts';

/** Forecast of a workflow's next slot. */
export interface QuarantineForecast {
  /** Users that a run would have, going by the directory now. */
  readonly usersCount: number;
  /** `null`: it would run. */
  readonly quarantine: Quarantine | null;
}

/** Options of `workflows.eligible`. */
export interface EligibleOptions {
  /** Rows of a page, 1..999. Default 100. */
  readonly top?: number;
  /** `nextToken` of the page before. Default: the first page. */
  readonly after?: string;
}

/** Options of `workflows.comingSlots`. */
export interface ComingSlotsOptions {
  /** How far ahead, 1..366. Default 30. */
  readonly days?: number;
  /** After how long the directory is read no further, ms, 1..600,000. Default 10,000. */
  readonly timeoutMs?: number;
}

const COMING_OPTIONS = {
  days: withDefault((place: Place) => readWhole(place, 1, 366), 30),
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 10_000),
} satisfies ShapeOf<ComingSlotsOptions>;

/** Options of `workflows.scopeDifference`. */
export interface ScopeDifferenceOptions {
  /** Number of the earlier version. */
  readonly before: number;
  /** Number of the later version. */
  readonly after: number;
  /** After how long the directory is read no further, ms, 1..600,000. Default 10,000. */
  readonly timeoutMs?: number;
}

const SCOPE_OPTIONS = {
  before: (place: Place) => readWhole(place, 1, Number.MAX_SAFE_INTEGER),
  after: (place: Place) => readWhole(place, 1, Number.MAX_SAFE_INTEGER),
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 10_000),
} satisfies ShapeOf<ScopeDifferenceOptions>;

/** Methods for workflows. */
export interface EngineWorkflows extends Workflows {
  /**
   * Whether the next slot would put the workflow in quarantine; changes nothing. For a change trigger only changes
   * that the schedule has observed so far count.
   *
   * @throws LifecycleError `NotFound`; of the directory.
   */
  wouldQuarantine(id: string): Promise<QuarantineForecast>;
  /**
   * How many people each coming slot of each workflow will take, and whether that would be too many: from the directory
   * as it is now, which is read once for all workflows, by the functions that the scheduler uses. Changes nothing.
   *
   * @throws LifecycleError `InvalidArgument`; of the directory.
   */
  comingSlots(options?: ComingSlotsOptions): Promise<ComingSlots>;
  /**
   * How many people fall in or out of scope from one version to another, by the directory as it is now, which is read
   * once. A version that runs on demand only has no one in scope.
   *
   * @throws LifecycleError `NotFound`, `InvalidArgument`; of the directory.
   */
  scopeDifference(id: string, options: ScopeDifferenceOptions): Promise<ScopeDifference>;
  /**
   * The subjects that meet the conditions at the next slot, processed before or not, by subject id; empty for a
   * workflow that is not scheduled. The results are `queued`, and exist nowhere else (domain §3.1).
   *
   * @throws LifecycleError `NotFound`, `InvalidArgument`.
   */
  eligible(id: string, options?: EligibleOptions): Promise<Page<UserProcessingResult>>;
  /** One of them, by the id of its result. @throws LifecycleError `NotFound`. */
  eligibleSubject(id: string, resultId: string): Promise<UserProcessingResult>;
  /**
   * Makes a run without effects: each task records what its handler's `preview` returns, or that it would run. It
   * replaces the workflow's last preview, and lists include it only with
   * `workflowExecutionType eq 'preview'` (domain §3.10).
   *
   * @throws LifecycleError as `runs.activate`; `InvalidArgument` also for a workflow that a change makes due.
   */
  preview(id: string, input: PreviewInput, author?: Author): Promise<Run>;
  /** Subjects of the last preview. @throws LifecycleError `NotFound`. */
  previewedSubjects(id: string): Promise<readonly { readonly id: string }[]>;
  /**
   * Why the schedule takes a person at a slot, or does not: every condition with its result and the values that decided,
   * and the person's last result. Written for operators; shows attributes of the person. Nothing is changed. When a
   * quarantine limit decides, all people of the slot are counted, as in `wouldQuarantine`.
   *
   * @throws LifecycleError `NotFound` for a workflow that does not exist or is deleted, `InvalidArgument`; of the
   *   directory.
   */
  explain(id: string, subjectId: string, options?: ExplainOptions): Promise<Explanation>;
  /** The enabled tasks that cannot be run: no handler, or arguments that it refuses. @throws LifecycleError `NotFound`. */
  unrunnableTasks(id: string): Promise<readonly PreviewFailedTask[]>;
}

/** Dependencies of {@link createEngineWorkflows}. */
export interface EngineWorkflowsDeps {
  readonly ledger: Ledger;
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly handlers: Handlers;
  readonly activator: Activator;
}

/** Creates an engine's methods for workflows. */
export function createEngineWorkflows(deps: EngineWorkflowsDeps): EngineWorkflows {
  const { workflows } = deps.ledger;
  return {
    ...workflows,
    wouldQuarantine: async (id) => forecast(deps, await workflows.get(id)),
    scopeDifference: async (id, options) => {
      const { before, after, timeoutMs } = readOptions(options, 'workflows.scopeDifference', SCOPE_OPTIONS);
      const of = async (version: number) =>
        qualificationOf(await workflows.getVersion(id, version), deps.settings.catchUpMs);
      return scopeDifference(deps.ports, await of(before), await of(after), timeoutMs);
    },
    comingSlots: async (options) =>
      coming(deps, readOptions(options, 'workflows.comingSlots', COMING_OPTIONS)),
    preview: (...args) => deps.activator.preview(...args),
    previewedSubjects: async (id) => {
      const workflow = await workflows.get(id);
      return (await previewedSubjects(deps.ports.store, workflow.id)).map((subjectId) => ({ id: subjectId }));
    },
    unrunnableTasks: async (id) => deps.handlers.failuresOf(await workflows.get(id)),
    explain: (...args) => explained(deps, ...args),
    eligibleSubject: async (id, resultId) => eligibleSubject(deps, await workflows.get(id), resultId),
    eligible: async (id, options) => {
      const page = readOptions(options, 'workflows.eligible', PAGE_OPTIONS);
      return eligible(deps, await workflows.get(id), page);
    },
  };
}

async function explained(
  { ledger, ports, settings }: EngineWorkflowsDeps,
  id: string,
  subjectId: string,
  options?: ExplainOptions,
): Promise<Explanation> {
  const { at } = readOptions(options, 'workflows.explain', EXPLAIN_OPTIONS);
  const person = readSubjectId({ path: 'subjectId', value: subjectId });
  await ledger.settings.load();
  return explain({
    context: ledger.context,
    directory: ports.directory,
    settings: ledger.settings,
    intervalMs: ledger.settings.scheduleIntervalMs,
    catchUpMs: settings.catchUpMs,
    record: await requireWorkflowRecord(ports.store, id),
    subjectId: person,
    ...(at === undefined ? {} : { atMs: at }),
  });
}

/** `null`: the workflow has no trigger. */
function dueAtNextSlot(
  { ledger, ports, settings }: EngineWorkflowsDeps,
  workflow: Workflow,
): DueInput | null {
  const qualification = qualificationOf(workflow, settings.catchUpMs);
  if (qualification === null) return null;
  const slotAtMs = nextSlot(ports.clock.now(), ledger.settings.scheduleIntervalMs);
  const { context } = ledger;
  return { context, directory: ports.directory, workflowId: workflow.id, qualification, slotAtMs };
}

async function forecast(deps: EngineWorkflowsDeps, workflow: Workflow): Promise<QuarantineForecast> {
  const due = dueAtNextSlot(deps, workflow);
  let usersCount = 0;
  if (due && enabledTasks(workflow).length > 0)
    for await (const some of candidatesDue(due)) usersCount += some.length;
  return { usersCount, quarantine: (await quarantineFor(deps, workflow))(usersCount) };
}

async function coming(
  { ledger, ports, settings }: EngineWorkflowsDeps,
  { days, timeoutMs }: Required<ComingSlotsOptions>,
): Promise<ComingSlots> {
  await ledger.settings.load();
  const { scheduleIntervalMs: intervalMs } = ledger.settings;
  const fromMs = nextSlot(ports.clock.now(), intervalMs);
  const scheduled: ScheduledWorkflow[] = [];
  for (const workflow of await ledger.workflows.list()) {
    const qualification = qualificationOf(workflow, settings.catchUpMs);
    const isOn = workflow.isEnabled && workflow.isSchedulingEnabled && enabledTasks(workflow).length > 0;
    if (!isOn || qualification === null) continue;
    const quarantine = await quarantineConfigurationOf(ledger.settings, workflow);
    scheduled.push({ workflow, qualification, quarantine });
  }
  const { context } = ledger;
  const toMs = fromMs + days * DAY_MS;
  return comingSlots({ context, directory: ports.directory, scheduled, intervalMs, fromMs, toMs, timeoutMs });
}

async function eligible(
  deps: EngineWorkflowsDeps,
  workflow: Workflow,
  { top = LIMITS.pageSizeDefault, after = '' }: EligibleOptions,
): Promise<Page<UserProcessingResult>> {
  const due = workflow.isSchedulingEnabled ? dueAtNextSlot(deps, workflow) : null;
  if (due === null) return { value: [], nextToken: null };
  const ids = await firstIds(due, Buffer.from(after, 'base64url').toString(), top + 1);
  const shown = ids.slice(0, top);
  const last = ids.length > top ? shown.at(-1) : undefined;
  return {
    value: shown.map((id) => expected(workflow, id, due.slotAtMs)),
    nextToken: last === undefined ? null : Buffer.from(last).toString('base64url'),
  };
}

async function eligibleSubject(
  deps: EngineWorkflowsDeps,
  workflow: Workflow,
  resultId: string,
): Promise<UserProcessingResult> {
  const due = workflow.isSchedulingEnabled ? dueAtNextSlot(deps, workflow) : null;
  if (due !== null) {
    for await (const batch of qualifying(due)) {
      const found = batch.find(({ subjectId }) => scopeId(workflow, subjectId) === resultId);
      if (found) return expected(workflow, found.subjectId, due.slotAtMs);
    }
  }
  throw new LifecycleError(
    'NotFound',
    `Expected \`${resultId}\` to be in the execution scope of workflow ${workflow.id}, got no such user`,
    { id: resultId },
  );
}

/** The id of a result that exists in the execution scope only. */
function scopeId({ id, version }: Workflow, subjectId: string): string {
  return `${id}_${version}_${subjectId}`;
}

/** The first `count` ids after `after`, whatever order the directory streams in. */
async function firstIds(due: DueInput, after: string, count: number): Promise<readonly string[]> {
  let first: string[] = [];
  for await (const batch of qualifying(due)) {
    const fits = batch.flatMap(({ subjectId }) => (subjectId > after ? subjectId : []));
    first = [...first, ...fits].sort((a, b) => (a < b ? -1 : 1)).slice(0, count);
  }
  return first;
}

function expected(workflow: Workflow, subjectId: string, slotAtMs: EpochMs): UserProcessingResult {
  const tasks = enabledTasks(workflow).length;
  return {
    id: scopeId(workflow, subjectId),
    completedDateTime: null,
    failedTasksCount: 0,
    processingStatus: 'queued',
    scheduledDateTime: isoOf(slotAtMs),
    startedDateTime: null,
    totalTasksCount: tasks,
    totalUnprocessedTasksCount: tasks,
    workflowExecutionType: 'scheduled',
    workflowVersion: workflow.version,
    subject: { id: subjectId },
  };
}
