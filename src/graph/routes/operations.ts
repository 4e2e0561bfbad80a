/** What the routes of runs and results do that takes more than one call of the engine. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { UserResultInput } from '../../ledger/input/user.ts';
import type { RunInput, RunPatch } from '../../ledger/methods/runs.ts';
import { addressOf } from '../../model/ids.ts';
import type { Run, UserProcessingResult, UserSummary } from '../../model/resources/resources.ts';
import type { CallbackInput } from '../../model/workflow/extension.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import { badRequest } from '../graph-error.ts';
import type { Source } from '../lists/list.ts';
import {
  arrayOf,
  reportRows,
  runIdOf,
  taskFiller,
  taskResultsOf,
  taskResultsOfWorkflow,
} from '../lists/sources.ts';
import { objectBody, withMembers } from '../protocol/body.ts';
import type { Row } from '../protocol/represent.ts';
import { RUN, USER_RESULT } from '../schema/entity-types.ts';
import { type Call, found, soleField } from './route.ts';
import { concealed } from './run-of-path.ts';
import { sentBack } from './sent-back.ts';
import { type TaskReportSummary, taskReportSummary, userSummary } from './summaries.ts';

/** POST runs. */
export function createRun({ engine, keys, body, author }: Call): Promise<Run> {
  return engine.runs.create(keys.workflow, withMembers(RUN, objectBody(body)) as unknown as RunInput, author);
}

/** reprocess: `{ failureGroup }`, the users of a group of `failures()`, or `{ failureGroups: [ … ] }`, those of several. */
export async function reprocess({ engine, keys, body, author }: Call): Promise<string> {
  const name = Object.hasOwn(objectBody(body), 'failureGroups') ? 'failureGroups' : 'failureGroup';
  const failureGroup = soleField(body, name) as string | readonly string[];
  return (await engine.runs.reprocess(keys.run, { failureGroup }, author)).id;
}

/** PATCH a run. */
export async function updateRun({ engine, keys, body }: Call): Promise<Run> {
  const run = await engine.runs.get(keys.run);
  const patch = sentBack(RUN, withMembers(RUN, objectBody(body, true)), run);
  return engine.runs.update(keys.run, patch as RunPatch);
}

/** subjectHistory: a page of what was done for a person, and the next one with `after`. */
export async function subjectHistory({ engine, args }: Call): Promise<object> {
  const [subjectId, after] = [args.get('subjectid'), args.get('after')];
  if (subjectId === undefined || args.size > (after === undefined ? 1 : 2))
    throw badRequest("Expected the parameter subjectId='…', and at most after='…' beside it.");
  const options = after === undefined ? {} : { after };
  const { value, nextToken } = await engine.userProcessingResults.listOfSubject(subjectId, options);
  const entries = value.map(({ run, result: { id, subject: _, ...result }, tasks }) => ({
    ...result,
    workflowId: run.workflow.id,
    workflowDisplayName: run.workflow.displayName,
    runId: run.id,
    resultId: id,
    tasks: tasks.map(({ task, ...rest }) => ({ ...task, ...rest })),
  }));
  return { subjectId, entries, nextToken };
}

/** POST userProcessingResults. */
export function createUserResult({ engine, keys, body }: Call): Promise<UserProcessingResult> {
  const input = withMembers(USER_RESULT, objectBody(body)) as unknown as UserResultInput;
  return engine.userProcessingResults.create(keys.run, input);
}

/** The runs that did a run's work, or a user's tasks, again. */
export function reprocessedRuns(call: Call): Source {
  return arrayOf(() => runsAgain(call) as never);
}

/** One of them. */
export async function reprocessedRun(call: Call): Promise<Run> {
  const { reprocessed } = call.keys;
  const runs = await runsAgain(call);
  return found(
    runs.find(({ id }) => id === reprocessed.toLowerCase()),
    'a reprocessed run',
    reprocessed,
  );
}

/** Forgets that a run did again what stands at the path. */
export function removeReprocessedRun(call: Call): Promise<void> {
  const { engine, keys, given } = call;
  const { user, reprocessed } = keys;
  return given.user === undefined
    ? engine.runs.removeReprocessedRun(keys.run, reprocessed)
    : engine.userProcessingResults.removeReprocessedRun(runIdOfParents(call), user, reprocessed);
}

function runsAgain(call: Call): Promise<readonly Run[]> {
  const { engine, keys, given } = call;
  if (given.user === undefined) return engine.runs.reprocessedRuns(keys.run);
  return engine.userProcessingResults.reprocessedRuns(runIdOfParents(call), keys.user);
}

