/** Callers authorized by the token of a call instead of `authorize`. */
import type { Engine } from '../../engine/engine.ts';
import { GraphError } from '../graph-error.ts';
import { createMatcher } from '../lists/match.ts';
import { ROUTES } from '../routes/routes.ts';
import { stepsBelow, targetOf } from '../service.ts';

/**
 * The id of the task result that a request answers for; `null` for every other request, so that a caller that is not
 * known learns nothing of paths, results or tokens. Does not touch the body.
 */
export function callbackCheck({
  taskProcessingResults,
}: Engine): (request: Request) => Promise<string | null> {
  const match = createMatcher(ROUTES.filter(({ takesCallbacks }) => takesCallbacks));
  const taskResultIn = (method: string, url: URL): string | null => {
    try {
      return match(method, stepsBelow(targetOf(url, null).steps).steps).keys.taskResult ?? null;
    } catch (error) {
      if (error instanceof GraphError) return null;
      throw error;
    }
  };
  return async ({ method, url: text }) => {
    const url = new URL(text);
    const token = url.searchParams.get('token');
    const taskResult = token === null ? null : taskResultIn(method, url);
    if (token === null || taskResult === null) return null;
    return (await taskProcessingResults.isCallbackToken(taskResult, token)) ? taskResult.toLowerCase() : null;
  };
}
