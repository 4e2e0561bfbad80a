/** Where the rows of each list come from. */

import { TASK_DEFINITIONS } from '../../catalogue/task-definitions.ts';
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { filter } from '../../filter/builder.ts';
import { checkTree } from '../../filter/check-tree.ts';
import { checkFilter } from '../../filter/list-filter.ts';
import { conjuncts, mentions, pathText } from '../../filter/tree.ts';
import type { ListOptions } from '../../ledger/input/list-options.ts';
import type { Filter } from '../../model/filter.ts';
import { addressOf } from '../../model/ids.ts';
import { LIMITS } from '../../model/limits.ts';
import { type PropertyTable, RUN_PROPERTIES, USER_PROPERTIES } from '../../model/resources/properties.ts';
import type { Page, Run } from '../../model/resources/resources.ts';
import { TASK_STATUSES, type TaskStatus } from '../../model/status.ts';
import type { Task, TaskDefinition } from '../../model/workflow/workflow.ts';
import type { Row } from '../protocol/represent.ts';
import type { Turn } from '../protocol/work.ts';
import { runOf } from '../routes/run-of-path.ts';
import { memberNamed, SENTINEL } from '../schema/edm.ts';
import { EXECUTION_TYPE } from '../schema/enumerations.ts';
import { badToken, type Cursor, type Source, type SourceRequest } from './list.ts';

const EXECUTION_TYPE_PATH = 'workflowExecutionType';

/** The runs of a workflow, for a request that filters by `asked`. */
export function runsOf({ runs }: Engine, workflowId: string, asked: Filter | null): Source {
  return storeList(RUN_PROPERTIES, (options) => runs.list(workflowId, options), runFilterOf(asked));
}

/** The user results of a run. */
export function usersOf({ userProcessingResults }: Engine, runId: string): Source {
  return storeList(USER_PROPERTIES, (options) => userProcessingResults.list(runId, options));
}

/** The user results of all runs of a workflow, newest run first, for a request that filters by `asked`. */
export function usersOfWorkflow(engine: Engine, workflowId: string, asked: Filter | null): Source {
  const runFilter = runFilterOf(asked);
  const runs = runFilter === null ? {} : { runFilter };
  const { acceptsOrder: _, ...source } = storeList(USER_PROPERTIES, (options) =>
    engine.userProcessingResults.listOfWorkflow(workflowId, { ...options, ...runs }),
  );
  return source;
}

/** The task results of a run: by user, then in execution order. */
export function taskResultsOf(engine: Engine, workflowId: string, runId: string): Source {
  const withTasks = taskFiller(engine, workflowId);
  return {
    acceptsFilter: (one) => statusOf(one) !== null,
    async page({ filter, limit, after }) {
      const page = await engine.taskProcessingResults.list(runId, {
        top: limit,
        ...pushedStatus(filter),
        ...afterOption(after),
      });
      return { rows: await withTasks(page.value), next: page.nextToken };
    },
  };
}

/** Reads the task results of one user result after the other, by their ids; none of one that is of no run. */
export function taskResultsReader(
  engine: Engine,
  workflowId: string,
): (userResultId: string) => Promise<readonly Row[]> {
  const withTasks = taskFiller(engine, workflowId);
  return async (id) => {
    const runId = addressOf(id)?.runId;
    if (runId === undefined) return [];
    return withTasks(await engine.taskProcessingResults.listOfUser(runId, id));
  };
}

/** The task results of all runs of a workflow; `belongs` says which. */
export function taskResultsOfWorkflow(
  engine: Engine,
  workflowId: string,
  belongs: (row: Row) => boolean,
): Source {
  const withTasks = taskFiller(engine, workflowId);
  return {
    belongs,
    acceptsFilter: (one) => statusOf(one) !== null,
    async page({ filter: where, limit, after }) {
      const { value, nextToken } = await engine.taskProcessingResults.listOfWorkflow(workflowId, {
        top: limit,
        ...pushedStatus(where),
        ...afterOption(after),
      });
      return { rows: await withTasks(value), next: nextToken };
    },
  };
}

/** Who meets the conditions of a workflow now. */
export function executionScopeOf(engine: Engine, workflowId: string): Source {
  return {
    async page({ limit, after }) {
      const page = await engine.workflows.eligible(workflowId, { top: limit, ...afterOption(after) });
      return { rows: page.value as unknown as readonly Row[], next: page.nextToken };
    },
  };
}

/** The task reports of all runs of a workflow, newest run first. */
export function reportsOf(engine: Engine, workflowId: string): Source {
  return {
    page: (request) =>
      pageOverRuns(engine, workflowId, request, async (run, top, token) => {
        const reports = await reportRows(engine, workflowId, run.id);
        const start = token === null ? 0 : Number(token);
        if (!Number.isSafeInteger(start) || start < 0) throw badToken();
        const end = start + top;
        return { value: reports.slice(start, end), nextToken: end < reports.length ? String(end) : null };
      }),
  };
}

