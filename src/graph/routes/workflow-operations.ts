/** What the routes of workflows, extensions, settings and the catalogue do that takes more than one call. */
import { findTaskDefinition, TASK_DEFINITIONS } from '../../catalogue/task-definitions.ts';
import { WORKFLOW_TEMPLATES } from '../../catalogue/workflow-templates.ts';
import type { ExtensionInput } from '../../ledger/input/extension.ts';
import type { SettingsPatch } from '../../ledger/input/settings.ts';
import type {
  NewVersionInput,
  TaskInput,
  TaskPatch,
  WorkflowInput,
  WorkflowPatch,
} from '../../ledger/input/workflow.ts';
import type { ExplainedValue } from '../../model/explanation.ts';
import type { CustomTaskExtension } from '../../model/workflow/extension.ts';
import type { LifecycleManagementSettings } from '../../model/workflow/quarantine.ts';
import type { Task, Workflow, WorkflowTemplate } from '../../model/workflow/workflow.ts';
import { badRequest, GraphError } from '../graph-error.ts';
import type { Source } from '../lists/list.ts';
import { arrayOf } from '../lists/sources.ts';
import { objectBody } from '../protocol/body.ts';
import type { Row } from '../protocol/represent.ts';
import { CUSTOM_TASK_EXTENSION, SETTINGS, TASK, WORKFLOW } from '../schema/entity-types.ts';
import { taskResult, taskResultsOfTask } from './operations.ts';
import { type Call, found, soleField } from './route.ts';
import { sentBack } from './sent-back.ts';

/** POST customTaskExtensions. */
export function createExtension({ engine, body, author }: Call): Promise<CustomTaskExtension> {
  return engine.customTaskExtensions.create(objectBody(body, true) as unknown as ExtensionInput, author);
}

/** PATCH a custom task extension. */
export async function updateExtension({ engine, keys, body, author }: Call): Promise<CustomTaskExtension> {
  const extension = await engine.customTaskExtensions.get(keys.extension);
  const patch = sentBack(CUSTOM_TASK_EXTENSION, objectBody(body, true), extension);
  return engine.customTaskExtensions.update(keys.extension, patch as Partial<ExtensionInput>, author);
}

/** PATCH settings. */
export async function updateSettings({ engine, body, author }: Call): Promise<LifecycleManagementSettings> {
  const settings = await engine.settings.get();
  return engine.settings.update(
    sentBack(SETTINGS, objectBody(body, true), settings) as SettingsPatch,
    author,
  );
}

/** The body of a workflow. The engine's short form of conditions is none of Graph's. @throws GraphError 400. */
function workflowBody(body: unknown): Readonly<Record<string, unknown>> {
  const fields = objectBody(body, true);
  if (typeof fields.executionConditions !== 'string') return fields;
  throw badRequest('Expected executionConditions to be an object with an @odata.type, got a string.');
}

/** POST workflows. */
export function createWorkflow({ engine, body, author }: Call): Promise<Workflow> {
  return engine.workflows.create(workflowBody(body) as unknown as WorkflowInput, author);
}

/** PATCH a workflow. */
export async function updateWorkflow({ engine, keys, body, author }: Call): Promise<Workflow> {
  const workflow = await engine.workflows.get(keys.workflow);
  const patch = sentBack(WORKFLOW, workflowBody(body), workflow);
  return engine.workflows.update(keys.workflow, patch as WorkflowPatch, author);
}

/** createNewVersion: `{ workflow: … }` as the metadata has it, or the workflow itself as the examples do. */
export async function createNewVersion({ engine, keys, body, author }: Call): Promise<Workflow> {
  const isWrapped = Object.hasOwn(objectBody(body), 'workflow');
  const given = workflowBody(isWrapped ? soleField(body, 'workflow', true) : body);
  const input = sentBack(WORKFLOW, given, await engine.workflows.get(keys.workflow));
  return engine.workflows.createNewVersion(keys.workflow, input as unknown as NewVersionInput, author);
}

/** What workflows, deleted workflows and versions contain. */
export type Parts = Pick<Workflow, 'tasks' | 'administrationScopeTargets'>;

/** A workflow. */
export function workflow({ engine, keys }: Call): Promise<Workflow> {
  return engine.workflows.get(keys.workflow);
}

/** restore. */
export function restore({ engine, keys, author }: Call): Promise<Workflow> {
  return engine.workflows.restore(keys.workflow, author);
}

/** The users of the last preview. */
export async function previewScope({ engine, keys }: Call): Promise<readonly { readonly id: string }[]> {
  const subjects = await engine.workflows.previewedSubjects(keys.workflow);
  return subjects.map(({ id }) => ({ '@odata.type': '#microsoft.graph.user', id }));
}

/** explain: the values of clauses and steps are texts, as in any `keyValuePair`. */
export async function explain({ engine, keys, args }: Call): Promise<object> {
  const [subjectId, at] = [args.get('subjectid'), args.get('at')];
  if (subjectId === undefined || args.size > (at === undefined ? 1 : 2))
    throw badRequest("Expected the parameter subjectId='…', and at most at=… beside it.");
  const explained = await engine.workflows.explain(keys.workflow, subjectId, at === undefined ? {} : { at });
  const withTexts = <Has extends { readonly values: readonly ExplainedValue[] }>(one: Has) => ({
    ...one,
    values: one.values.map(({ name, value }) => ({ name, value: value === null ? null : String(value) })),
  });
  const steps = explained.steps.map((step) => ({
    ...withTexts(step),
    clauses: step.clauses.map(withTexts),
  }));
  return { ...explained, steps };
}

