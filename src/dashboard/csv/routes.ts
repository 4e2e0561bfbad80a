/** Every list of the pages as CSV, with the same conditions. */
import type { Engine } from '../../engine/engine.ts';
import { filter } from '../../filter/builder.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import { badRequest } from '../../graph/graph-error.ts';
import type {
  FailureGroup,
  Run,
  TaskProcessingResult,
  TaskReport,
  UserProcessingResult,
} from '../../model/resources/resources.ts';
import { TASK_STATUSES, USER_STATUSES } from '../../model/status.ts';
import { briefOf } from '../data/overview.ts';
import { readPerson } from '../data/people.ts';
import type { DataRoute, Params } from '../data/route.ts';
import { RUN_FILTERS, runFilterOf } from '../data/runs.ts';
import type { PersonEntry, WorkflowBrief } from '../wire.ts';
import { CALENDAR_CSV } from './calendar.ts';
import { type CsvColumn, csvResponse } from './csv.ts';
import { once, pagesOf } from './pages.ts';
import { WAITING_CSV } from './waiting.ts';

const RUN_COLUMNS: readonly CsvColumn<Run>[] = [
  { head: 'id', cell: ({ id }) => id },
  { head: 'workflow', cell: ({ workflow }) => workflow.displayName },
  { head: 'workflowId', cell: ({ workflow }) => workflow.id },
  { head: 'version', cell: ({ workflow }) => workflow.version },
  { head: 'status', cell: ({ processingStatus }) => processingStatus },
  { head: 'executionType', cell: ({ workflowExecutionType }) => workflowExecutionType },
  { head: 'createdBy', cell: ({ createdBy }) => createdBy?.id ?? null },
  { head: 'scheduled', cell: ({ scheduledDateTime }) => scheduledDateTime },
  { head: 'started', cell: ({ startedDateTime }) => startedDateTime },
  { head: 'completed', cell: ({ completedDateTime }) => completedDateTime },
  { head: 'users', cell: ({ totalUsersCount }) => totalUsersCount },
  { head: 'usersSuccessful', cell: ({ successfulUsersCount }) => successfulUsersCount },
  { head: 'usersFailed', cell: ({ failedUsersCount }) => failedUsersCount },
  { head: 'tasks', cell: ({ totalTasksCount }) => totalTasksCount },
  { head: 'tasksFailed', cell: ({ failedTasksCount }) => failedTasksCount },
  { head: 'tasksUnprocessed', cell: ({ totalUnprocessedTasksCount }) => totalUnprocessedTasksCount },
];

type NamedResult = UserProcessingResult & { readonly displayName: string | null };

const PEOPLE_COLUMNS: readonly CsvColumn<NamedResult>[] = [
  { head: 'subjectId', cell: ({ subject }) => subject.id },
  { head: 'displayName', cell: ({ displayName }) => displayName },
  { head: 'status', cell: ({ processingStatus }) => processingStatus },
  { head: 'started', cell: ({ startedDateTime }) => startedDateTime },
  { head: 'completed', cell: ({ completedDateTime }) => completedDateTime },
  { head: 'tasks', cell: ({ totalTasksCount }) => totalTasksCount },
  { head: 'tasksFailed', cell: ({ failedTasksCount }) => failedTasksCount },
  { head: 'tasksUnprocessed', cell: ({ totalUnprocessedTasksCount }) => totalUnprocessedTasksCount },
  { head: 'resultId', cell: ({ id }) => id },
];

const TASK_COLUMNS: readonly CsvColumn<TaskProcessingResult>[] = [
  { head: 'subjectId', cell: ({ subject }) => subject.id },
  { head: 'task', cell: ({ task }) => task.displayName },
  { head: 'status', cell: ({ processingStatus }) => processingStatus },
  { head: 'code', cell: ({ code }) => code },
  { head: 'failureReason', cell: ({ failureReason }) => failureReason },
  { head: 'processingInfo', cell: ({ processingInfo }) => processingInfo },
  { head: 'changes', cell: ({ changes }) => changes.join('; ') || null },
  { head: 'started', cell: ({ startedDateTime }) => startedDateTime },
  { head: 'completed', cell: ({ completedDateTime }) => completedDateTime },
  { head: 'resultId', cell: ({ id }) => id },
];

const REPORT_COLUMNS: readonly CsvColumn<TaskReport>[] = [
  { head: 'task', cell: ({ task }) => task.displayName },
  { head: 'status', cell: ({ processingStatus }) => processingStatus },
  { head: 'users', cell: ({ totalUsersCount }) => totalUsersCount },
  { head: 'usersSuccessful', cell: ({ successfulUsersCount }) => successfulUsersCount },
  { head: 'usersFailed', cell: ({ failedUsersCount }) => failedUsersCount },
  { head: 'usersUnprocessed', cell: ({ unprocessedUsersCount }) => unprocessedUsersCount },
  { head: 'started', cell: ({ startedDateTime }) => startedDateTime },
  { head: 'completed', cell: ({ completedDateTime }) => completedDateTime },
];

const WORKFLOW_COLUMNS: readonly CsvColumn<WorkflowBrief>[] = [
  { head: 'id', cell: ({ id }) => id },
  { head: 'displayName', cell: ({ displayName }) => displayName },
  { head: 'category', cell: ({ category }) => category },
  { head: 'version', cell: ({ version }) => version },
  { head: 'enabled', cell: ({ isEnabled }) => String(isEnabled) },
  { head: 'scheduled', cell: ({ isSchedulingEnabled }) => String(isSchedulingEnabled) },
  { head: 'nextSlot', cell: ({ nextScheduleRunDateTime }) => nextScheduleRunDateTime },
  { head: 'quarantine', cell: ({ quarantineDetails }) => quarantineDetails.quarantineReason },
];

