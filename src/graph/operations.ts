/** What the routes do that takes more than one call of the engine. */
import { findTaskDefinition, TASK_DEFINITIONS, WORKFLOW_TEMPLATES } from '../catalogue/index.ts';
import type { ActivationScopeInput } from '../engine/activation.ts';
import { LifecycleError } from '../errors/index.ts';
import { refused } from '../ledger/callbacks.ts';
import type { ExtensionInput } from '../ledger/extension-input.ts';
import type { ProvisioningObjectInput } from '../ledger/provisioning-objects.ts';
import type { RunInput, RunPatch } from '../ledger/runs.ts';
import type { UserResultInput } from '../ledger/user-input.ts';
import type { NewVersionInput, TaskPatch, WorkflowInput, WorkflowPatch } from '../ledger/workflow-input.ts';
import type { CallbackInput, CustomTaskExtension } from '../model/extension.ts';
import { addressOf } from '../model/ids.ts';
import type { Run, UserProcessingResult, UserSummary } from '../model/resources.ts';
import type { Task, Workflow, WorkflowTemplate } from '../model/workflow.ts';
import { objectBody, withMembers } from './body.ts';
import { RUN, USER_RESULT } from './entity-types.ts';
import { badRequest, GraphError } from './graph-error.ts';
import type { Source } from './list.ts';
import type { Row } from './represent.ts';
import { type Call, soleField } from './route.ts';
import { arrayOf, reportRows, runIdOf, taskFiller, taskResultsOf, taskResultsOfWorkflow } from './sources.ts';
import { type TaskReportSummary, taskReportSummary, userSummary } from './summaries.ts';

/** POST runs. */
export function createRun({ engine, keys, body }: Call): Promise<Run> {
  return engine.runs.create(keys.workflow, withMembers(RUN, objectBody(body)) as unknown as RunInput);
}

/** PATCH a run. */
export function updateRun({ engine, keys, body }: Call): Promise<Run> {
  return engine.runs.update(keys.workflow, keys.run, withMembers(RUN, objectBody(body)) as RunPatch);
}

/** POST userProcessingResults. */
export function createUserResult({ engine, keys, body }: Call): Promise<UserProcessingResult> {
  const input = withMembers(USER_RESULT, objectBody(body)) as unknown as UserResultInput;
  return engine.userProcessingResults.create(keys.workflow, keys.run, input);
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
  const { workflow, user, reprocessed } = keys;
  return given.user === undefined
    ? engine.runs.removeReprocessedRun(workflow, keys.run, reprocessed)
    : engine.userProcessingResults.removeReprocessedRun(workflow, runIdOfParents(call), user, reprocessed);
}

function runsAgain(call: Call): Promise<readonly Run[]> {
  const { engine, keys, given } = call;
  if (given.user === undefined) return engine.runs.reprocessedRuns(keys.workflow, keys.run);
  return engine.userProcessingResults.reprocessedRuns(keys.workflow, runIdOfParents(call), keys.user);
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
  return engine.userProcessingResults.get(keys.workflow, runIdOf('a user result', keys.user), keys.user);
}