/** failures: of 30 days, or since a moment. */
export async function failures({ engine, keys, args }: Call): Promise<readonly object[]> {
  const since = args.get('since');
  if (args.size > (since === undefined ? 0 : 1)) throw badRequest('Expected at most the parameter since=….');
  const groups = await engine.workflows.failures(keys.workflow, since === undefined ? {} : { since });
  return groups.map(({ lastRun, ...group }) => ({ ...group, lastRunId: lastRun.id }));
}

/** The versions of a workflow, newest first. */
export function versions({ engine, keys }: Call): Source {
  return arrayOf(
    async () => (await engine.workflows.listVersions(keys.workflow)).map(versionRow) as never,
    'versionNumber',
  );
}

/** A version. */
export async function version({ engine, keys }: Call): Promise<ReturnType<typeof versionRow>> {
  return versionRow(await engine.workflows.getVersion(keys.workflow, versionNumber(keys.version)));
}

/** The task of the path. @throws LifecycleError `NotFound`. */
export function taskOf<Has extends { readonly id: string }>(tasks: readonly Has[], { keys }: Call): Has {
  return found(
    tasks.find(({ id }) => id === keys.task.toLowerCase()),
    'a task',
    keys.task,
  );
}

/** The directory object of the path. @throws LifecycleError `NotFound`. */
export function targetOf<Has extends { readonly id: string }>(targets: readonly Has[], { keys }: Call): Has {
  return found(
    targets.find(({ id }) => id.toLowerCase() === keys.target.toLowerCase()),
    'a directory object',
    keys.target,
  );
}

/** The results of a task of the version of the path, in all runs. */
export function taskResultsOfVersion(call: Call): Source {
  const source = taskResultsOfTask(call);
  return {
    ...source,
    async page(request) {
      taskOf((await version(call)).tasks, call);
      return source.page(request);
    },
  };
}

/** One of them. */
export async function taskResultOfVersion(call: Call): Promise<Row> {
  taskOf((await version(call)).tasks, call);
  return taskResult(call);
}

/** POST a task: it comes after the others, in a new version. */
export function addTask({ engine, keys, body, author }: Call): Promise<Task> {
  return engine.workflows.addTask(keys.workflow, objectBody(body) as unknown as TaskInput, author);
}

/** PATCH a task. */
export async function updateTask(call: Call): Promise<Task> {
  const { engine, keys, body, author } = call;
  const task = taskOf((await workflow(call)).tasks, call);
  const patch = sentBack(TASK, objectBody(body), task);
  return engine.workflows.updateTask(keys.workflow, keys.task, patch as TaskPatch, author);
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

/** @throws GraphError 404 that asks to restore the workflow; LifecycleError `NotFound` when none is deleted by that id. */
export async function outOfView(call: Call): Promise<never> {
  const { displayName } = await deletedWorkflow(call);
  throw new GraphError(
    404,
    'Request_ResourceNotFound',
    `The workflow \`${displayName}\` is deleted. Restore it to reach its runs, results, versions and actions.`,
  );
}

/** A task definition, by its GUID. */
export async function taskDefinition({ keys }: Call): Promise<object> {
  const definition = TASK_DEFINITIONS.find(({ id }) => id === keys.definition.toLowerCase());
  return found(definition, 'a task definition', keys.definition);
}

/** A template, by its GUID. */
export async function workflowTemplate({ keys }: Call): Promise<ReturnType<typeof templateRow>> {
  const template = WORKFLOW_TEMPLATES.find(({ id }) => id === keys.template.toLowerCase());
  return templateRow(found(template, 'a template', keys.template));
}

/** A task of a template. */
export type TemplateTaskRow = WorkflowTemplate['tasks'][number] &
  Pick<Task, 'id' | 'category' | 'executionSequence'>;

/** A template with its tasks as Graph shows them: numbered, and with the category of their definition. */
export function templateRow(
  template: WorkflowTemplate,
): Omit<WorkflowTemplate, 'tasks'> & { readonly tasks: readonly TemplateTaskRow[] } {
  const tasks = template.tasks.map((one, index) => ({
    ...one,
    id: findTaskDefinition(one.taskDefinitionId)?.id ?? one.taskDefinitionId,
    category: findTaskDefinition(one.taskDefinitionId)?.category ?? [template.category],
    executionSequence: index + 1,
  }));
  return { ...template, tasks };
}

/** The tasks of a template. */
export async function tasksOfTemplate(call: Call): Promise<readonly TemplateTaskRow[]> {
  return (await workflowTemplate(call)).tasks;
}

/** One of them. */
export async function taskOfTemplate(call: Call): Promise<TemplateTaskRow> {
  return taskOf(await tasksOfTemplate(call), call);
}

/** Its results: none. */
export function taskResultsOfTemplate(call: Call): Source {
  return arrayOf(async () => {
    await taskOfTemplate(call);
    return [];
  });
}

/** One of them. @throws LifecycleError `NotFound`. */
export async function taskResultOfTemplate(call: Call): Promise<never> {
  await taskOfTemplate(call);
  return found<never>(undefined, 'a task result', call.keys.taskResult);
}

function versionRow(workflow: Workflow): Workflow & { readonly versionNumber: number } {
  return { ...workflow, versionNumber: workflow.version };
}

function versionNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw badRequest('Expected the key of a version to be its number.');
}
