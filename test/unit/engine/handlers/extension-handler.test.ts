/** Custom task extensions: calls, callbacks, time, crashes, and who is let in. */
import { describe, expect, it } from 'vitest';
import type { ExtensionInput } from '../../../../src/ledger/input/extension.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../../src/model/time.ts';
import type { Callout, CalloutRequest } from '../../../../src/ports/callout.ts';
import { sqliteStore } from '../../../../src/sqlite.ts';
import {
  allTasks,
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';
import { newFile } from '../../stores/sqlite/support.ts';

const endpointConfiguration = { targetUrl: 'https://hooks.example/run' };
const WAITS: ExtensionInput = {
  displayName: 'Waits',
  endpointConfiguration,
  callbackConfiguration: { timeoutDuration: 'PT5M' },
};
const CONTINUES: ExtensionInput = { displayName: 'Continues', endpointConfiguration };
const DONE = { data: { operationStatus: 'Completed' }, source: 'sample', type: 'lifecycleEvent' };

/** A world with a callout that answers `answers` in turn (a status, or what 200 comes with), then 202, and keeps the calls. */
function extensionWorld(options: WorldOptions & { answers?: (number | Error | object)[] } = {}) {
  const { answers = [], ...rest } = options;
  const calls: CalloutRequest[] = [];
  const callout: Callout = {
    post: async (request) => {
      calls.push(request);
      const answer = answers.shift() ?? 202;
      if (answer instanceof Error) throw answer;
      if (typeof answer === 'number') return { status: answer, body: '' };
      return { status: 200, body: JSON.stringify(answer) };
    },
    secret: () => 'a secret of this store',
  };
  const world = makeWorld({ tasks: { after: () => {} }, callout, ...rest });
  const dataOf = (call: CalloutRequest | undefined) => JSON.parse(call?.body ?? '{}').data;
  return { ...world, calls, dataOf };
}

type ExtensionWorld = ReturnType<typeof extensionWorld>;

async function workflowWith(world: ExtensionWorld, input: ExtensionInput, more: object = {}) {
  const extension = await world.engine.customTaskExtensions.create(input);
  const task = {
    id: 'runCustomTaskExtension',
    arguments: [{ name: 'customTaskExtensionID', value: extension.id.toUpperCase() }],
    ...more,
  };
  const workflow = await world.engine.workflows.create(workflowInput([task, 'after']));
  return { extension, workflow };
}

/** Activates for `u1` … and lets everything happen that needs no time. */
async function activated(world: ExtensionWorld, workflowId: string, count = 1) {
  const run = await world.engine.runs.activate(workflowId, { subjects: idsOf(count) });
  await world.clock.advance(1);
  return run;
}

/** What a callback brings: the result's id and the token of the call. */
function callbackOf(world: ExtensionWorld, index = 0) {
  const { callbackUriPath, taskProcessingResult } = world.dataOf(world.calls[index]);
  return {
    id: taskProcessingResult.id as string,
    token: new URL(`http://x${callbackUriPath}`).searchParams.get('token') ?? '',
  };
}

const statuses = async (world: ExtensionWorld, runId: string) =>
  (await allTasks(world.engine, runId)).map((task) => task.processingStatus);

describe('a custom task extension without a callback', () => {
  it('completes its task when the call is accepted, which names subject, task and run', async () => {
    const world = extensionWorld({
      subjects: [
        { id: 'u1', displayName: 'Ada', mail: 'ada@x.y', userPrincipalName: 'ada', manager: { id: 'm' } },
      ],
    });
    const { workflow } = await workflowWith(world, CONTINUES);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    const [call] = world.calls;
    const [result] = await allTasks(world.engine, run.id);
    expect(call).toMatchObject({
      url: 'https://hooks.example/run',
      timeoutMs: 30_000,
      headers: { 'idempotency-key': result?.id },
    });
    expect(world.dataOf(call)).toEqual({
      '@odata.type': '#microsoft.graph.identityGovernance.customTaskExtensionCalloutData',
      callbackUriPath: null,
      subject: {
        id: 'u1',
        displayName: 'Ada',
        email: 'ada@x.y',
        userPrincipalName: 'ada',
        manager: { id: 'm' },
      },
      task: { id: workflow.tasks[0]?.id, displayName: workflow.tasks[0]?.displayName },
      taskProcessingResult: { id: result?.id, createdDateTime: result?.createdDateTime },
      workflow: { id: workflow.id, displayName: workflow.displayName, workflowVersion: 1 },
    });
    const late = { trusted: true } as const;
    expect(await codeOf(world.engine.taskProcessingResults.resume(result?.id ?? '', DONE, late))).toBe(
      'NotWaiting',
    );
    await world.engine.stop();
  });

  it('is called once more after a temporary error, and fails its task when the call is refused', async () => {
    for (const [answers, calls, status] of [
      [[503, new Error('reset')], 3, 'completed'],
      [[500, 500, 500], 3, 'failed'],
      [[400], 1, 'failed'],
      [[307], 1, 'failed'],
    ] as const) {
      const world = extensionWorld({ answers: [...answers] });
      const clientConfiguration = { maximumRetries: 2, timeoutInMilliseconds: 500 };
      const { workflow } = await workflowWith(world, { ...CONTINUES, clientConfiguration });
      await world.engine.start();
      const run = await activated(world, workflow.id);
      await world.clock.advance(10 * SECOND_MS);
      const done = await world.engine.runs.waitFor(run.id);
      expect([world.calls.length, done.processingStatus]).toEqual([calls, status]);
      expect(world.calls[0]?.timeoutMs).toBe(500);
      await world.engine.stop();
    }
  });
});

describe('a custom task extension with a callback', () => {
  it('waits for the callback without holding a lane, and continues at once', async () => {
    const world = extensionWorld({ concurrency: 1 });
    const { workflow } = await workflowWith(world, WAITS);
    await world.engine.start();
    const run = await activated(world, workflow.id, 3);
    expect(world.calls).toHaveLength(3);
    expect(await statuses(world, run.id)).toEqual(Array(3).fill(['inProgress', 'queued']).flat());
    await world.clock.advance(4 * MINUTE_MS);
    const resume = (index: number, data: object = DONE) => {
      const { id, token } = callbackOf(world, index);
      return world.engine.taskProcessingResults.resume(id, data as typeof DONE, { token });
    };
    await resume(0);
    await world.clock.advance(1);
    const byUser = (await allUsers(world.engine, run.id)).map((user) => user.processingStatus);
    expect(byUser).toEqual(['completed', 'inProgress', 'inProgress']);
    await resume(1, { data: { operationStatus: 'failed' } });
    await resume(2, { data: { operationStatus: 'completed', '@odata.type': 'x' } });
    const done = await world.engine.runs.waitFor(run.id);
    expect([done.successfulUsersCount, done.failedUsersCount]).toEqual([2, 1]);
    const [first] = await allTasks(world.engine, run.id);
    const tookMs = Date.parse(first?.completedDateTime ?? '') - Date.parse(first?.startedDateTime ?? '');
    expect(tookMs).toBeGreaterThanOrEqual(4 * MINUTE_MS);
    expect(world.calls).toHaveLength(3);
    await expectRecount(world.engine, done);
    await expectSound(world.store);
    await world.engine.stop();
  });

  it('fails when no callback comes in time, and the user’s other tasks are canceled', async () => {
    const world = extensionWorld();
    const { workflow } = await workflowWith(world, WAITS);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    await world.clock.advance(5 * MINUTE_MS - 2);
    expect(await statuses(world, run.id)).toEqual(['inProgress', 'queued']);
    await world.clock.advance(2);
    const done = await world.engine.runs.waitFor(run.id);
    expect(done.processingStatus).toBe('failed');
    const [task] = await allTasks(world.engine, run.id);
    expect(task?.failureReason).toMatch(/^No callback came until 20\d\d-/);
    const { id, token } = callbackOf(world);
    expect(await codeOf(world.engine.taskProcessingResults.resume(id, DONE, { token }))).toBe('NotWaiting');
    await world.engine.stop();
  });

  it('accepts one answer, with the token of the call or from a principal that the host trusts', async () => {
    const world = extensionWorld();
    const { workflow } = await workflowWith(world, WAITS);
    await world.engine.start();
    await activated(world, workflow.id, 2);
    const [one, two] = [callbackOf(world, 0), callbackOf(world, 1)];
    expect(Buffer.from(one.token, 'base64url')).toHaveLength(32);
    const resume = (id: string, proof: object, input: unknown = DONE) =>
      codeOf(world.engine.taskProcessingResults.resume(id, input as typeof DONE, proof as never));
    for (const proof of [
      { token: two.token },
      { token: '' },
      { token: 7 },
      {},
      { trusted: false },
      { trusted: 1 },
      { principal: 'app' },
      { principal: undefined },
    ])
      expect(await resume(one.id, proof)).toBe('CallbackRefused');
    for (const input of [
      {},
      null,
      { data: {} },
      { data: { operationStatus: 'maybe' } },
      { ...DONE, more: 1 },
    ])
      expect(await resume(one.id, one, input).catch(String)).toBe('InvalidArgument');
    expect(await resume(one.id, { token: one.token })).toBe('no error');
    expect(await resume(one.id, { token: one.token })).toBe('NotWaiting');
    expect(await resume(two.id.toUpperCase(), { trusted: true })).toBe('no error');
    expect(await resume('nothing', { trusted: true })).toBe('NotFound');
    await world.engine.stop();
  });

  it('accepts an answer that comes before the call has returned', async () => {
    let answered: Promise<void> = Promise.resolve();
    const world = extensionWorld();
    const { workflow } = await workflowWith(world, WAITS);
    const post = async (request: CalloutRequest) => {
      const { taskProcessingResult } = JSON.parse(request.body).data;
      answered = other.engine.taskProcessingResults.resume(taskProcessingResult.id, DONE, {
        trusted: true,
      });
      await answered;
      return { status: 202, body: '' };
    };
    const other = extensionWorld({
      store: world.store,
      clock: world.clock,
      callout: { post, secret: () => 's' },
    });
    await other.engine.start();
    const run = await activated(other, workflow.id);
    expect((await other.engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    await other.engine.stop();
  });

  it('is canceled with its run, and its callback is refused then', async () => {
    const world = extensionWorld();
    const { workflow } = await workflowWith(world, WAITS);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    await world.engine.runs.cancel(run.id);
    await world.clock.advance(1);
    expect(await statuses(world, run.id)).toEqual(['canceled', 'canceled']);
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe('canceled');
    const { id, token } = callbackOf(world);
    expect(await codeOf(world.engine.taskProcessingResults.resume(id, DONE, { token }))).toBe('NotWaiting');
    await expectSound(world.store);
    await world.engine.runs.delete(run.id);
    const notes = { collection: 'callbacks', prefix: '', after: null, limit: 9 };
    expect(await world.store.inner.listNotes(notes)).toEqual([]);
    await world.engine.stop();
  });

  it.each(['completed', 'failed', null])(
    'goes on after a restart, with %s answered meanwhile',
    async (status) => {
      const file = newFile();
      const first = extensionWorld({ store: await sqliteStore(file) });
      const { workflow } = await workflowWith(first, {
        ...WAITS,
        callbackConfiguration: { timeoutDuration: 'PT3H' },
      });
      await first.engine.start();
      const run = await activated(first, workflow.id);
      const { id, token } = callbackOf(first);
      await first.engine.close();
      const second = extensionWorld({ store: await sqliteStore(file), clock: first.clock });
      const answer = () =>
        second.engine.taskProcessingResults.resume(
          id,
          { data: { operationStatus: status ?? '' } },
          { token },
        );
      if (status !== null) await answer();
      await second.engine.start();
      if (status === null) {
        await second.clock.advance(2 * HOUR_MS);
        expect(await statuses(second, run.id)).toEqual(['inProgress', 'queued']);
        await second.clock.advance(HOUR_MS);
      }
      const done = await second.engine.runs.waitFor(run.id);
      expect(done.processingStatus).toBe(status === 'completed' ? 'completed' : 'failed');
      expect(second.calls).toEqual([]);
      await expectSound(second.store);
      await second.engine.close();
    },
  );
});

describe('the response to the call of a custom task extension', () => {
  const ANSWERS: ExtensionInput = { ...CONTINUES, displayName: 'Answers', replyMode: 'response' };
  const answerOf = (operationStatus: unknown, statusReasons?: unknown) => ({
    source: 'hr',
    type: 'lifecycleEvent',
    data: {
      '@odata.type': '#microsoft.graph.identityGovernance.customTaskExtensionResponseData',
      operationStatus,
      statusReasons,
    },
  });

  it.each<[string, object, string | null]>([
    ['completed', answerOf('Completed', []), null],
    ['failed', answerOf('failed'), 'reported that it failed'],
    ['failed with reasons', answerOf('failed', ['No desk', 'no badge', 7]), 'No desk; no badge'],
    ['another status', answerOf('unknownFutureValue'), 'data.operationStatus completed or failed'],
    ['no data', {}, 'data.operationStatus completed or failed'],
    ['no object', [], 'data.operationStatus completed or failed'],
  ])('that says %s ends the task', async (_, answer, reason) => {
    const world = extensionWorld({ answers: [answer] });
    const { workflow } = await workflowWith(world, ANSWERS);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    const status = reason === null ? 'completed' : 'failed';
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe(status);
    const [task] = await allTasks(world.engine, run.id);
    if (reason === null) expect(task?.failureReason).toBeNull();
    else expect(task?.failureReason).toContain(reason);
    expect(world.calls[0]?.answerBytesMax).toBe(65_536);
    await world.engine.stop();
  });

  it('is read only where the reply mode is response', async () => {
    const world = extensionWorld({ answers: [answerOf('failed')] });
    const { workflow } = await workflowWith(world, CONTINUES);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    expect(world.calls[0]?.answerBytesMax).toBe(0);
    await world.engine.stop();
  });
});

it('a call for a provisioning object contains the object', async () => {
  const world = extensionWorld();
  const { workflow } = await workflowWith(world, CONTINUES);
  await world.engine.start();
  const provisioningObject = { id: 'new-hire', attributeSetEntries: [{ name: 'mail', value: 'ada@x.y' }] };
  const run = await world.engine.runs.activate(workflow.id, { provisioningObject });
  await world.clock.advance(1);
  await world.engine.runs.waitFor(run.id);
  expect(world.dataOf(world.calls[0])).toMatchObject({
    subject: { id: 'new-hire', email: 'ada@x.y' },
    targetSubject: {
      '@odata.type': '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject',
      ...provisioningObject,
    },
  });
  await world.engine.stop();
});

describe('custom task extensions', () => {
  it('that are deleted fail the tasks that call them, naming the extension', async () => {
    const world = extensionWorld();
    const { extension, workflow } = await workflowWith(world, WAITS);
    await world.engine.customTaskExtensions.delete(extension.id);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    expect((await world.engine.runs.waitFor(run.id)).processingStatus).toBe('failed');
    const [task] = await allTasks(world.engine, run.id);
    expect(task?.failureReason).toContain(
      `custom task extension \`${extension.id.toUpperCase()}\`, got none`,
    );
    await world.engine.stop();
  });

  it('of a logic app without a URL fail their tasks naming what is missing, until they get one', async () => {
    const world = extensionWorld();
    const logicApp = { logicAppWorkflowName: 'a', resourceGroupName: 'b', subscriptionId: 'c' };
    const input = { displayName: 'No URL yet', endpointConfiguration: logicApp };
    const { extension, workflow } = await workflowWith(world, input);
    await world.engine.start();
    const failed = await activated(world, workflow.id);
    expect((await world.engine.runs.waitFor(failed.id)).processingStatus).toBe('failed');
    const [task] = await allTasks(world.engine, failed.id);
    expect(task?.failureReason).toContain('`No URL yet` has no URL to call');
    const url = 'https://prod.logic.azure.com/workflows/1';
    await world.engine.customTaskExtensions.update(extension.id, {
      endpointConfiguration: { ...logicApp, url },
    });
    const done = await activated(world, workflow.id);
    expect((await world.engine.runs.waitFor(done.id)).processingStatus).toBe('completed');
    expect(world.calls.map((call) => call.url)).toEqual([url]);
    await world.engine.stop();
  });

  it('are not called when the host has a handler of its own', async () => {
    const own: string[] = [];
    const world = extensionWorld({ tasks: { '*': ({ subject }) => void own.push(subject.id) } });
    const { workflow } = await workflowWith(world, CONTINUES);
    await world.engine.start();
    const run = await activated(world, workflow.id);
    await world.engine.runs.waitFor(run.id);
    expect([own, world.calls]).toEqual([['u1', 'u1'], []]);
    await world.engine.stop();
  });
});