/** The task reports of a run, each with its whole task and definition. */
export async function reportRows(engine: Engine, workflowId: string, runId: string): Promise<readonly Row[]> {
  const rows = await taskFiller(engine, workflowId)(await engine.taskReports.list(runId));
  return rows.map((row) => ({ ...row, taskDefinition: definitionOf(row.task as Task) }));
}

/** The definition of a task; one of the host's own has what the task says of it. */
function definitionOf({ taskDefinitionId, displayName, category }: Task): TaskDefinition | Row {
  const known = TASK_DEFINITIONS.find(({ id }) => id === taskDefinitionId);
  const own = { id: taskDefinitionId, displayName, category, description: null };
  return known ?? { ...own, continueOnError: false, parameters: [], version: 1 };
}

/** What task results and reports share of what {@link taskFiller} looks at. */
interface TaskRow {
  readonly task: { readonly id: string };
  readonly processingInfo?: string | null;
  readonly changes?: readonly string[];
  readonly code?: string | null;
}

/**
 * Puts the whole task in place of a reference to it. Graph has no property for changes, which go into `processingInfo`, and
 * none for the code of a failure.
 */
export function taskFiller(
  engine: Engine,
  workflowId: string,
): (rows: readonly TaskRow[]) => Promise<readonly Row[]> {
  let known: Promise<ReadonlyMap<string, Task>> | null = null;
  const read = async (): Promise<ReadonlyMap<string, Task>> => {
    const versions = await engine.workflows.listVersions(workflowId);
    return new Map(versions.flatMap(({ tasks }) => tasks.map((task) => [task.id, task] as const)));
  };
  return async (rows) => {
    if (rows.length === 0) return [];
    known ??= read();
    const tasks = await known;
    return rows.map((row) => {
      const { changes, code, ...shown } = row;
      return { ...shown, ...infoOf(row), task: tasks.get(row.task.id) ?? row.task };
    });
  };
}

function infoOf({ processingInfo, changes = [] }: TaskRow): { readonly processingInfo?: string } {
  if (changes.length === 0) return {};
  const text = [...(processingInfo ? [processingInfo] : []), ...changes].join('; ');
  const max = LIMITS.reasonLengthMax;
  return { processingInfo: text.length <= max ? text : `${text.slice(0, max - 1)}…`.toWellFormed() };
}

/** A list that is all there at once. A row is found again by `key`, also when others come before it. */
export function arrayOf(read: () => Promise<readonly Row[]> | readonly Row[], key = 'id'): Source {
  return {
    async page({ limit, after }) {
      const rows = await read();
      const start = after === null ? 0 : startAfter(rows, key, after);
      const shown = rows.slice(start, start + limit);
      const last = start + shown.length;
      return { rows: shown, next: last < rows.length ? [shown.at(-1)?.[key], last] : null };
    },
  };
}

/** The run that an id of a user, task or report belongs to. @throws LifecycleError `NotFound`. */
export function runIdOf(what: string, id: string): string {
  const address = addressOf(id);
  if (address) return address.runId;
  throw new LifecycleError('NotFound', `Expected ${what} \`${id}\`, got none`, { id });
}

/** Every run of a workflow, newest schedule first. */
export async function* everyRun(
  { runs }: Engine,
  workflowId: string,
  turn: Turn,
  where: Filter | null = null,
): AsyncGenerator<Run> {
  let after: string | null = null;
  do {
    const page: Page<Run> = await runs.list(workflowId, {
      top: LIMITS.pageSizeMax,
      ...filterOption(where),
      ...afterOption(after),
    });
    yield* page.value;
    after = page.nextToken;
    if (after !== null) await turn();
  } while (after !== null);
}

/** @param widest what is asked of the store beside what it takes of the filter. */
function storeList<Resource extends object>(
  table: PropertyTable<never>,
  list: (options: ListOptions) => Promise<Page<Resource>>,
  widest: Filter | null = null,
): Source {
  return {
    acceptsFilter: (one) => isListFilter(both(one, widest), table),
    acceptsOrder: ({ path }) =>
      path === 'id' || (Object.hasOwn(table, path) && (table[path]?.orderable ?? false)),
    async page({ filter: where, order, limit, after }) {
      const { value, nextToken } = await list({
        top: limit,
        ...filterOption(both(where, widest)),
        ...(order === null ? {} : { orderBy: `${order.path} ${order.descending ? 'desc' : 'asc'}` }),
        ...afterOption(after),
      });
      return { rows: value as readonly Row[], next: nextToken };
    },
    count: async (where) =>
      (await list({ top: 1, count: true, ...filterOption(both(where, widest)) })).count ?? 0,
  };
}

/** Whether a list takes such a filter; in none there is nothing to refuse. */
function isListFilter(where: Filter | null, table: PropertyTable<never>): boolean {
  try {
    if (where !== null) checkFilter(checkTree(where).filter, table);
    return true;
  } catch (error) {
    if (LifecycleError.is(error)) return false;
    throw error;
  }
}