interface HistoryRow {
  readonly entry: PersonEntry;
  readonly task: TaskProcessingResult;
}

const HISTORY_COLUMNS: readonly CsvColumn<HistoryRow>[] = [
  { head: 'workflow', cell: ({ entry }) => entry.run.workflow.displayName },
  { head: 'version', cell: ({ entry }) => entry.run.workflow.version },
  { head: 'runId', cell: ({ entry }) => entry.run.id },
  { head: 'userStatus', cell: ({ entry }) => entry.result.processingStatus },
  ...TASK_COLUMNS.slice(1).map(({ head, cell }) => ({ head, cell: ({ task }: HistoryRow) => cell(task) })),
];

const FAILURE_COLUMNS: readonly CsvColumn<FailureGroup>[] = [
  { head: 'task', cell: ({ task }) => task.displayName },
  { head: 'code', cell: ({ code }) => code },
  { head: 'reason', cell: ({ reason }) => reason },
  { head: 'users', cell: ({ usersCount }) => usersCount },
  { head: 'usersRepaired', cell: ({ repairedUsersCount }) => repairedUsersCount },
  { head: 'first', cell: ({ firstDateTime }) => firstDateTime },
  { head: 'last', cell: ({ lastDateTime }) => lastDateTime },
  { head: 'suchAs', cell: ({ subjects }) => subjects.map(({ id }) => id).join(' ') },
];

/** Below `data/`. */
export const CSV_ROUTES: readonly DataRoute[] = [
  {
    path: 'csv/runs',
    needs: NEEDED.reports,
    params: RUN_FILTERS,
    answer: async ({ engine, params }) => {
      const where = runFilterOf(params);
      const options = where === null ? {} : { filter: where };
      return csvResponse(
        'runs',
        RUN_COLUMNS,
        pagesOf((page) => engine.runs.list({ ...options, ...page })),
      );
    },
  },
  {
    path: 'csv/runs/{id}/people',
    needs: NEEDED.reports,
    params: ['status', 'person'],
    answer: async ({ engine, params, keys: { id = '' } }) => {
      const run = await engine.runs.get(id);
      return csvResponse(`people-${run.id}`, PEOPLE_COLUMNS, peopleOf(engine, run.id, params));
    },
  },
  {
    path: 'csv/runs/{id}/tasks',
    needs: NEEDED.reports,
    params: ['status'],
    answer: async ({ engine, params, keys: { id = '' } }) => {
      const run = await engine.runs.get(id);
      const [status, ...more] = params.words('status', TASK_STATUSES);
      if (more.length > 0) throw badRequest("Expected 'status' to be one status.");
      const options = status === undefined ? {} : { processingStatus: status };
      const pages = pagesOf((page) => engine.taskProcessingResults.list(run.id, { ...options, ...page }));
      return csvResponse(`tasks-${run.id}`, TASK_COLUMNS, pages);
    },
  },
  {
    path: 'csv/runs/{id}/report',
    needs: NEEDED.reports,
    params: [],
    answer: async ({ engine, keys: { id = '' } }) => {
      const run = await engine.runs.get(id);
      return csvResponse(`report-${run.id}`, REPORT_COLUMNS, once(await engine.taskReports.list(run.id)));
    },
  },
  {
    path: 'csv/runs/{id}/failures',
    needs: NEEDED.reports,
    params: [],
    answer: async ({ engine, keys: { id = '' } }) =>
      csvResponse('failures', FAILURE_COLUMNS, once(await engine.runs.failures(id))),
  },
  {
    path: 'csv/people/{id}',
    needs: NEEDED.reports,
    params: [],
    answer: async (call) => {
      const { entries } = await readPerson(call, call.keys.id ?? '');
      const rows = entries.flatMap((entry) => entry.tasks.map((task) => ({ entry, task })));
      return csvResponse('person', HISTORY_COLUMNS, once(rows));
    },
  },
  {
    path: 'csv/workflows',
    needs: NEEDED.workflows,
    params: [],
    answer: async ({ engine }) =>
      csvResponse('workflows', WORKFLOW_COLUMNS, once((await engine.workflows.list()).map(briefOf))),
  },
  WAITING_CSV,
  CALENDAR_CSV,
];

/** The people of a run, with their names: one call of the directory a page. */
async function* peopleOf(
  engine: Engine,
  runId: string,
  params: Params,
): AsyncGenerator<readonly NamedResult[]> {
  const statuses = params.words('status', USER_STATUSES);
  const person = params.text('person');
  const parts = [
    ...(statuses.length === 0 ? [] : [filter.in('processingStatus', statuses)]),
    ...(person === undefined ? [] : [filter.eq('subject/id', person)]),
  ];
  const options = parts.length === 0 ? {} : { filter: filter.and(...parts) };
  for await (const rows of pagesOf((page) =>
    engine.userProcessingResults.list(runId, { ...options, ...page }),
  )) {
    const subjects = await engine.directory.get(rows.map(({ subject }) => subject.id));
    const names = new Map(subjects.map(({ id, displayName }) => [id, displayName]));
    yield rows.map((row) => {
      const name = names.get(row.subject.id);
      return { ...row, displayName: typeof name === 'string' ? name : null };
    });
  }
}
