/**
 * The handler of `runCustomTaskExtension` (domain §3.16), for hosts that have none of their own. A task that
 * waits for a callback calls it several times, and the ledger's note on the task says what it does:
 *
 * | noted                    | does                                                    |
 * |--------------------------|---------------------------------------------------------|
 * | nothing, or not launched | notes that it waits, calls, notes that it was launched  |
 * | launched, in time        | waits                                                   |
 * | launched, too late       | fails                                                   |
 * | an answer                | completes or fails                                      |
 *
 * With the reply mode `none` the task completes when the call is accepted, with `response` the answer to the call
 * decides; both call it once.
 *
 * A process that dies while it calls may call twice, with the same ids and the same token.
 */

import { dayTimeMs } from '../../input/durations.ts';
import type { LedgerContext } from '../../ledger/context.ts';
import { DEFAULT_CLIENT } from '../../ledger/input/extension.ts';
import { requireExtension } from '../../ledger/methods/extensions.ts';
import { objectOfRun } from '../../ledger/planning/provisioning-objects.ts';
import {
  callbackSecret,
  callbackToken,
  noteWaiting,
  readWaiting,
  type Waiting,
} from '../../ledger/recording/callbacks.ts';
import { isoOf } from '../../ledger/resources.ts';
import { addressOf } from '../../model/ids.ts';
import type { DurationMs } from '../../model/time.ts';
import type { CustomTaskExtension } from '../../model/workflow/extension.ts';
import type { ProvisioningObjectWorkflowSubject } from '../../model/workflow/workflow-subject.ts';
import type { Callout, CalloutAnswer } from '../../ports/callout.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskContext, TaskHandlerOptions } from '../../ports/task-handler.ts';
import { failureCodeOf, failureReasonOf } from './failure.ts';
import { PermanentFailure } from './results/task-failure.ts';
import { Suspension } from './suspension.ts';

type Task = TaskContext<Readonly<Record<string, string>>>;

/** The handler; without a `callout` every task fails. */
export function extensionHandler(context: LedgerContext, callout: Callout | undefined): TaskHandlerOptions {
  return {
    run: async (task: Task) => {
      if (!callout) throw new Error('Expected the engine to have a callout port, got none');
      const extension = await requireExtension(context.store, task.arguments.customTaskExtensionID ?? '');
      // Only the engine knows this class; hosts cannot return a suspension.
      return (await runExtension(context, callout, extension, task)) as undefined;
    },
  };
}

async function runExtension(
  context: LedgerContext,
  callout: Callout,
  extension: CustomTaskExtension,
  task: Task,
): Promise<Suspension | undefined> {
  const timeoutMs = dayTimeMs(extension.callbackConfiguration?.timeoutDuration ?? '');
  const { workflow, idempotencyKey: id } = task;
  const known = await readWaiting(context.store, workflow.id, id);
  if (known && (known.launchedAtMs !== null || known.answer !== null)) return outcomeOf(context, known);
  const url = urlOf(extension);
  if (timeoutMs === null) {
    const { body } = await call(context, callout, url, extension, task, null);
    if (extension.replyMode === 'response') expectCompleted(body);
    return undefined;
  }
  // The callback may come before the call returns.
  await noteWaiting(context, workflow.id, id, {
    launchedAtMs: null,
    deadlineMs: context.clock.now() + timeoutMs + callTimeMaxMs(extension),
  });
  const token = callbackToken(await callbackSecret(context, () => callout.secret()), id);
  await call(context, callout, url, extension, task, token);
  const launchedAtMs = context.clock.now();
  const deadlineMs = launchedAtMs + timeoutMs;
  return outcomeOf(context, await noteWaiting(context, workflow.id, id, { launchedAtMs, deadlineMs }));
}

function outcomeOf(
  { clock }: LedgerContext,
  { launchedAtMs, deadlineMs, answer }: Waiting,
): Suspension | undefined {
  if (answer === 'completed') return undefined;
  if (answer === 'failed')
    throw new PermanentFailure('The custom task extension reported that it failed', 'CallbackFailed');
  if (clock.now() >= deadlineMs)
    throw new PermanentFailure(`No callback came until ${isoOf(deadlineMs)}`, 'CallbackTimedOut');
  return new Suspension(launchedAtMs ?? clock.now(), deadlineMs);
}

/** @throws Error for a logic app without a known URL. */
function urlOf({ displayName, endpointConfiguration: endpoint }: CustomTaskExtension): string {
  const url = 'targetUrl' in endpoint ? endpoint.targetUrl : endpoint.url;
  if (url !== null) return url;
  throw new Error(
    `The custom task extension \`${displayName}\` has no URL to call; update its endpointConfiguration with the url of the logic app's trigger`,
  );
}

