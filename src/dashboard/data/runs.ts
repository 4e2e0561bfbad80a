/** Runs over all workflows, and one run with what belongs to it. */
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { filter } from '../../filter/builder.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import type { Filter } from '../../model/filter.ts';
import type { Run } from '../../model/resources/resources.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES } from '../../model/status.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { PageOf, RunDetails } from '../wire.ts';
import type { DataRoute, Params } from './route.ts';

const PAGE = 50;
const PAGE_MAX = 200;

/** The parameters by which runs are found; the address of the page has the same. */
export const RUN_FILTERS = ['status', 'type', 'workflow', 'from', 'to'] as const;

/** The runs that a request asks for; `null`: all but previews. */
export function runFilterOf(params: Params): Filter | null {
  const statuses = params.words('status', PROCESSING_STATUSES);
  const types = params.words('type', EXECUTION_TYPES);
  const workflow = params.text('workflow');
  const [from, to] = [params.moment('from'), params.moment('to')];
  const parts = [
    ...(statuses.length === 0 ? [] : [filter.in('processingStatus', statuses)]),
    ...(types.length === 0 ? [] : [filter.in('workflowExecutionType', types)]),
    ...(workflow === undefined ? [] : [filter.eq('workflow/id', workflow.toLowerCase())]),
    ...(from === undefined ? [] : [filter.ge('scheduledDateTime', from)]),
    ...(to === undefined ? [] : [filter.lt('scheduledDateTime', to)]),
  ];
  return parts.length === 0 ? null : filter.and(...parts);
}

/** A page of runs, newest schedule first. */
export const RUNS: DataRoute = {
  path: 'runs',
  needs: NEEDED.reports,
  params: [...RUN_FILTERS, 'after', 'top'],
  answer: async ({ engine, params }): Promise<PageOf<Run>> => {
    const where = runFilterOf(params);
    const after = params.text('after');
    const { value, nextToken } = await engine.runs.list({
      top: params.whole('top', 1, PAGE_MAX, PAGE),
      ...(where === null ? {} : { filter: where }),
      ...(after === undefined ? {} : { after }),
    });
    return { value, nextToken };
  },
};

/** One run, with the version that it pinned, its report, and what reprocessed it. */
export const RUN: DataRoute = {
  path: 'runs/{id}',
  needs: NEEDED.reports,
  params: [],
  answer: async ({ engine, clock, keys: { id = '' } }): Promise<RunDetails> => {
    const run = await engine.runs.get(id);
    const [version, report, reprocessedRuns] = await Promise.all([
      versionOf(engine, run),
      engine.taskReports.list(run.id),
      engine.runs.reprocessedRuns(run.id),
    ]);
    return { now: new Date(clock.now()).toISOString(), run, version, report, reprocessedRuns };
  },
};

/** `null`: its workflow was deleted. */
async function versionOf({ workflows }: Engine, { workflow }: Run): Promise<Workflow | null> {
  try {
    return await workflows.getVersion(workflow.id, workflow.version);
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'NotFound') return null;
    throw error;
  }
}
