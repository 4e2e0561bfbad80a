/**
 * The workflows: create, change, version, delete, restore. Every change reads and writes in one
 * transaction, so concurrent changes are not lost.
 *
 * | change | effect |
 * |---|---|
 * | `update` | name, description, enabled, scheduling, settings, administration scopes: in place, the version stays |
 * | `updateTask` | name and description of a task of the newest version: in place |
 * | `ensure` | whichever of these is needed, or nothing |
 * | `createNewVersion` | tasks and execution conditions: version + 1; runs keep their pinned version |
 * | disabling, deleting | scheduling is turned off too; unfinished runs end `canceled` |
 * | scheduling off | unfinished scheduled runs end `canceled` |
 *
 * Runs are canceled after the commit that forbids new ones. When that fails, the change stands and the
 * same `update` can be repeated: it cancels once more. `delete` cancels first, so it can be repeated too.
 *
 * Source: domain §2.3, §3.11, §6.3 (r9), §6.7.
 */
import { isDeepStrictEqual } from 'node:util';
import { fillTemplate, requireTemplate, type TemplateOverrides } from '../../catalogue/fill-template.ts';
import { invalid } from '../../input/refuse.ts';
import type { WorkflowRecord } from '../../model/records.ts';
import type { WorkflowFailureGroup } from '../../model/resources/resources.ts';
import { NOT_QUARANTINED } from '../../model/workflow/quarantine.ts';
import type { Task, UserReference, Workflow } from '../../model/workflow/workflow.ts';
import { failuresOfWorkflow, type WorkflowFailuresOptions } from '../failures.ts';
import { type Author, readAuthor } from '../input/author.ts';
import { readRule } from '../input/conditions.ts';
import {
  checkScheduling,
  expectTaskUnchanged,
  expectUnchanged,
  type NewVersionInput,
  readNewVersion,
  readTaskPatch,
  readWorkflowInput,
  readWorkflowPatch,
  type TaskInput,
  type TaskPatch,
  type WorkflowInput,
  type WorkflowPatch,
} from '../input/workflow.ts';
import { forgetWorkflow } from '../notes.ts';
import { type EnsuredWorkflow, ensureWorkflow } from './ensure-workflow.ts';
import {
  type Alter,
  change,
  freeze,
  insertWorkflow,
  nextVersion,
  resourceOf,
  type WorkflowsDeps,
  withoutPause,
} from './workflow-changes.ts';
import { checkName, checkRoom, keyOf, notFound, requireDeleted, requireLive } from './workflow-lookup.ts';

/**
 * The workflows. Letter case of ids does not matter. Every method but the lists throws `NotFound` for an
 * unknown id; deleted workflows are found by `listDeleted`, `restore` and `purge` only. A change stores
 * its author as `lastModifiedBy`, `null` when none is given.
 */
