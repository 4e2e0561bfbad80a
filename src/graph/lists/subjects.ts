/** Results of subjects, of a run, a workflow or a task report: the user results in another dress (decision 14). */
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { mentions } from '../../filter/tree.ts';
import { addressOf } from '../../model/ids.ts';
import type {
  SubjectProcessingResult,
  UserProcessingResult,
  UserSummary,
} from '../../model/resources/resources.ts';
import type { Row } from '../protocol/represent.ts';
import { runIdOfParents, taskReport } from '../routes/operations.ts';
import type { Call } from '../routes/route.ts';
import { userSummary } from '../routes/summaries.ts';
import type { Source } from './list.ts';
import { usersOfWorkflowLately } from './recent.ts';
import { usersOf } from './sources.ts';

/** `microsoft.graph.identityGovernance.subjectSummary`. */
export interface SubjectSummary {
  readonly failedSubjects: number;
  readonly failedTasks: number;
  readonly successfulSubjects: number;
  readonly totalSubjects: number;
  readonly totalTasks: number;
}

/** Users whose tasks are read before the host has a turn: some ms. */
const USERS_PER_TURN = 64;

/** The subject results of a run. */
export function subjectsOfRun({ engine, keys }: Call): Source {
  return asSubjects(engine, keys.workflow, usersOf(engine, keys.run));
}

/** Those of all runs of a workflow, as lately as its user results. */
export function subjectsOfWorkflow(call: Call): Source {
  return asSubjects(call.engine, call.keys.workflow, usersOfWorkflowLately(call));
}

/** The users that a task report counts. */
export function subjectsOfReport(call: Call): Source {
  const { engine, keys } = call;
  const users = usersOf(engine, runIdOfParents(call));
  const { count: _, ...counted } = asSubjects(engine, keys.workflow, {
    ...users,
    async page(request) {
      const [page, takes] = await Promise.all([users.page(request), takesTask(call)]);
      const rows: Row[] = [];
      for (const row of page.rows)
        rows.push({ ...row, isCounted: takes === null || (await takes(String(row.id))) });
      return { ...page, rows };
    },
  });
  return { ...counted, belongs: ({ isCounted }) => isCounted === true };
}

/** One of them. @throws LifecycleError `NotFound`. */
export async function subjectResult(call: Call): Promise<SubjectProcessingResult> {
  const { engine, keys, given } = call;
  const result = await engine.subjectProcessingResults.get(runIdOfParents(call), keys.user);
  const takes = given.report === undefined ? null : await takesTask(call);
  if (takes === null || (await takes(result.id))) return result;
  const message = `Expected task report ${keys.report} to count \`${keys.user}\`, got a user without the task`;
  throw new LifecycleError('NotFound', message, { id: keys.user });
}

/** summary of the subject results of a run, a workflow or a task report. */
export async function subjectSummary(
  call: Call,
  startDateTime: string,
  endDateTime: string,
): Promise<SubjectSummary> {
  const { engine, keys, given, turn } = call;
  const isOfWorkflow = given.run === undefined && given.report === undefined;
  const runId = isOfWorkflow ? null : runIdOfParents(call);
  const takes = given.report === undefined ? null : await takesTask(call);
  const window = { startDateTime, endDateTime };
  return renamed(await userSummary(engine, keys.workflow, window, runId, turn, takes));
}

function renamed(sums: UserSummary): SubjectSummary {
  return {
    failedSubjects: sums.failedUsers,
    failedTasks: sums.failedTasks,
    successfulSubjects: sums.successfulUsers,
    totalSubjects: sums.totalUsers,
    totalTasks: sums.totalTasks,
  };
}

/** What a filter says of `subject` has another shape in user results, so it is looked at here. */
function asSubjects(engine: Engine, workflowId: string, users: Source): Source {
  return {
    ...users,
    acceptsFilter: (filter) => !mentions(filter, 'subject') && (users.acceptsFilter?.(filter) ?? false),
    async page(request) {
      const { rows, next } = await users.page(request);
      const results = rows as unknown as readonly UserProcessingResult[];
      const subjects = await engine.subjectProcessingResults.of(workflowId, results);
      return { rows: subjects as unknown as readonly Row[], next };
    },
  };
}

/**
 * Whether a user, by the id of its result, has the task of a report: reprocessing may give it to some users only.
 * `null`: all users have it. Yields to the host between many calls.
 */
async function takesTask(call: Call): Promise<((userResultId: string) => Promise<boolean>) | null> {
  const { engine, keys, turn } = call;
  const runId = runIdOfParents(call);
  const report = await taskReport(call);
  const run = await engine.runs.get(runId);
  if (report.totalUsersCount === run.totalUsersCount) return null;
  const position = addressOf(keys.report)?.position;
  let asked = 0;
  return async (id) => {
    asked += 1;
    if (asked % USERS_PER_TURN === 0) await turn();
    const results = await engine.taskProcessingResults.listOfUser(runId, id);
    // A user for which only counts were reported has no known tasks: it counts as having all of them.
    return results.length === 0 || results.some((one) => addressOf(one.id)?.position === position);
  };
}
