/** What the routes of workflows, extensions, settings and the catalogue do that takes more than one call. */
import { findTaskDefinition, TASK_DEFINITIONS, WORKFLOW_TEMPLATES } from '../catalogue/index.ts';
import type { ExtensionInput } from '../ledger/extension-input.ts';
import type { SettingsPatch } from '../ledger/settings-input.ts';
import type { NewVersionInput, TaskPatch, WorkflowInput, WorkflowPatch } from '../ledger/workflow-input.ts';
import type { CustomTaskExtension } from '../model/extension.ts';
import type { LifecycleManagementSettings } from '../model/quarantine.ts';
import type { Task, Workflow, WorkflowTemplate } from '../model/workflow.ts';
import { objectBody } from './body.ts';
import { CUSTOM_TASK_EXTENSION, SETTINGS, TASK, WORKFLOW } from './entity-types.ts';
import { badRequest } from './graph-error.ts';
import type { Source } from './list.ts';
import type { Row } from './represent.ts';
import { type Call, found, soleField } from './route.ts';
import { sentBack } from './sent-back.ts';
import { arrayOf } from './sources.ts';

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

/** POST workflows. */
export function createWorkflow({ engine, body, author }: Call): Promise<Workflow> {
  return engine.workflows.create(objectBody(body, true) as unknown as WorkflowInput, author);
}

/** PATCH a workflow. */
export async function updateWorkflow({ engine, keys, body, author }: Call): Promise<Workflow> {
  const workflow = await engine.workflows.get(keys.workflow);
  const patch = sentBack(WORKFLOW, objectBody(body, true), workflow);
  return engine.workflows.update(keys.workflow, patch as WorkflowPatch, author);
}

/** createNewVersion: `{ workflow: … }` as the metadata has it, or the workflow itself as the examples do. */
export async function createNewVersion({ engine, keys, body, author }: Call): Promise<Workflow> {
  const isWrapped = Object.hasOwn(objectBody(body), 'workflow');
  const given = objectBody(isWrapped ? soleField(body, 'workflow', true) : body, true);
  const input = sentBack(WORKFLOW, given, await engine.workflows.get(keys.workflow));
  return engine.workflows.createNewVersion(keys.workflow, input as unknown as NewVersionInput, author);
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
export async function updateTask(call: Call): Promise<Task> {
  const { engine, keys, body, author } = call;
  const patch = sentBack(TASK, objectBody(body), await task(call));
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
