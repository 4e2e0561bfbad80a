/** Workflows, with what the Graph API has in many answers in one. */
import { isAllowed } from '../../graph/access/authorize.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import type { Forecast, WorkflowDetails, WorkflowList } from '../wire.ts';
import { briefOf } from './overview.ts';
import type { DataRoute } from './route.ts';

const RUNS = 10;

/** All of them. */
export const WORKFLOWS: DataRoute = {
  path: 'workflows',
  needs: NEEDED.workflows,
  params: [],
  answer: async ({ engine, clock }): Promise<WorkflowList> => ({
    now: new Date(clock.now()).toISOString(),
    value: (await engine.workflows.list()).map(briefOf),
  }),
};

/** One, with its versions, its newest runs, and what keeps it from being run. */
export const WORKFLOW: DataRoute = {
  path: 'workflows/{id}',
  needs: NEEDED.workflows,
  params: [],
  answer: async ({ engine, clock, principal, settings, keys: { id = '' } }): Promise<WorkflowDetails> => {
    const workflow = await engine.workflows.get(id);
    const [versions, unrunnable, runs] = await Promise.all([
      engine.workflows.listVersions(workflow.id),
      // Where nothing is run, no handlers are needed.
      settings.readOnly ? [] : engine.workflows.unrunnableTasks(workflow.id),
      isAllowed(principal, NEEDED.reports) ? engine.runs.list(workflow.id, { top: RUNS }) : { value: [] },
    ]);
    const now = new Date(clock.now()).toISOString();
    return { now, workflow, versions, unrunnable, runs: runs.value };
  },
};

/** What the next slot of a workflow will do. It asks the directory for all people, so pages ask one by one. */
export const FORECAST: DataRoute = {
  path: 'forecasts/{id}',
  needs: NEEDED.reports,
  params: [],
  answer: async ({ engine, keys: { id = '' } }): Promise<Forecast> => {
    const { usersCount, quarantine } = await engine.workflows.wouldQuarantine(id);
    return { usersCount, quarantineReason: quarantine?.quarantineReason ?? null };
  },
};
