/**
 * A task that launches something and waits for a callback (domain §3.16). Its handler is called several times, and the
 * ledger's note on the task says what each call does:
 *
 * | noted                    | does                                                      |
 * |--------------------------|-----------------------------------------------------------|
 * | nothing, or not launched | notes that it waits, launches, notes that it was launched |
 * | launched, in time        | waits                                                     |
 * | launched, too late       | fails                                                     |
 * | an answer                | completes or fails                                        |
 *
 * A process that dies while it launches may launch twice, with the same ids and the same token.
 */
import type { LedgerContext } from '../../../ledger/context.ts';
import {
  callbackSecret,
  callbackToken,
  noteWaiting,
  readWaiting,
  type Waiting,
} from '../../../ledger/recording/callbacks.ts';
import { isoOf } from '../../../ledger/resources.ts';
import type { DurationMs } from '../../../model/time.ts';
import type { Callout } from '../../../ports/callout.ts';
import type { TaskCallback, TaskContext, TaskHandlerResult } from '../../../ports/task-handler.ts';
import { cut } from '../failure.ts';
import type { HandlerContext } from '../handler-context.ts';
import type { WaitsAfter } from '../handlers.ts';
import { changesOf } from '../results/changes.ts';
import { PermanentFailure } from '../results/task-failure.ts';
import { Suspension } from './suspension.ts';

type Task = Pick<TaskContext<unknown>, 'workflow' | 'task' | 'idempotencyKey'>;

/** What a task waits for, and how long. */
export interface WaitOptions {
  /** From the launch on, ms. */
  readonly timeoutMs: DurationMs;
  /** How long the launch may take: a callback can come before it returns. */
  readonly launchMsMax: DurationMs;
  /** What reports the outcome, in a failure reason. */
  readonly what: string;
}

/** For handlers with `callbackTimeoutMs`. */
export function waitsAfter(context: LedgerContext, callout: Callout | undefined): WaitsAfter {
  return (run, timeoutMs) => (task: TaskContext<never>) => {
    const options = { timeoutMs, launchMsMax: 0, what: 'The system that was called' };
    const launch = async (callback: TaskCallback) => {
      (task as TaskContext<unknown> as HandlerContext).callback = callback;
      return run(task);
    };
    // Only the engine knows the class of a suspension; hosts cannot return one.
    return launchAndWait(context, callout, task, options, launch) as Promise<TaskHandlerResult>;
  };
}

/** Launches, and says what became of it: nothing yet, an answer, or none in time. @throws What `launch` throws. */
export async function launchAndWait(
  context: LedgerContext,
  callout: Callout | undefined,
  task: Task,
  { timeoutMs, launchMsMax, what }: WaitOptions,
  launch: (callback: TaskCallback) => Promise<TaskHandlerResult>,
): Promise<TaskHandlerResult | Suspension> {
  const { workflow, idempotencyKey: id } = task;
  const known = await readWaiting(context.store, workflow.id, id);
  if (known && (known.launchedAtMs !== null || known.answer !== null)) return outcomeOf(context, known, what);
  if (!callout) throw new Error('Expected the engine to have a callout port, got none');
  await noteWaiting(context, workflow.id, id, {
    launchedAtMs: null,
    deadlineMs: context.clock.now() + timeoutMs + launchMsMax,
  });
  const token = callbackToken(await callbackSecret(context, () => callout.secret()), id);
  const result = boundedResult(await launch({ token, path: callbackPath(task, token) }));
  const launchedAtMs = context.clock.now();
  const deadlineMs = launchedAtMs + timeoutMs;
  const noted = await noteWaiting(context, workflow.id, id, {
    launchedAtMs,
    deadlineMs,
    ...(result && { result }),
  });
  return outcomeOf(context, noted, what);
}

function outcomeOf(
  { clock }: LedgerContext,
  { launchedAtMs, deadlineMs, answer, result }: Waiting,
  what: string,
): TaskHandlerResult | Suspension {
  if (answer === 'completed') return result;
  if (answer === 'failed') throw new PermanentFailure(`${what} reported that it failed`, 'CallbackFailed');
  if (clock.now() >= deadlineMs)
    throw new PermanentFailure(`No callback came until ${isoOf(deadlineMs)}`, 'CallbackTimedOut');
  return new Suspension(launchedAtMs ?? clock.now(), deadlineMs);
}

/** What the launch said, kept until the answer comes; `null`: nothing. */
function boundedResult(result: TaskHandlerResult): Waiting['result'] | null {
  if (typeof result !== 'object' || result === null) return null;
  const changes = changesOf(result.changes);
  const info: unknown = result.processingInfo;
  return {
    ...(typeof info === 'string' && { processingInfo: cut(info) }),
    ...(changes && { changes }),
  };
}

function callbackPath({ workflow, task, idempotencyKey }: Task, token: string): string {
  const path = `/identityGovernance/lifecycleWorkflows/workflows/${workflow.id}/tasks/${task.id}/taskProcessingResults/${idempotencyKey}/resume`;
  return `${path}?token=${token}`;
}