export interface Workflows {
  /**
   * Creates a workflow, as version 1.
   *
   * @throws LifecycleError `InvalidArgument`, `InvalidFilter`; `Duplicate` for a name that is taken;
   * `LimitExceeded` for `workflowsMax` and `tasksPerWorkflowMax`.
   */
  create(input: WorkflowInput, author?: Author): Promise<Workflow>;
  /** As `create`, from a template by GUID or name. @throws LifecycleError also `NotFound`. */
  createFromTemplate(idOrName: string, overrides?: TemplateOverrides, author?: Author): Promise<Workflow>;
  /**
   * Makes sure that a workflow of this `displayName` (in any letter case) is as `input` says, for programs that
   * declare their workflows at each start. Creates it; leaves it alone; changes names, descriptions,
   * settings, scopes and switches in place; or makes a new version for other tasks or execution conditions, while
   * runs keep the version that they were made with. What `input` leaves out stays as it is. One that was disabled
   * stays disabled, and is not scheduled, unless `input` says `isEnabled: true`; one that was deleted is not
   * restored, but created anew. Calls at the same time make one workflow.
   *
   * @throws LifecycleError as `create`, without `Duplicate`; `InvalidArgument` also when the workflow of that name
   *   has another category.
   */
  ensure(input: WorkflowInput, author?: Author): Promise<EnsuredWorkflow>;
  /** As `ensure`, from a template by GUID or name. @throws LifecycleError also `NotFound`. */
  ensureFromTemplate(
    idOrName: string,
    overrides?: TemplateOverrides,
    author?: Author,
  ): Promise<EnsuredWorkflow>;
  /** The newest version. */
  get(id: string): Promise<Workflow>;
  /** Workflows that are not deleted, in order of creation. */
  list(): Promise<readonly Workflow[]>;
  /**
   * Changes the properties of a {@link WorkflowPatch}; a workflow from `get` can be passed whole. Disabling turns scheduling off too
   * (enabling does not turn it back on). Scheduling starts with the next slot after it is turned on.
   *
   * @throws LifecycleError `InvalidArgument`, `Duplicate`.
   */
  update(id: string, patch: WorkflowPatch, author?: Author): Promise<Workflow>;
  /**
   * Creates a new version with other tasks, execution conditions and other given properties; its tasks get
   * new ids. Runs keep the version that they were created with.
   *
   * @throws LifecycleError as `create`; `InvalidArgument` also for another category or id.
   */
  createNewVersion(id: string, input: NewVersionInput, author?: Author): Promise<Workflow>;
  /**
   * Puts a task after the others, in a new version: as {@link createNewVersion} with all of them.
   *
   * @throws LifecycleError as `createNewVersion`.
   */
  addTask(id: string, input: TaskInput, author?: Author): Promise<Task>;
  /**
   * Takes a task of the newest version out, in a new version. @throws LifecycleError `NotFound`;
   * `InvalidArgument` for the only one.
   */
  removeTask(id: string, taskId: string, author?: Author): Promise<Workflow>;
  /**
   * Changes name or description of a task of the newest version; it can be passed whole. @throws LifecycleError `InvalidArgument`;
   * `NotFound` also for a task of another version.
   */
  updateTask(id: string, taskId: string, patch: TaskPatch, author?: Author): Promise<Task>;
  /**
   * Ends the quarantine of a workflow, which runs from its next slot on; quarantined runs stay so.
   * Without a quarantine nothing changes.
   */
  clearQuarantine(id: string, author?: Author): Promise<Workflow>;
  /**
   * Pauses the runs of a workflow: running handlers end, and no further task starts until {@link resumeRuns}, also after a
   * restart and in other processes (within about a second). Lanes are free for other workflows. New runs are made, and wait.
   * Previews go on, and so do runs that the engine does not drive. Runs can be canceled meanwhile. Paused runs stay so.
   */
  pauseRuns(id: string, author?: Author): Promise<Workflow>;
  /** Lets paused runs go on where they stopped. Without a pause nothing changes. */
  resumeRuns(id: string, author?: Author): Promise<Workflow>;
  /** Cancels its runs, then hides it until it is restored. Versions, runs and results stay. */
  delete(id: string, author?: Author): Promise<void>;
  /** Restores a deleted workflow, with scheduling off. @throws LifecycleError `Duplicate`, `LimitExceeded`. */
  restore(id: string, author?: Author): Promise<Workflow>;
  /** All versions, newest first. */
  listVersions(id: string): Promise<readonly Workflow[]>;
  /** @throws LifecycleError `NotFound` for a version that does not exist, `InvalidArgument` for a value that is not a number. */
  getVersion(id: string, version: number): Promise<Workflow>;
  /** Workflows that are deleted and not purged, in order of creation. */
  listDeleted(): Promise<readonly Workflow[]>;
  /**
   * What failed in the runs of a workflow but previews, in groups of one cause, largest first. Looks at the 200 runs that
   * failed last.
   *
   * @throws LifecycleError `InvalidArgument`.
   */
  failures(id: string, options?: WorkflowFailuresOptions): Promise<readonly WorkflowFailureGroup[]>;
  /** Permanently removes a deleted workflow, with its versions, runs and results. */
  purge(id: string, author?: Author): Promise<void>;
}

