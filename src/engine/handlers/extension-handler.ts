/**
 * The handler of `runCustomTaskExtension` (domain §3.16), for hosts that have none of their own. With the reply mode
 * `callback` the task calls, and waits: `callbacks/launch-and-wait.ts`.
 *
 * With the reply mode `none` the task completes when the call is accepted, with `response` the answer to the call
 * decides; both call it once.
 */

import { dayTimeMs } from '../../input/durations.ts';
import type { LedgerContext } from '../../ledger/context.ts';
import { DEFAULT_CLIENT } from '../../ledger/input/extension.ts';
import { requireExtension } from '../../ledger/methods/extensions.ts';
import { objectOfRun } from '../../ledger/planning/provisioning-objects.ts';
import { isoOf } from '../../ledger/resources.ts';
import { addressOf } from '../../model/ids.ts';
import type { DurationMs } from '../../model/time.ts';
import type { CustomTaskExtension } from '../../model/workflow/extension.ts';
import type { ProvisioningObjectWorkflowSubject } from '../../model/workflow/workflow-subject.ts';
import type { Callout, CalloutAnswer } from '../../ports/callout.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskContext, TaskHandlerOptions, TaskHandlerResult } from '../../ports/task-handler.ts';
import { launchAndWait } from './callbacks/launch-and-wait.ts';
import type { Suspension } from './callbacks/suspension.ts';
import { failureCodeOf, failureReasonOf } from './failure.ts';
import { PermanentFailure } from './results/task-failure.ts';

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
): Promise<TaskHandlerResult | Suspension> {
  const timeoutMs = dayTimeMs(extension.callbackConfiguration?.timeoutDuration ?? '');
  const made = (path: string | null) => call(context, callout, urlOf(extension), extension, task, path);
  if (timeoutMs === null) {
    const { body } = await made(null);
    if (extension.replyMode === 'response') expectCompleted(body);
    return undefined;
  }
  const options = { timeoutMs, launchMsMax: callTimeMaxMs(extension), what: 'The custom task extension' };
  return launchAndWait(context, callout, task, options, async ({ path }) => void (await made(path)));
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
  callbackUriPath: string | null,
): Promise<CalloutAnswer> {
  const { maximumRetries, timeoutInMilliseconds: timeoutMs } =
    extension.clientConfiguration ?? DEFAULT_CLIENT;
  const { runId = '', ordinal = 0 } = addressOf(task.idempotencyKey) ?? {};
  const user = await store.getUser(runId, ordinal);
  const object = await objectOfRun(store, { workflowId: task.workflow.id, id: runId });
  const body = JSON.stringify(
    payloadOf(task, isoOf(user?.createdAtMs ?? clock.now()), callbackUriPath, object),
  );
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
 * @param callbackUriPath `null`: no callback is awaited.
 * @param targetSubject `null`: the subject is a person.
 */
function payloadOf(
  task: Task,
  createdDateTime: string,
  callbackUriPath: string | null,
  targetSubject: ProvisioningObjectWorkflowSubject | null,
): object {
  const { subject, workflow, idempotencyKey: id } = task;
  return {
    source: 'Lifecycle Workflows',
    type: 'lifecycleEvent',
    data: {
      '@odata.type': '#microsoft.graph.identityGovernance.customTaskExtensionCalloutData',
      callbackUriPath,
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