/** The task results of a user result. */
export function taskResultsOfUser(call: Call): Source {
  const { engine, keys } = call;
  const runId = runIdOfParents(call);
  return arrayOf(async () =>
    taskFiller(
      engine,
      keys.workflow,
    )(await engine.taskProcessingResults.listOfUser(keys.workflow, runId, keys.user)),
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
  const result = await engine.taskProcessingResults.get(keys.workflow, runId, keys.taskResult);
  const own = addressOf(result.id);
  const isUnder = (parent: string | undefined, part: 'runId' | 'no' | 'position'): boolean => {
    if (parent === undefined) return true;
    const address = addressOf(parent);
    return address?.runId === own?.runId && address?.[part] === own?.[part];
  };
  const isHere =
    isUnder(given.user, 'no') &&
    // Under a user of a report stand all his tasks, as under any user.
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

/** resume: the answer that a task of a custom task extension waits for. */
export async function resume(call: Call): Promise<void> {
  const { engine, keys, body, proof } = call;
  const input = objectBody(body) as unknown as CallbackInput;
  const { id } = await taskResult(call).catch((error: unknown) => {
    // Whoever may not read results does not learn which there are.
    const isHidden = 'principal' in proof && LifecycleError.is(error) && error.code === 'NotFound';
    throw isHidden ? refused(keys.taskResult) : error;
  });
  await engine.taskProcessingResults.resume(keys.workflow, String(id), input, proof);
}

/** POST customTaskExtensions. */
export function createExtension({ engine, body, author }: Call): Promise<CustomTaskExtension> {
  return engine.customTaskExtensions.create(objectBody(body, true) as unknown as ExtensionInput, author);
}

/** PATCH a custom task extension. */
export function updateExtension({ engine, keys, body, author }: Call): Promise<CustomTaskExtension> {
  return engine.customTaskExtensions.update(
    keys.extension,
    objectBody(body, true) as Partial<ExtensionInput>,
    author,
  );
}

/** POST workflows. */
export function createWorkflow({ engine, body, author }: Call): Promise<Workflow> {
  return engine.workflows.create(objectBody(body, true) as unknown as WorkflowInput, author);
}

/** PATCH a workflow. */
export function updateWorkflow({ engine, keys, body, author }: Call): Promise<Workflow> {
  return engine.workflows.update(keys.workflow, objectBody(body, true) as WorkflowPatch, author);
}

/** createNewVersion: `{ workflow: … }` as the metadata has it, or the workflow itself as the examples do. */
export function createNewVersion({ engine, keys, body, author }: Call): Promise<Workflow> {
  const isWrapped = Object.hasOwn(objectBody(body), 'workflow');
  const input = isWrapped ? soleField(body, 'workflow', true) : objectBody(body, true);
  return engine.workflows.createNewVersion(keys.workflow, input as NewVersionInput, author);
}

/** activate: `{ subjects: [{ id }] }`. */
export async function activate({ engine, keys, body }: Call): Promise<string> {
  const subjects = soleField(body, 'subjects') as readonly { readonly id: string }[];
  return (await engine.runs.activate(keys.workflow, { subjects })).id;
}

/** activateAndWait: `{ subject }`, a provisioning object or somebody of the directory; what became of it. */
export async function activateAndWait({ engine, keys, body, inTime }: Call): Promise<Row> {
  const subject = objectBody(soleField(body, 'subject', true), true);
  const run = await engine.runs.activate(
    keys.workflow,
    Object.hasOwn(subject, 'directoryObject')
      ? { subjects: [subject.directoryObject as { readonly id: string }] }
      : { provisioningObject: subject as unknown as ProvisioningObjectInput },
  );
  if ((await inTime(engine.runs.finished(run.id))) === null) {
    throw new GraphError(504, 'gatewayTimeout', `The run ${run.id} has not ended yet; it goes on.`);
  }
  const { value } = await engine.subjectProcessingResults.list(keys.workflow, run.id, { top: 1 });
  const failed = await engine.taskProcessingResults.list(keys.workflow, run.id, {
    processingStatus: 'failed',
  });
  return {
    processingStatus: value[0]?.processingStatus,
    statusReasons: failed.value.map(({ failureReason }) => failureReason),
    subject: value[0]?.subject,
  };
}

/** activateWithScope: `{ scope: … }` as the metadata has it, or `{ subjects: [{ id }] }` as the page does. */
export async function activateWithScope({ engine, keys, body }: Call): Promise<string> {
  const isOfPage = Object.hasOwn(objectBody(body), 'subjects');
  const scope = (
    isOfPage ? { users: soleField(body, 'subjects') } : soleField(body, 'scope', true)
  ) as ActivationScopeInput;
  return (await engine.runs.activateWithScope(keys.workflow, scope)).id;
}

const CANCEL_SCOPE = '#microsoft.graph.identityGovernance.cancelRunsScope';

/** cancelProcessing: `{ scope: { '@odata.type': …, runs: [{ id }] } }`, exactly one. */
export async function cancelProcessing({ engine, keys, body }: Call): Promise<void> {
  const { '@odata.type': type, ...scope } = objectBody(soleField(body, 'scope', true), true);
  if (type !== CANCEL_SCOPE && type !== CANCEL_SCOPE.slice(1))
    throw badRequest(`Expected scope to have the @odata.type ${CANCEL_SCOPE}.`);
  const runs = soleField(scope, 'runs');
  const [run] = Array.isArray(runs) && runs.length === 1 ? (runs as readonly unknown[]) : [];
  const id = typeof run === 'object' && run !== null ? (run as Row).id : undefined;
  if (typeof id !== 'string') throw badRequest('Expected scope.runs to name exactly one run by its id.');
  try {
    await engine.runs.cancel(keys.workflow, id);
  } catch (error) {
    // A run that has ended cannot be canceled: Graph answers 400 (domain §6.7).
    if (LifecycleError.is(error) && error.code === 'AlreadyFinal') throw badRequest(error.message);
    throw error;
  }
}

/** previewWorkflow: `{ subjects: [{ id }] }`. */
export async function previewWorkflow({ engine, keys, body }: Call): Promise<string> {
  const subjects = soleField(body, 'subjects') as readonly { readonly id: string }[];
  return (await engine.workflows.previewWorkflow(keys.workflow, { subjects })).id;
}

/** Whom the last preview was for. */
export function previewScope({ engine, keys }: Call): Source {
  return arrayOf(async () =>
    (await engine.workflows.previewScope(keys.workflow)).map(({ id }) => ({
      '@odata.type': '#microsoft.graph.user',
      id,
    })),
  );
}

/** Who bounds the administration of a workflow. */
export function scopeTargets({ engine, keys }: Call): Source {
  return arrayOf(async () => (await engine.workflows.get(keys.workflow)).administrationScopeTargets as never);
}

/** The same, of a version. */
export function scopeTargetsOfVersion({ engine, keys }: Call): Source {
  const number = versionNumber(keys.version);
  return arrayOf(
    async () =>
      (await engine.workflows.getVersion(keys.workflow, number)).administrationScopeTargets as never,
  );
}

/** The versions of a workflow, newest first. */
export function versions({ engine, keys }: Call): Source {
  return arrayOf(
    async () => (await engine.workflows.listVersions(keys.workflow)).map(versionRow),
    'versionNumber',
  );
}

/** A version. */
export async function version({ engine, keys }: Call): Promise<Row> {
  return versionRow(await engine.workflows.getVersion(keys.workflow, versionNumber(keys.version)));
}

/** The tasks of a version. */
export function tasksOfVersion({ engine, keys }: Call): Source {
  const number = versionNumber(keys.version);
  return arrayOf(async () => (await engine.workflows.getVersion(keys.workflow, number)).tasks as never);
}

/** The tasks of the newest version. */
export function tasks({ engine, keys }: Call): Source {
  return arrayOf(async () => (await engine.workflows.get(keys.workflow)).tasks as never);
}

/** A task of the newest version. */
export async function task({ engine, keys }: Call): Promise<Task> {
  const { tasks } = await engine.workflows.get(keys.workflow);
  return found(
    tasks.find(({ id }) => id === keys.task.toLowerCase()),
    'a task',
    keys.task,
  );
}

/** PATCH a task. */
export function updateTask({ engine, keys, body, author }: Call): Promise<Task> {
  return engine.workflows.updateTask(keys.workflow, keys.task, objectBody(body) as TaskPatch, author);
}

/** A deleted workflow. */
export async function deletedWorkflow({ engine, keys }: Call): Promise<Workflow> {
  const deleted = await engine.workflows.listDeleted();
  return found(
    deleted.find(({ id }) => id === keys.workflow.toLowerCase()),
    'a deleted workflow',
    keys.workflow,
  );
}

/** A task definition, by its GUID. */
export async function taskDefinition({ keys }: Call): Promise<object> {
  const definition = TASK_DEFINITIONS.find(({ id }) => id === keys.definition.toLowerCase());
  return found(definition, 'a task definition', keys.definition);
}

/** A template, by its GUID. */
export async function workflowTemplate({ keys }: Call): Promise<Row> {
  const template = WORKFLOW_TEMPLATES.find(({ id }) => id === keys.template.toLowerCase());
  return templateRow(found(template, 'a template', keys.template));
}

/** A template with its tasks as Graph shows them: numbered, and with the category of their definition. */
export function templateRow(template: WorkflowTemplate): Row {
  const tasks = template.tasks.map((one, index) => ({
    ...one,
    id: findTaskDefinition(one.taskDefinitionId)?.id ?? one.taskDefinitionId,
    category: findTaskDefinition(one.taskDefinitionId)?.category ?? [template.category],
    executionSequence: index + 1,
  }));
  return { ...template, tasks };
}

function versionRow(workflow: Workflow): Row {
  return { ...workflow, versionNumber: workflow.version };
}

function versionNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badRequest('Expected the key of a version to be its number.');
}

function reportAddress(id: string): { readonly runId: string; readonly position: number } {
  const address = addressOf(id);
  if (address && address.no === 0 && address.position > 0) return address;
  throw new LifecycleError('NotFound', `Expected a task report \`${id}\`, got none`, { id });
}

function found<Thing>(thing: Thing | undefined, what: string, id: string): Thing {
  if (thing !== undefined) return thing;
  throw new LifecycleError('NotFound', `Expected ${what} \`${id}\`, got none`, { id });
}