/** A `customExtensionCalloutResponse`: its reasons are the task's when it failed. @throws Error when it did. */
function expectCompleted(body: string): void {
  const { status, reasons } = readReply(body);
  if (status === 'completed') return;
  if (status !== 'failed')
    throw new Error(
      'Expected the answer of the custom task extension to have data.operationStatus completed or failed, got none',
    );
  throw new PermanentFailure(
    reasons || 'The custom task extension reported that it failed',
    'CallbackFailed',
  );
}

function readReply(body: string): { readonly status: string; readonly reasons: string } {
  try {
    const { data } = JSON.parse(body) as { data: { operationStatus: unknown; statusReasons?: unknown } };
    const reasons = Array.isArray(data.statusReasons) ? data.statusReasons : [];
    return {
      status: String(data.operationStatus).toLowerCase(),
      reasons: reasons.filter((one) => typeof one === 'string').join('; '),
    };
  } catch {
    return { status: '', reasons: '' }; // not JSON, or of another shape: the caller reports it
  }
}

/** What answers may take: a status and its reasons, in UTF-8. */
const REPLY_BYTES_MAX = 65_536;

/** Calls until it is accepted. @throws Error when it is refused, or out of retries. */
async function call(
  { store, clock }: LedgerContext,
  callout: Callout,
  url: string,
  extension: CustomTaskExtension,
  task: Task,
  token: string | null,
): Promise<CalloutAnswer> {
  const { maximumRetries, timeoutInMilliseconds: timeoutMs } =
    extension.clientConfiguration ?? DEFAULT_CLIENT;
  const { runId = '', ordinal = 0 } = addressOf(task.idempotencyKey) ?? {};
  const user = await store.getUser(runId, ordinal);
  const object = await objectOfRun(store, { workflowId: task.workflow.id, id: runId });
  const body = JSON.stringify(payloadOf(task, isoOf(user?.createdAtMs ?? clock.now()), token, object));
  const headers = { 'idempotency-key': task.idempotencyKey };
  const answerBytesMax = extension.replyMode === 'response' ? REPLY_BYTES_MAX : 0;
  for (let attempt = 0; ; attempt += 1) {
    let problem: string;
    let code: string;
    try {
      const answer = await callout.post({
        url,
        body,
        headers,
        timeoutMs,
        signal: task.signal,
        answerBytesMax,
      });
      const { status } = answer;
      if (status >= 200 && status < 300) return answer;
      problem = `status ${status}`;
      code = `Http${status}`;
      const mayPass = status >= 500 || status === 408 || status === 429;
      if (!mayPass) attempt = maximumRetries;
    } catch (error) {
      task.signal.throwIfAborted();
      problem = failureReasonOf(error);
      code = failureCodeOf(error);
    }
    if (attempt >= maximumRetries)
      throw new PermanentFailure(
        `Expected the custom task extension to accept the call, got: ${problem}`,
        code,
      );
    await pause(clock, RETRY_MS * 2 ** attempt, task.signal);
  }
}

const RETRY_MS = 1_000;

/** Maximum duration of {@link call}, ms. */
function callTimeMaxMs({ clientConfiguration }: CustomTaskExtension): DurationMs {
  const { maximumRetries, timeoutInMilliseconds } = clientConfiguration ?? DEFAULT_CLIENT;
  return (maximumRetries + 1) * timeoutInMilliseconds + RETRY_MS * 2 ** maximumRetries;
}

async function pause(clock: Clock, delayMs: DurationMs, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.setTimer(delayMs, resolve);
    signal.addEventListener('abort', () => {
      timer.cancel();
      resolve();
    });
  });
  signal.throwIfAborted();
}

/**
 * @param token `null`: no callback is awaited.
 * @param targetSubject `null`: the subject is a person.
 */
function payloadOf(
  task: Task,
  createdDateTime: string,
  token: string | null,
  targetSubject: ProvisioningObjectWorkflowSubject | null,
): object {
  const { subject, workflow, idempotencyKey: id } = task;
  const path = `/identityGovernance/lifecycleWorkflows/workflows/${workflow.id}/tasks/${task.task.id}/taskProcessingResults/${id}/resume`;
  return {
    source: 'Lifecycle Workflows',
    type: 'lifecycleEvent',
    data: {
      '@odata.type': '#microsoft.graph.identityGovernance.customTaskExtensionCalloutData',
      callbackUriPath: token === null ? null : `${path}?token=${token}`,
      subject: {
        id: subject.id,
        displayName: subject.displayName ?? null,
        email: subject.mail ?? null,
        userPrincipalName: subject.userPrincipalName ?? null,
        manager: subject.manager ?? null,
      },
      task: { id: task.task.id, displayName: task.task.displayName },
      taskProcessingResult: { id, createdDateTime },
      ...(targetSubject === null ? {} : { targetSubject }),
      workflow: { id: workflow.id, displayName: workflow.displayName, workflowVersion: workflow.version },
    },
  };
}