/** The workflows over a store. */
export function createWorkflows(deps: WorkflowsDeps): Workflows {
  const { store } = deps;
  const show = (workflow: Workflow): Workflow => resourceOf(deps, workflow);
  const listWhere = async (isDeleted: boolean): Promise<readonly Workflow[]> =>
    (await store.listWorkflows())
      .map(({ workflow }) => workflow)
      .filter(({ deletedDateTime }) => (deletedDateTime !== null) === isDeleted)
      .map(show);
  return {
    create: async (input, author) => create(deps, input, readAuthor(author)),
    createFromTemplate: async (idOrName, overrides, author) =>
      create(deps, filledTemplate(idOrName, overrides), readAuthor(author)),
    ensure: async (input, author) => ensureWorkflow(deps, input, readAuthor(author)),
    ensureFromTemplate: async (idOrName, overrides, author) =>
      ensureWorkflow(deps, filledTemplate(idOrName, overrides), readAuthor(author)),
    get: async (id) => show((await requireLive(store, keyOf(id))).workflow),
    list: () => listWhere(false),
    listDeleted: () => listWhere(true),
    update: async (id, patch, author) => update(deps, id, patch, readAuthor(author)),
    createNewVersion: async (id, input, author) =>
      createNewVersion(deps, id, () => input, readAuthor(author)),
    addTask: async (id, input, author) => addTask(deps, id, input, readAuthor(author)),
    removeTask: async (id, taskId, author) => removeTask(deps, id, taskId, readAuthor(author)),
    updateTask: async (id, taskId, patch, author) => updateTask(deps, id, taskId, patch, readAuthor(author)),
    clearQuarantine: async (id, author) =>
      show((await change(deps, keyOf(id), readAuthor(author), requireLive, clearQuarantine)).after),
    pauseRuns: async (id, author) => alterRuns(deps, id, readAuthor(author), pauseRuns),
    resumeRuns: async (id, author) => alterRuns(deps, id, readAuthor(author), resumeRuns),
    delete: async (id, author) => deleteWorkflow(deps, id, readAuthor(author)),
    restore: async (id, author) => restore(deps, id, readAuthor(author)),
    purge: async (id, author) => purge(deps, id, readAuthor(author)),
    failures: (id, options) => failuresOfWorkflow(deps, id, options),
    listVersions: async (id) => {
      const { workflow } = await requireLive(store, keyOf(id));
      const versions = await store.listWorkflowVersions(workflow.id);
      return versions.map((one) => (one.version === workflow.version ? show(one) : one));
    },
    getVersion: async (id, version) => {
      if (!Number.isSafeInteger(version) || version < 1)
        throw invalid({ path: 'version', value: version }, 'a whole number ≥ 1');
      const { workflow } = await requireLive(store, keyOf(id));
      if (version === workflow.version) return show(workflow);
      const found = await store.getWorkflowVersion(workflow.id, version);
      if (!found) throw notFound(`version ${version} of workflow`, workflow.id, { version });
      return found;
    },
  };
}

function filledTemplate(idOrName: string, overrides: TemplateOverrides = {}): object {
  return fillTemplate(requireTemplate(idOrName), overrides, readRule);
}

async function create(deps: WorkflowsDeps, input: unknown, by: UserReference | null): Promise<Workflow> {
  const draft = readWorkflowInput(input, deps.limits);
  const workflow = await deps.store.transaction(async (tx) => {
    await checkName(tx, draft.displayName, null);
    return insertWorkflow(deps, tx, draft, by);
  });
  deps.changed(workflow.id, by, null, workflow);
  return resourceOf(deps, workflow);
}

async function update(
  deps: WorkflowsDeps,
  id: string,
  input: unknown,
  by: UserReference | null,
): Promise<Workflow> {
  const patch = readWorkflowPatch(input);
  const { before, after } = await change(deps, keyOf(id), by, requireLive, async ({ workflow }, tx) => {
    const { displayName } = patch;
    if (displayName !== undefined) await checkName(tx, displayName, workflow.id);
    expectUnchanged(input, workflow, deps.limits);
    const scheduling = patch.isEnabled === false ? { isSchedulingEnabled: false } : {};
    const changed = { ...workflow, ...scheduling, ...patch };
    checkScheduling(changed);
    return isDeepStrictEqual(changed, workflow) ? workflow : changed;
  });
  // A workflow that is passed back whole states its current values; they are not changes.
  const isHandedBack = Object.hasOwn(Object(input), 'id');
  await freeze(deps, before, after, isHandedBack ? {} : patch);
  return resourceOf(deps, after);
}

/** @param inputOf what the version that follows one is made of. */
async function createNewVersion(
  deps: WorkflowsDeps,
  id: string,
  inputOf: (workflow: Workflow) => unknown,
  by: UserReference | null,
): Promise<Workflow> {
  const { before, after } = await change(deps, keyOf(id), by, requireLive, async (record, tx, mark) => {
    const { workflow } = record;
    const draft = readNewVersion(inputOf(workflow), workflow, deps.limits);
    await checkName(tx, draft.displayName, workflow.id);
    return nextVersion(deps, tx, record, draft, mark);
  });
  await freeze(deps, before, after, {});
  return resourceOf(deps, after);
}

