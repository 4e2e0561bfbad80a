/** The paths of workflows, deleted or not, of their versions and of their tasks. Source: domain §2.3, §2.4. */

import { NEEDED } from '../access/permissions.ts';
import { arrayOf, executionScopeOf } from '../lists/sources.ts';
import * as activations from './activations.ts';
import * as results from './operations.ts';
import { reprocessedUnder, taskResultsUnder } from './result-routes.ts';
import { type Call, create, list, one, operation, type Route, remove, update } from './route.ts';
import * as does from './workflow-operations.ts';

const { workflows, reports, change, activate } = NEEDED;
const WORKFLOWS = 'workflows';
const ONE = 'workflows/{workflow}';
const VERSION = `${ONE}/versions/{version}`;
const DELETED = 'deletedItems/workflows';
const ONE_DELETED = `${DELETED}/{workflow}`;

/** The tasks and administration scopes of a workflow or a version. */
function partsOf(parent: string, read: (call: Call) => Promise<does.Parts>): readonly Route[] {
  const tasks = async (call: Call) => (await read(call)).tasks;
  const targets = async (call: Call) => (await read(call)).administrationScopeTargets;
  return [
    list(`${parent}/tasks`, workflows, (call) => arrayOf(() => tasks(call) as never)),
    one(`${parent}/tasks/{task}`, workflows, async (call) => does.taskOf(await tasks(call), call)),
    list(`${parent}/administrationScopeTargets`, workflows, (call) => arrayOf(() => targets(call) as never)),
    one(`${parent}/administrationScopeTargets/{target}`, workflows, async (call) =>
      does.targetOf(await targets(call), call),
    ),
  ];
}

const LIVE: readonly Route[] = [
  list(WORKFLOWS, workflows, ({ engine }) => arrayOf(() => engine.workflows.list() as never)),
  create(WORKFLOWS, change, does.createWorkflow),
  one(ONE, workflows, does.workflow),
  update(ONE, change, 'changed', does.updateWorkflow),
  remove(ONE, change, ({ engine, keys, author }) => engine.workflows.delete(keys.workflow, author)),
  operation(`${ONE}/activate`, activate, activations.activate),
  operation(`${ONE}/activateWithScope`, activate, activations.activateWithScope),
  operation(`${ONE}/cancelProcessing`, change, activations.cancelProcessing),
  operation(`${ONE}/createNewVersion`, change, does.createNewVersion),
  operation(`${ONE}/clearQuarantine`, change, ({ engine, keys, author }) =>
    engine.workflows.clearQuarantine(keys.workflow, author),
  ),
  operation(`${ONE}/pauseRuns`, change, ({ engine, keys, author }) =>
    engine.workflows.pauseRuns(keys.workflow, author),
  ),
  operation(`${ONE}/resumeRuns`, change, ({ engine, keys, author }) =>
    engine.workflows.resumeRuns(keys.workflow, author),
  ),
  list(`${ONE}/executionScope`, workflows, ({ engine, keys }) => executionScopeOf(engine, keys.workflow)),
  one(`${ONE}/executionScope/{user}`, workflows, ({ engine, keys }) =>
    engine.workflows.eligibleSubject(keys.workflow, keys.user),
  ),
  operation(`${ONE}/activateAndWait`, activate, activations.activateAndWait),
  operation(`${ONE}/previewWorkflow`, change, activations.previewWorkflow),
  operation(`${ONE}/previewTaskFailures`, workflows, ({ engine, keys }) =>
    engine.workflows.unrunnableTasks(keys.workflow),
  ),
  operation(`${ONE}/explain()`, reports, does.explain),
  operation(`${ONE}/failures()`, reports, does.failures),
  list(`${ONE}/previewScope`, workflows, (call) => arrayOf(() => does.previewScope(call) as never)),
  one(`${ONE}/previewScope/{target}`, workflows, async (call) =>
    does.targetOf(await does.previewScope(call), call),
  ),
  operation(`${ONE}/restore`, change, does.restore),
  ...partsOf(ONE, does.workflow),
  create(`${ONE}/tasks`, change, does.addTask),
  update(`${ONE}/tasks/{task}`, change, 'changed', does.updateTask),
  remove(`${ONE}/tasks/{task}`, change, ({ engine, keys, author }) =>
    engine.workflows.removeTask(keys.workflow, keys.task, author),
  ),
  ...taskResultsUnder(`${ONE}/tasks/{task}`, results.taskResultsOfTask),
  list(`${ONE}/versions`, workflows, does.versions),
  one(VERSION, workflows, does.version),
  ...partsOf(VERSION, does.version),
  ...taskResultsUnder(`${VERSION}/tasks/{task}`, does.taskResultsOfVersion, does.taskResultOfVersion),
];

const GONE: readonly Route[] = [
  list(DELETED, workflows, ({ engine }) => arrayOf(() => engine.workflows.listDeleted() as never)),
  one(ONE_DELETED, workflows, does.deletedWorkflow),
  remove(ONE_DELETED, change, ({ engine, keys, author }) => engine.workflows.purge(keys.workflow, author)),
  operation(`${ONE_DELETED}/restore`, change, does.restore),
  ...partsOf(ONE_DELETED, does.deletedWorkflow),
  // The only paths to them that Microsoft's documents have, though nothing in them need be deleted (R9).
  ...reprocessedUnder(`${ONE_DELETED}/executionScope/{user}`),
  ...reprocessedUnder(`${ONE_DELETED}/executionScope/{scoped}/reprocessedRuns/{run}`),
];

/** All of them. */
export const WORKFLOW_ROUTES: readonly Route[] = [...LIVE, ...GONE];

/**
 * The paths of workflows that a deleted workflow does not have until it is restored (domain §3.11). They answer 404 and
 * say so.
 */
export function outOfView(routes: readonly Route[]): readonly Route[] {
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  return routes.flatMap(({ takesCallbacks: _, read: __, ...route }) => {
    if (!route.path.startsWith(`${ONE}/`)) return [];
    const path = ONE_DELETED + route.path.slice(ONE.length);
    return known.has(`${route.method} ${path}`) ? [] : [{ ...route, path, answer: does.outOfView }];
  });
}
