/** What an engine can say of workflows beyond the ledger: whom they would take, and what would become of it. */
import { LifecycleError } from '../errors/index.ts';
import { readOptions } from '../input/options.ts';
import type { Author } from '../ledger/author.ts';
import type { Ledger } from '../ledger/index.ts';
import { PAGE_OPTIONS } from '../ledger/list-options.ts';
import { previewedSubjects } from '../ledger/previews.ts';
import { enabledTasks, isoOf } from '../ledger/resources.ts';
import { nextSlot } from '../ledger/schedule-times.ts';
import type { Workflows } from '../ledger/workflows.ts';
import { LIMITS } from '../model/limits.ts';
import type { Quarantine } from '../model/quarantine.ts';
import type { Page, PreviewFailedTask, Run, UserProcessingResult } from '../model/resources.ts';
import type { EpochMs } from '../model/time.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Activator, PreviewInput } from './activation.ts';
import { candidatesDue, type DueInput, qualifying } from './candidates.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EnginePorts, EngineSettings } from './options.ts';
import { qualificationOf } from './qualify.ts';
import { quarantineFor } from './quarantine.ts';

/** What the next slot of a workflow would come to. */
export interface QuarantineForecast {
  /** Users that a run would have, by what the directory says now. */
  readonly usersCount: number;
  /** `null`: it would run. */
  readonly quarantine: Quarantine | null;
}

/** Options of `workflows.executionScope`. */
export interface ScopeOptions {
  /** Rows of a page, 1..999. Default 100. */
  readonly top?: number;
  /** `nextToken` of the page before. */
  readonly after?: string;
}

/** Workflows, as an engine offers them. */
export interface EngineWorkflows extends Workflows {
  /**
   * Whether the next slot would put the workflow in quarantine; changes nothing. Of a change trigger only
   * what the schedule has seen by now counts.
   *
   * @throws LifecycleError `NotFound`; of the directory.
   */
  wouldQuarantine(id: string): Promise<QuarantineForecast>;
  /**
   * Who meets the conditions at the next slot, processed before or not, by subject id; nobody for a workflow
   * that is not scheduled. The results are `queued`, and exist nowhere else (domain §3.1).
   *
   * @throws LifecycleError `NotFound`, `InvalidArgument`.
   */
  executionScope(id: string, options?: ScopeOptions): Promise<Page<UserProcessingResult>>;
  /** One of them, by the id of its result. @throws LifecycleError `NotFound`. */
  executionScopeMember(id: string, resultId: string): Promise<UserProcessingResult>;
  /**
   * A run that does nothing: of each task it says what its handler's `preview` says, or that it would run. It
   * takes the place of the workflow's last preview, and is in lists only when asked for by
   * `workflowExecutionType eq 'preview'` (domain §3.10).
   *
   * @throws LifecycleError as `runs.activate`; `InvalidArgument` also for a workflow that a change makes due.
   */
  previewWorkflow(id: string, input: PreviewInput, author?: Author): Promise<Run>;
  /** Whom the last preview was for. @throws LifecycleError `NotFound`. */
  previewScope(id: string): Promise<readonly { readonly id: string }[]>;
  /** The enabled tasks that cannot be run: no handler, or arguments that it refuses. @throws LifecycleError `NotFound`. */
  previewTaskFailures(id: string): Promise<readonly PreviewFailedTask[]>;
}

/** What {@link createEngineWorkflows} works with. */
export interface EngineWorkflowsDeps {
  readonly ledger: Ledger;
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly dispatcher: Dispatcher;
  readonly activator: Activator;
}

/** The workflows of an engine. */
export function createEngineWorkflows(deps: EngineWorkflowsDeps): EngineWorkflows {
  const { workflows } = deps.ledger;
  return {
    ...workflows,
    wouldQuarantine: async (id) => forecast(deps, await workflows.get(id)),
    previewWorkflow: (...args) => deps.activator.previewWorkflow(...args),
    previewScope: async (id) => {
      const workflow = await workflows.get(id);
      return (await previewedSubjects(deps.ports.store, workflow.id)).map((subjectId) => ({ id: subjectId }));
    },
    previewTaskFailures: async (id) => deps.dispatcher.failuresOf(await workflows.get(id)),
    executionScopeMember: async (id, resultId) =>
      executionScopeMember(deps, await workflows.get(id), resultId),
    executionScope: async (id, options) => {
      const page = readOptions(options, 'workflows.executionScope', PAGE_OPTIONS);
      return executionScope(deps, await workflows.get(id), page);
    },
  };
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

async function executionScope(
  deps: EngineWorkflowsDeps,
  workflow: Workflow,
  { top = LIMITS.pageSizeDefault, after = '' }: ScopeOptions,
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

async function executionScopeMember(
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
    `Expected \`${resultId}\` to be in the execution scope of workflow ${workflow.id}, got nobody`,
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
