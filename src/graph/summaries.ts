/** The summary functions: sums over a window of time. Source: domain §1.7, §6.7. */
import type { Engine } from '../engine/engine.ts';
import { LIMITS } from '../model/limits.ts';
import type { Run, UserProcessingResult } from '../model/resources.ts';
import { everyRun } from './sources.ts';

/** `microsoft.graph.identityGovernance.userSummary`. */
export interface UserSummary {
  readonly failedTasks: number;
  readonly failedUsers: number;
  readonly successfulUsers: number;
  readonly totalTasks: number;
  readonly totalUsers: number;
}

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
): Promise<TaskReportSummary> {
  // Checks the window too, by the ledger's own rule.
  await engine.runs.summary(workflowId, window.startDateTime, window.endDateTime);
  const sums = { failedTasks: 0, successfulTasks: 0, totalTasks: 0, unprocessedTasks: 0 };
  for await (const run of everyRun(engine, workflowId, within(window))) {
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
  takes: ((userResultId: string) => Promise<boolean>) | null = null,
): Promise<UserSummary> {
  await engine.runs.summary(workflowId, window.startDateTime, window.endDateTime);
  const sums = { failedTasks: 0, failedUsers: 0, successfulUsers: 0, totalTasks: 0, totalUsers: 0 };
  for await (const run of runsOf(engine, workflowId, runId)) {
    if (takes === null && isInside(run, window)) {
      sums.failedTasks += run.failedTasksCount;
      sums.failedUsers += run.failedUsersCount;
      sums.successfulUsers += run.successfulUsersCount;
      sums.totalTasks += run.totalTasksCount;
      sums.totalUsers += run.totalUsersCount;
      continue;
    }
    for await (const user of usersIn(engine, workflowId, run.id, window)) {
      if (takes !== null && !(await takes(user.id))) continue;
      sums.failedTasks += user.failedTasksCount;
      sums.totalTasks += user.totalTasksCount;
      sums.totalUsers += 1;
      if (user.processingStatus === 'completed') sums.successfulUsers += 1;
      if (user.processingStatus === 'failed' || user.processingStatus === 'completedWithErrors')
        sums.failedUsers += 1;
    }
  }
  return sums;
}

async function* runsOf(engine: Engine, workflowId: string, runId: string | null): AsyncGenerator<Run> {
  if (runId === null) yield* everyRun(engine, workflowId);
  else yield await engine.runs.get(workflowId, runId);
}

/** Whether every user of a final run lies in the window, so that its counters are the answer. */
function isInside({ scheduledDateTime, completedDateTime }: Run, window: Window): boolean {
  if (completedDateTime === null) return false;
  const [start, end] = [Date.parse(window.startDateTime), Date.parse(window.endDateTime)];
  return Date.parse(scheduledDateTime) >= start && Date.parse(completedDateTime) <= end;
}

async function* usersIn(
  engine: Engine,
  workflowId: string,
  runId: string,
  window: Window,
): AsyncGenerator<UserProcessingResult> {
  let after: string | null = null;
  do {
    const page = await engine.userProcessingResults.list(workflowId, runId, {
      top: LIMITS.pageSizeMax,
      filter: within(window),
      ...(after === null ? {} : { after }),
    });
    yield* page.value;
    after = page.nextToken;
  } while (after !== null);
}

function within({ startDateTime, endDateTime }: Window): string {
  const between = (name: string): string => `${name} ge ${startDateTime} and ${name} le ${endDateTime}`;
  return `(${between('startedDateTime')}) or (startedDateTime eq null and ${between('scheduledDateTime')})`;
}