/** The run that a user result stands under, by what the path names before it. @throws LifecycleError `NotFound`. */
export function runIdOfParents({ keys, given }: Call): string {
  if (given.run !== undefined) return given.run;
  return given.report === undefined ? runIdOf('a user result', keys.user) : reportAddress(given.report).runId;
}

/** summary of a run's user results. */
export function userSummaryOfRun(
  { engine, keys, turn }: Call,
  startDateTime: string,
  endDateTime: string,
): Promise<UserSummary> {
  return userSummary(engine, keys.workflow, { startDateTime, endDateTime }, keys.run, turn);
}

/** summary of a workflow's user results. */
export function userSummaryOfWorkflow(
  { engine, keys, turn }: Call,
  startDateTime: string,
  endDateTime: string,
): Promise<UserSummary> {
  return userSummary(engine, keys.workflow, { startDateTime, endDateTime }, null, turn);
}

/** summary of a workflow's task reports. */
export function reportSummary(
  { engine, keys, turn }: Call,
  startDateTime: string,
  endDateTime: string,
): Promise<TaskReportSummary> {
  return taskReportSummary(engine, keys.workflow, { startDateTime, endDateTime }, turn);
}

/** A user result, by its id alone. */
export function userResult({ engine, keys }: Call): Promise<UserProcessingResult> {
  return engine.userProcessingResults.get(runIdOf('a user result', keys.user), keys.user);
}

/** The task results of a user result. */
export function taskResultsOfUser(call: Call): Source {
  const { engine, keys } = call;
  const runId = runIdOfParents(call);
  return arrayOf(async () =>
    taskFiller(engine, keys.workflow)(await engine.taskProcessingResults.listOfUser(runId, keys.user)),
  );
}

/** The task results of a task report. */
export function taskResultsOfReport({ engine, keys }: Call): Source {
  const { runId, position } = reportAddress(keys.report);
  return {
    ...taskResultsOf(engine, keys.workflow, runId),
    belongs: ({ id }) => addressOf(String(id))?.position === position,
  };
}

/** The results of one task of a version, in all runs. */
export function taskResultsOfTask({ engine, keys }: Call): Source {
  const id = keys.task.toLowerCase();
  return taskResultsOfWorkflow(engine, keys.workflow, ({ task }) => (task as Task).id === id);
}

/** A task result, under whatever it hangs. */
export async function taskResult({ engine, keys, given }: Call): Promise<Row> {
  const runId = given.run ?? runIdOf('a task result', keys.taskResult);
  const result = await engine.taskProcessingResults.get(runId, keys.taskResult);
  const own = addressOf(result.id);
  const isUnder = (parent: string | undefined, part: 'runId' | 'ordinal' | 'position'): boolean => {
    if (parent === undefined) return true;
    const address = addressOf(parent);
    return address?.runId === own?.runId && address?.[part] === own?.[part];
  };
  const isHere =
    isUnder(given.user, 'ordinal') &&
    // A user of a report has all its tasks, like any user.
    isUnder(given.report, given.user === undefined ? 'position' : 'runId') &&
    (given.task === undefined || given.task.toLowerCase() === result.task.id);
  const [row] = await taskFiller(engine, keys.workflow)(isHere ? [result] : []);
  return found(row, 'a task result', keys.taskResult);
}

/** A task report. */
export async function taskReport({ engine, keys }: Call): Promise<Row> {
  const { runId } = reportAddress(keys.report);
  const rows = await reportRows(engine, keys.workflow, runId);
  return found(
    rows.find(({ id }) => id === keys.report.toLowerCase()),
    'a task report',
    keys.report,
  );
}

/** resume: the answer that a task of a custom task extension waits for; `read` finds its result under the path. */
export async function resume(call: Call, read: (call: Call) => Promise<object>): Promise<void> {
  const { engine, body, proof } = call;
  const input = objectBody(body) as unknown as CallbackInput;
  const { id } = (await concealed(call, read(call))) as Row;
  await engine.taskProcessingResults.resume(String(id), input, proof);
}

function reportAddress(id: string): { readonly runId: string; readonly position: number } {
  const address = addressOf(id);
  if (address && address.ordinal === 0 && address.position > 0) return address;
  throw new LifecycleError('NotFound', `Expected a task report \`${id}\`, got none`, { id });
}
