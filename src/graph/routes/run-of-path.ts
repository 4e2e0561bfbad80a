/** The run that a path names: the engine knows it by its id alone, so that it is of the path's workflow is seen to here. */
import type { Engine } from '../../engine/engine.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { refused } from '../../ledger/recording/callbacks.ts';
import { runOfAnotherWorkflow } from '../../ledger/refusals.ts';
import { addressOf } from '../../model/ids.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Call, Route } from './route.ts';

/** A run of a workflow. @throws LifecycleError `NotFound`, also for a run of another workflow. */
export async function runOf({ runs }: Engine, workflowId: string, runId: string): Promise<Run> {
  const run = await runs.get(runId);
  if (run.workflow.id === workflowId.toLowerCase()) return run;
  throw runOfAnotherWorkflow(runId, workflowId);
}

/** The route, which answers 404 when the run in its path is not one of the workflow in its path. */
export function withinWorkflow(route: Route): Route {
  const key = keyOfRun(route.path);
  if (key === null) return route;
  const answer: Route['answer'] = async (call) => {
    const id = call.keys[key];
    const runId = key === 'run' ? id : addressOf(id)?.runId;
    // An id that is no address is of no run; the route itself refuses it.
    if (runId !== undefined) await concealed(call, runOf(call.engine, call.keys.workflow, runId));
    return route.answer(call);
  };
  return { ...route, answer };
}

/** Refuses who may answer a callback but not read results, so that they do not learn which results there are. */
export async function concealed<Found>({ keys, proof }: Call, found: Promise<Found>): Promise<Found> {
  try {
    return await found;
  } catch (error) {
    const isHidden = 'principal' in proof && LifecycleError.is(error) && error.code === 'NotFound';
    throw isHidden ? refused(keys.taskResult) : error;
  }
}

/** The key that says the run; the keys after it are looked up in that run. */
function keyOfRun(path: string): 'run' | 'report' | 'user' | 'taskResult' | null {
  // The members of an execution scope are in no run yet.
  if (!path.includes('{workflow}') || path.startsWith('workflows/{workflow}/executionScope/')) return null;
  const keys = ['run', 'report', 'user', 'taskResult'] as const;
  return keys.find((name) => path.includes(`{${name}}`)) ?? null;
}
