import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type WebhookOptions,
  webhookConnection,
} from '../../../../src/connectors/webhook/webhook-connection.ts';
import { type WebhookTaskOptions, webhookTasks } from '../../../../src/connectors/webhook/webhook-tasks.ts';
import { arrayDirectory, createEngine } from '../../../../src/index.ts';
import {
  startWebhookReceiver,
  WEBHOOK_SECRET,
  type WebhookReceiver,
} from '../../../servers/webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.close());

const ADA = { id: 'ada', displayName: 'Ada', mail: 'ada@example.org', salary: '1', manager: { id: 'm' } };

/** An engine with one task, which a webhook does. */
async function engineWith(task: WebhookTaskOptions, more: Partial<WebhookOptions> = {}) {
  const connection = webhookConnection({
    http: { baseUrl: `${receiver.url}/hook` },
    secrets: WEBHOOK_SECRET,
    ...more,
  });
  const engine = await createEngine({
    directory: arrayDirectory([ADA]),
    tasks: webhookTasks(connection, { addUserToGroups: task }),
  });
  await engine.start();
  const { id } = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Join',
    executionConditions: 'onDemand',
    tasks: [
      {
        taskDefinitionId: 'addUserToGroups',
        displayName: 'Add to Sales',
        arguments: [{ name: 'groupID', value: 'sales' }],
      },
    ],
  });
  const taskOf = async (runId: string) => (await engine.taskProcessingResults.list(runId)).value[0];
  return { engine, id, taskOf };
}