/** Runs that one page looks into at most: a rare row among many runs must not take for ever. */
const RUNS_PER_PAGE_MAX = 500;
/** And before the host has a turn. */
const RUNS_PER_TURN = 16;

/** In which run a page goes on (`null`: in the next), how far within it, and where in the list of runs the next stands. */
type RunCursor = readonly [runId: string | null, inner: string | null, runToken: string | null];

/** A page of rows that a run has in itself; `list` reads those of one. */
async function pageOverRuns(
  engine: Engine,
  workflowId: string,
  { limit, after, turn }: SourceRequest,
  list: (run: Run, top: number, token: string | null) => Promise<Page<Row>>,
): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor }> {
  let cursor: RunCursor = after === null ? [null, null, null] : runCursorOf(after);
  const rows: Row[] = [];
  for (let looked = 0; looked < RUNS_PER_PAGE_MAX && rows.length < limit; looked++) {
    const { run, runToken } = await runAt(engine, workflowId, cursor);
    const found = run ? await list(run, limit - rows.length, cursor[1]) : null;
    rows.push(...(found?.value ?? []));
    const inner = found?.nextToken ?? null;
    if (looked % RUNS_PER_TURN === 0) await turn();
    if (inner === null && runToken === null) return { rows, next: null };
    cursor = [inner === null ? null : (run?.id ?? null), inner, runToken];
  }
  return { rows, next: cursor };
}

/** The run that a cursor stands in (`null`: it was deleted meanwhile) or before, and where the next one stands. */
async function runAt(
  engine: Engine,
  workflowId: string,
  [runId, , runToken]: RunCursor,
): Promise<{ readonly run: Run | null; readonly runToken: string | null }> {
  if (runId === null) {
    const options = { top: 1, ...afterOption(runToken) };
    const { value, nextToken } = await engine.runs.list(workflowId, options);
    return { run: value[0] ?? null, runToken: nextToken };
  }
  try {
    return { run: await runOf(engine, workflowId, runId), runToken };
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'NotFound') return { run: null, runToken };
    throw error;
  }
}

function runCursorOf(cursor: Cursor): RunCursor {
  const isOne =
    Array.isArray(cursor) &&
    cursor.length === 3 &&
    cursor.every((part) => part === null || typeof part === 'string');
  if (isOne) return cursor as unknown as RunCursor;
  throw badToken();
}

/**
 * What a filter says of the runs that its rows hang under. A list of runs leaves previews out unless it asks for
 * `workflowExecutionType`, so a filter that is not the store's has to ask for it in another way.
 */
function runFilterOf(asked: Filter | null): Filter | null {
  if (asked === null || !mentions(asked, EXECUTION_TYPE_PATH)) return null;
  for (const part of conjuncts(asked)) {
    if (part.kind !== 'compare' || part.operator !== 'eq') continue;
    const { left, right } = part;
    const isType = left.kind === 'path' && pathText(left.segments) === EXECUTION_TYPE_PATH;
    if (isType && right.kind === 'literal' && right.type === 'string')
      return filter.eq(EXECUTION_TYPE_PATH, memberNamed(EXECUTION_TYPE, right.value) ?? SENTINEL);
  }
  return filter.ne(EXECUTION_TYPE_PATH, null);
}

function both(first: Filter | null, second: Filter | null): Filter | null {
  return first === null || second === null ? (first ?? second) : filter.and(first, second);
}

function filterOption(where: Filter | null): { readonly filter?: Filter } {
  return where === null ? {} : { filter: where };
}

function afterOption(after: Cursor): { readonly after?: string } {
  return after === null ? {} : { after: tokenOf(after) };
}

function tokenOf(cursor: Cursor): string {
  if (typeof cursor === 'string') return cursor;
  throw badToken();
}

function startAfter(rows: readonly Row[], key: string, cursor: Cursor): number {
  if (!Array.isArray(cursor) || cursor.length !== 2 || !Number.isSafeInteger(cursor[1]) || cursor[1] < 0)
    throw badToken();
  const at = rows.findIndex((row) => row[key] === cursor[0]);
  return at >= 0 ? at + 1 : cursor[1];
}

/** `processingStatus eq 'failed'`: all that task results are found by without being read. */
function statusOf(tree: Filter): TaskStatus | null {
  if (tree.kind !== 'compare' || tree.operator !== 'eq') return null;
  const { left, right } = tree;
  if (left.kind !== 'path' || pathText(left.segments) !== 'processingStatus' || right.kind !== 'literal')
    return null;
  return TASK_STATUSES.find((status) => status === right.value) ?? null;
}

function pushedStatus(where: Filter | null): { readonly processingStatus?: TaskStatus } {
  const status = where === null ? null : statusOf(where);
  return status === null ? {} : { processingStatus: status };
}
