/** The paths of the catalogue, settings, extensions and insights, and of the containers. Source: domain §2.4. */
import { TASK_DEFINITIONS, WORKFLOW_TEMPLATES } from '../catalogue/index.ts';
import type { TopOptions } from '../ledger/insights.ts';
import { NEEDED } from './permissions.ts';
import type { Query } from './query.ts';
import { taskResultsUnder } from './result-routes.ts';
import { create, list, one, type Route, remove, update, windowed } from './route.ts';
import { arrayOf } from './sources.ts';
import * as does from './workflow-operations.ts';

const { reports, workflows, change, extensions, changeExtensions } = NEEDED;
const EXTENSION = 'customTaskExtensions/{extension}';
const TEMPLATE = 'workflowTemplates/{template}';

/** A singleton without properties of its own; its id is its name. */
function single(path: string, id: string): Route {
  return one(path, workflows, async () => ({ id }));
}

function topOption({ top }: Query): TopOptions {
  return top === null ? {} : { top };
}

/** All of them. */
export const OTHER_ROUTES: readonly Route[] = [
  single('', 'lifecycleWorkflows'),
  single('deletedItems', 'deletedItems'),
  single('insights', 'insights'),
  list('taskDefinitions', workflows, () => arrayOf(() => TASK_DEFINITIONS as never)),
  one('taskDefinitions/{definition}', workflows, does.taskDefinition),
  list('workflowTemplates', workflows, () => arrayOf(() => WORKFLOW_TEMPLATES.map(does.templateRow))),
  one(TEMPLATE, workflows, does.workflowTemplate),
  list(`${TEMPLATE}/tasks`, workflows, (call) => arrayOf(() => does.tasksOfTemplate(call) as never)),
  one(`${TEMPLATE}/tasks/{task}`, workflows, does.taskOfTemplate),
  // Templates have no results, but the model has the paths.
  ...taskResultsUnder(`${TEMPLATE}/tasks/{task}`, does.taskResultsOfTemplate, does.taskResultOfTemplate),
  one('settings', workflows, ({ engine }) => engine.settings.get()),
  update('settings', change, 'changed', does.updateSettings),
  list('customTaskExtensions', extensions, ({ engine }) =>
    arrayOf(() => engine.customTaskExtensions.list() as never),
  ),
  create('customTaskExtensions', changeExtensions, does.createExtension),
  one(EXTENSION, extensions, ({ engine, keys }) => engine.customTaskExtensions.get(keys.extension)),
  update(EXTENSION, changeExtensions, 'acted', does.updateExtension),
  remove(EXTENSION, changeExtensions, ({ engine, keys, author }) =>
    engine.customTaskExtensions.delete(keys.extension, author),
  ),
  windowed('insights/workflowsProcessedSummary()', reports, ({ engine }, start, end) =>
    engine.insights.workflowsProcessedSummary(start, end),
  ),
  windowed('insights/workflowsProcessedByCategory()', reports, ({ engine }, start, end) =>
    engine.insights.workflowsProcessedByCategory(start, end),
  ),
  windowed(
    'insights/topTasksProcessedSummary()',
    reports,
    ({ engine, query }, start, end) => engine.insights.topTasksProcessedSummary(start, end, topOption(query)),
    ['top'],
  ),
  windowed(
    'insights/topWorkflowsProcessedSummary()',
    reports,
    ({ engine, query }, start, end) =>
      engine.insights.topWorkflowsProcessedSummary(start, end, topOption(query)),
    ['top'],
  ),
];