describe('a task that a webhook does', () => {
  it('fails without the token of its callback, which the receiver repeats', async () => {
    let token = '';
    const echo: typeof fetch = async (_, init) => {
      const text = Buffer.from(init?.body as Uint8Array).toString();
      ({ token } = JSON.parse(text).data.callback);
      return Response.json({ detail: `no such hook: ${token}` }, { status: 400 });
    };
    const http = { baseUrl: 'https://x.example/hook', fetch: echo };
    const { engine, id, taskOf } = await engineWith({ callbackTimeoutMs: 60_000 }, { http });
    const run = await engine.runs.activate(id, { subjects: ['ada'] });
    await engine.runs.waitFor(run.id);
    expect((await taskOf(run.id))?.failureReason).toBe('x.example answered 400: no such hook: (hidden)');
    expect(token).not.toBe('');
    await engine.close();
  });

  it('is sent with task, arguments, run and person, and of the person only what is to be known', async () => {
    const { engine, id, taskOf } = await engineWith(
      { path: '/groups' },
      { attributes: ['mail', 'manager', 'floor'] },
    );
    const run = await engine.runs.activate(id, { subjects: ['ada'] });
    await engine.runs.waitFor(run.id);
    const task = await taskOf(run.id);
    expect(task).toMatchObject({ processingStatus: 'completed', changes: ['addUserToGroups: ada'] });
    expect(receiver.messages).toHaveLength(1);
    const [{ id: messageId, path, message } = {}] = receiver.messages;
    expect([messageId, path]).toEqual([task?.id, '/hook/groups']);
    expect(message).toMatchObject({
      type: 'tenure.task',
      data: {
        dryRun: false,
        task: { key: 'addUserToGroups', displayName: 'Add to Sales', executionSequence: 1 },
        arguments: { groupID: 'sales' },
        taskProcessingResult: { id: task?.id },
        run: { id: run.id, workflowExecutionType: 'onDemand' },
        workflow: { id, category: 'joiner', version: 1 },
        attempt: 1,
        callback: null,
      },
    });
    expect(message?.data.subject).toEqual({ id: 'ada', mail: 'ada@example.org', manager: { id: 'm' } });
    await engine.close();
  });

  it('waits for a callback that only the receiver can send', async () => {
    const { engine, id, taskOf } = await engineWith(
      { callbackTimeoutMs: 3_600_000 },
      { callbackUrl: 'https://tenure.example.org/api/' },
    );
    const run = await engine.runs.activate(id, { subjects: ['ada'] });
    await expect.poll(async () => (await engine.taskProcessingResults.listWaiting()).value.length).toBe(1);
    const { callback } = receiver.messages[0]?.message.data ?? {};
    const task = await taskOf(run.id);
    expect(callback?.url).toMatch(
      /^https:\/\/tenure\.example\.org\/api\/identityGovernance\/.*\/resume\?token=[\w-]{43}$/,
    );
    const resume = (token: string) =>
      engine.taskProcessingResults.resume(
        task?.id ?? '',
        { data: { operationStatus: 'completed' } },
        { token },
      );
    await expect(resume('a'.repeat(43))).rejects.toMatchObject({ code: 'CallbackRefused' });
    await resume(callback?.token ?? '');
    expect((await engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    expect(await taskOf(run.id)).toMatchObject({ changes: ['addUserToGroups: ada'] });
    await engine.close();
  });

  it.each([
    [true, 'addUserToGroups: ada', 1],
    [false, /^addUserToGroups: handed to 127\.0\.0\.1:\d+$/, 0],
  ])(
    'is previewed by a receiver that knows dry runs (%s), and not done',
    async (dryRun, change, messages) => {
      const { engine, id, taskOf } = await engineWith({}, { dryRun });
      const preview = await engine.workflows.preview(id, { subjects: ['ada'] });
      await engine.runs.waitFor(preview.id);
      const task = await taskOf(preview.id);
      expect(task?.changes?.[0]).toEqual(typeof change === 'string' ? change : expect.stringMatching(change));
      expect(receiver.messages).toHaveLength(messages);
      for (const { id: messageId } of receiver.messages) expect(messageId).toBe(`${task?.id}-dry-run`);
      expect(receiver.done.size).toBe(0);
      await engine.close();
    },
  );

  it.each<[unknown, object]>([
    [
      { processingInfo: 'was so already', changes: [] },
      { processingInfo: 'was so already', changes: [] },
    ],
    [
      { changes: ['a', 5, 'b'], processingInfo: 7 },
      { changes: ['a', 'b'], processingInfo: null },
    ],
    [{ changes: 'all' }, { changes: ['addUserToGroups: handed to hooks.example.org'] }],
    [['a'], { changes: ['addUserToGroups: handed to hooks.example.org'] }],
    ['done', { changes: ['addUserToGroups: handed to hooks.example.org'] }],
  ])(
    'takes from an answer what can be read, and does not fail over the rest: %j',
    async (answer, expected) => {
      const http = { baseUrl: 'https://hooks.example.org', fetch: async () => Response.json(answer) };
      const { engine, id, taskOf } = await engineWith({}, { http });
      const run = await engine.runs.activate(id, { subjects: ['ada'] });
      await engine.runs.waitFor(run.id);
      expect(await taskOf(run.id)).toMatchObject({ processingStatus: 'completed', ...expected });
      await engine.close();
    },
  );

  it('fails with the reason of a receiver that refuses it', async () => {
    const http = {
      baseUrl: 'https://hooks.example.org',
      fetch: async () => Response.json({ detail: 'no such group' }, { status: 422 }),
    };
    const { engine, id, taskOf } = await engineWith({}, { http });
    const run = await engine.runs.activate(id, { subjects: ['ada'] });
    await engine.runs.waitFor(run.id);
    expect(await taskOf(run.id)).toMatchObject({
      processingStatus: 'failed',
      failureReason: 'hooks.example.org answered 422: no such group',
    });
    await engine.close();
  });

  it.each([
    [{ path: 'x' }, 'Expected tasks.t.path to be a path below the address of the webhook'],
    [{ path: '//evil.example' }, 'Expected tasks.t.path to be'],
    [{ path: '/a/../b' }, 'Expected tasks.t.path to be'],
    [{ path: '/a?b' }, 'Expected tasks.t.path to be'],
    [{ callbackTimeoutMs: 0 }, 'Expected tasks.t.callbackTimeoutMs to be'],
    [{ wait: 1 }, 'Expected tasks.t to have only path, callbackTimeoutMs, concurrency'],
  ])('is refused with %j', (options, message) => {
    const connection = webhookConnection({ http: { baseUrl: receiver.url }, secrets: WEBHOOK_SECRET });
    expect(() => webhookTasks(connection, { t: options as WebhookTaskOptions })).toThrow(message);
  });
});