async function addTask(
  deps: WorkflowsDeps,
  id: string,
  input: unknown,
  by: UserReference | null,
): Promise<Task> {
  const withTask = (workflow: Workflow) => ({ ...workflow, tasks: [...workflow.tasks, input] });
  const { tasks } = await createNewVersion(deps, id, withTask, by);
  return tasks.at(-1) as Task;
}

async function removeTask(
  deps: WorkflowsDeps,
  id: string,
  taskId: string,
  by: UserReference | null,
): Promise<Workflow> {
  const withoutTask = (workflow: Workflow) => {
    const task = requireTask(workflow, taskId);
    return { ...workflow, tasks: workflow.tasks.filter((one) => one !== task) };
  };
  return createNewVersion(deps, id, withoutTask, by);
}

function requireTask({ tasks, version }: Workflow, taskId: string): Task {
  const task = tasks.find(({ id }) => id === String(taskId).toLowerCase());
  if (task) return task;
  throw notFound(`version ${version} to have a task`, taskId, { taskId });
}

async function updateTask(
  deps: WorkflowsDeps,
  id: string,
  taskId: string,
  input: unknown,
  by: UserReference | null,
): Promise<Task> {
  const patch = readTaskPatch(input);
  const { after } = await change(deps, keyOf(id), by, requireLive, async ({ workflow }) => {
    const task = requireTask(workflow, taskId);
    expectTaskUnchanged(input, task);
    const changed = Object.freeze({ ...task, ...patch });
    const isSame = changed.displayName === task.displayName && changed.description === task.description;
    if (isSame) return workflow;
    return { ...workflow, tasks: Object.freeze(workflow.tasks.map((one) => (one === task ? changed : one))) };
  });
  return requireTask(after, taskId);
}

async function clearQuarantine({ workflow }: WorkflowRecord): Promise<Workflow> {
  const isIn = workflow.quarantineDetails.quarantineType !== 'notQuarantined';
  return isIn ? { ...workflow, quarantineDetails: NOT_QUARANTINED } : workflow;
}

async function alterRuns(
  deps: WorkflowsDeps,
  id: string,
  by: UserReference | null,
  alter: Alter,
): Promise<Workflow> {
  return resourceOf(deps, (await change(deps, keyOf(id), by, requireLive, alter)).after);
}

const pauseRuns: Alter = async ({ workflow }, _tx, { lastModifiedDateTime }) =>
  isPaused(workflow) ? workflow : { ...workflow, runsPausedDateTime: lastModifiedDateTime };

const resumeRuns: Alter = async ({ workflow }) => (isPaused(workflow) ? withoutPause(workflow) : workflow);

function isPaused({ runsPausedDateTime }: Workflow): boolean {
  return runsPausedDateTime !== undefined;
}

async function deleteWorkflow(deps: WorkflowsDeps, id: string, by: UserReference | null): Promise<void> {
  const key = keyOf(id);
  await requireLive(deps.store, key);
  await deps.freezeRuns(key, 'all');
  await change(deps, key, by, requireLive, async ({ workflow }, _tx, { lastModifiedDateTime }) => ({
    ...workflow,
    isSchedulingEnabled: false,
    deletedDateTime: lastModifiedDateTime,
  }));
  // Once more, for runs that started while the first ones were ending.
  await deps.freezeRuns(key, 'all');
}

async function restore(deps: WorkflowsDeps, id: string, by: UserReference | null): Promise<Workflow> {
  const { after } = await change(deps, keyOf(id), by, requireDeleted, async ({ workflow }, tx) => {
    await checkRoom(tx, deps.limits);
    await checkName(tx, workflow.displayName, workflow.id);
    return { ...workflow, isSchedulingEnabled: false, deletedDateTime: null };
  });
  return resourceOf(deps, after);
}

async function purge(deps: WorkflowsDeps, id: string, by: UserReference | null): Promise<void> {
  const key = keyOf(id);
  const { workflow } = await requireDeleted(deps.store, key);
  await deps.freezeRuns(key, 'all');
  await deps.store.transaction(async (tx) => {
    await requireDeleted(tx, key);
    await tx.deleteWorkflow(key);
    await forgetWorkflow(tx, key);
    await deps.kept(tx, by, workflow, null);
  });
  deps.changed(key, by, workflow, null);
}
