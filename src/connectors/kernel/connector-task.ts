import { permanent, retryAfter } from '../../engine/handlers/results/task-failure.ts';
import type { PlainTaskOptions, RetryPolicy, TaskContext } from '../../ports/task-handler.ts';
import { ConnectorError } from './connector-error.ts';
import { type Ensured, ensure, previewEnsure, type Step } from './ensure.ts';

/** For answers that say nothing about when to come again; waits that a system asks for are not attempts. */
const RETRY: RetryPolicy = { attempts: 5, delayMs: 2_000, factor: 3 };

/** Makes the state of a step, or, in a preview, says what would be made. */
export type Make = <State>(step: Step<State>) => Promise<Ensured>;

/**
 * A handler whose work is steps that can be read: with its preview, its retries, and failures that say what is to be
 * done about them. `body` changes a system only through `make`.
 *
 * @example
 * ```ts
 * import { connectorTask } from 'tenure/connectors';
 *
 * const enabled = new Set<string>(); // your system
 * export const enableAccount = connectorTask(({ subject }, make) =>
 *   make({
 *     read: async () => enabled.has(subject.id),
 *     wanted: (isEnabled) => (isEnabled ? [] : ['isEnabled: false → true']),
 *     write: async () => void enabled.add(subject.id),
 *     already: 'The account is enabled already',
 *   }),
 * );
 * console.log(typeof enableAccount.preview); // → function
 * ```
 */
export function connectorTask(
  body: (context: TaskContext, make: Make) => Promise<Ensured>,
  settings: Pick<PlainTaskOptions, 'callbackTimeoutMs' | 'concurrency' | 'retry' | 'timeoutMs'> = {},
): PlainTaskOptions {
  return {
    retry: RETRY,
    ...settings,
    run: (context) => withReason(() => body(context, ensure)),
    preview: (context) => withReason(() => body(context, previewEnsure)),
  };
}

async function withReason(call: () => Promise<Ensured>): Promise<Ensured> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof ConnectorError ? taskFailure(error) : error;
  }
}

/** The failure as the engine takes it: a wait that all tasks of the handler share, an end, or nothing more. */
function taskFailure(error: ConnectorError): Error {
  const { kind, message, code, retryAfterMs } = error;
  if (retryAfterMs !== null) return retryAfter(retryAfterMs, message, { scope: 'handler', code });
  return kind === 'refused' ? permanent(message, { code }) : error;
}
