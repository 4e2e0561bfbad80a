/** The summary functions: sums over a window of time. Source: domain §1.7, §6.7. */
import type { Engine } from '../../engine/engine.ts';
import { filter } from '../../filter/builder.ts';
import { readWindow } from '../../input/instants.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Run, UserProcessingResult, UserSummary } from '../../model/resources/resources.ts';
import { everyRun } from '../lists/sources.ts';
import type { Turn } from '../protocol/work.ts';

/** `microsoft.graph.identityGovernance.taskReportSummary`. */
export interface TaskReportSummary {
  readonly failedTasks: number;
  readonly successfulTasks: number;
  readonly totalTasks: number;
  readonly unprocessedTasks: number;
}

/** A window of time, both ends included; ISO 8601. */
export interface Window {
  readonly startDateTime: string;
  readonly endDateTime: string;
}

/** Task reports of the runs that began (or were scheduled, when they never did) in the window. */
export async function taskReportSummary(
  engine: Engine,
  workflowId: string,
  window: Window,
  turn: Turn,
): Promise<TaskReportSummary> {
  // Checks the window too, by the ledger's own rule.
  await engine.runs.summary(workflowId, window.startDateTime, window.endDateTime);
  const sums = { failedTasks: 0, successfulTasks: 0, totalTasks: 0, unprocessedTasks: 0 };
  for await (const run of everyRun(engine, workflowId, turn, within(window))) {
    sums.failedTasks += run.failedTasksCount;
    sums.totalTasks += run.totalTasksCount;
    sums.unprocessedTasks += run.totalUnprocessedTasksCount;
  }
  return { ...sums, successfulTasks: sums.totalTasks - sums.failedTasks - sums.unprocessedTasks };
}

/**
 * User results that began (or were scheduled, when they never did) in the window, of one run or of all.
 *
 * @param takes which of them count, by their ids; `null`: all.
 */
export async function userSummary(
  engine: Engine,
  workflowId: string,
  window: Window,
  runId: string | null,
  turn: Turn,
  takes: ((userResultId: string) => Promise<boolean>) | null = null,
): Promise<UserSummary> {
  const { startDateTime, endDateTime } = window;
  await engine.runs.summary(workflowId, startDateTime, endDateTime);
  const sums = { failedTasks: 0, failedUsers: 0, successfulUsers: 0, totalTasks: 0, totalUsers: 0 };
  const add = (more: UserSummary): void => {
    for (const name of Object.keys(sums) as (keyof UserSummary)[]) sums[name] += more[name];
  };
  for await (const { id } of runsOf(engine, workflowId, runId, turn)) {
    if (takes === null) {
      add(await engine.userProcessingResults.summary(id, startDateTime, endDateTime));
      continue;
    }
    for await (const user of usersIn(engine, id, window, turn)) {
      const { processingStatus: status, failedTasksCount: failedTasks, totalTasksCount: totalTasks } = user;
      if (!(await takes(user.id))) continue;
      const failedUsers = status === 'failed' || status === 'completedWithErrors' ? 1 : 0;
      const successfulUsers = status === 'completed' ? 1 : 0;
      add({ failedTasks, failedUsers, successfulUsers, totalTasks, totalUsers: 1 });
    }
  }
  return sums;
}

async function* runsOf(
  engine: Engine,
  workflowId: string,
  runId: string | null,
  turn: Turn,
): AsyncGenerator<Run> {
  if (runId === null) yield* everyRun(engine, workflowId, turn);
  else yield await engine.runs.get(runId);
}

async function* usersIn(
  engine: Engine,
  runId: string,
  window: Window,
  turn: Turn,
): AsyncGenerator<UserProcessingResult> {
  let after: string | null = null;
  do {
    const page = await engine.userProcessingResults.list(runId, {
      top: LIMITS.pageSizeMax,
      filter: within(window),
      ...(after === null ? {} : { after }),
    });
    yield* page.value;
    after = page.nextToken;
    if (after !== null) await turn();
  } while (after !== null);
}

/** Runs or users that began in the window, or were scheduled in it when they never did. */
function within({ startDateTime, endDateTime }: Window): Filter {
  const [from, to] = readWindow(startDateTime, endDateTime).map((ms) => new Date(ms)) as [Date, Date];
  const between = (name: string): readonly Filter[] => [filter.ge(name, from), filter.le(name, to)];
  return filter.or(
    filter.and(...between('startedDateTime')),
    filter.and(filter.eq('startedDateTime', null), ...between('scheduledDateTime')),
  );
}
