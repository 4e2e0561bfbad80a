import { describe, expect, it } from 'vitest';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { OF_WORKFLOWS } from '../../../../src/ledger/notes.ts';
import {
  answerCallback,
  callbackSecret,
  callbackToken,
  forgetCallbacks,
  isCallbackToken,
  noteWaiting,
  readWaiting,
} from '../../../../src/ledger/recording/callbacks.ts';
import { taskResultId, userResultId } from '../../../../src/model/ids.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { task, workflowRecord } from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { AT, makeRun, makeUser, RUN } from '../../stores/sqlite/records.ts';

const TASK = taskResultId(RUN, 1, 1);
const WAITING = { launchedAtMs: null, deadlineMs: AT };

describe('the token of a callback', () => {
  it('is the same for one task result in any letter case, and another one for others', () => {
    const token = callbackToken('secret', TASK);
    expect(callbackToken('secret', TASK.toUpperCase())).toBe(token);
    expect(callbackToken('secret', taskResultId(RUN, 1, 2))).not.toBe(token);
    expect(callbackToken('another', TASK)).not.toBe(token);
    expect(token).toMatch(/^[\w-]{43}$/);
  });

  it('is recognized by the store of its secret only', async () => {
    const store = memoryStore();
    expect(await isCallbackToken(store, TASK, callbackToken('secret', TASK))).toBe(false);
    const secret = await callbackSecret({ store }, () => 'secret');
    const token = callbackToken(secret, TASK);
    expect(await isCallbackToken(store, TASK, token)).toBe(true);
    for (const wrong of ['', token.slice(1), `${token}x`, token.toLowerCase(), 'é'.repeat(43)])
      expect(await isCallbackToken(store, TASK, wrong)).toBe(false);
  });
});

it('a store gets one secret, also from callers at the same time', async () => {
  const store = memoryStore();
  let made = 0;
  const make = () => `secret ${++made}`;
  const secrets = await Promise.all([1, 2, 3].map(() => callbackSecret({ store }, make)));
  expect(new Set(secrets)).toEqual(new Set(['secret 1']));
  expect(await callbackSecret({ store }, make)).toBe('secret 1');
});

describe('the note of a task that waits', () => {
  it('keeps an answer that came before the call was accepted', async () => {
    const store = memoryStore();
    expect(await readWaiting(store, 'w1', TASK)).toBeNull();
    const answered = JSON.stringify({ ...WAITING, answer: 'completed' });
    await noteWaiting({ store }, 'w1', TASK, WAITING);
    const [note] = await store.listNotes({
      collection: OF_WORKFLOWS.callbacks,
      prefix: 'w1/',
      after: null,
      limit: 1,
    });
    if (!note) throw new Error('Expected a note, got none');
    await store.transaction((tx) => tx.putNotes([{ ...note, body: answered }]));
    const launched = { launchedAtMs: AT - 5, deadlineMs: AT + 5 };
    expect(await noteWaiting({ store }, 'w1', TASK, launched)).toEqual({ ...launched, answer: 'completed' });
    expect(await readWaiting(store, 'w1', TASK)).toEqual({ ...launched, answer: 'completed' });
  });

  it('is deleted with its run, and with no other run', async () => {
    const store = memoryStore();
    const other = taskResultId('11111111-2222-8333-8444-555555555555', 1, 1);
    for (const task of [TASK, other]) await noteWaiting({ store }, 'w1', task, WAITING);
    await store.transaction((tx) => forgetCallbacks(tx, makeRun()));
    expect(await readWaiting(store, 'w1', TASK)).toBeNull();
    expect(await readWaiting(store, 'w1', other)).toEqual({ ...WAITING, answer: null });
  });
});

const NOW = AT + 100;
const WORKFLOW = workflowRecord(0, {
  id: 'w1',
  tasks: ['a', 'b'].map((id, index) =>
    task(0, index + 1, {
      taskDefinitionId: id,
      arguments: [{ name: 'customTaskExtensionID', value: 'EXT' }],
    }),
  ),
});

/** A store in which the first user waits for a callback in its first task, until AT + 1,000. */
async function waitingWorld(user: Partial<UserRecord> = {}, run: Partial<RunRecord> = {}) {
  const store = memoryStore();
  const secret = await callbackSecret({ store }, () => 'secret');
  await store.transaction(async (tx) => {
    await tx.putWorkflow(WORKFLOW);
    await tx.insertRun(makeRun({ processingStatus: 'inProgress', startedAtMs: AT, ...run }));
    await tx.insertUsers([makeUser(1, { processingStatus: 'inProgress', startedAtMs: AT, ...user })]);
    await tx.putNotes([
      {
        collection: 'extensions',
        key: 'ext',
        body: JSON.stringify({ callbackConfiguration: { authorizedApps: [{ id: 'app' }] } }),
      },
    ]);
  });
  const clock = new VirtualClock(NOW);
  const context = { store, clock } as unknown as LedgerContext;
  const wait = () => noteWaiting({ store }, 'w1', TASK, { launchedAtMs: AT, deadlineMs: AT + 1_000 });
  await wait();
  const token = callbackToken(secret, TASK);
  const answer = (
    status: unknown = 'Completed',
    proof: unknown = { token },
    id: string = TASK,
  ): Promise<unknown> =>
    answerCallback(
      context,
      id,
      { data: { operationStatus: status }, source: 's', type: 't' } as never,
      proof as never,
    );
  const kept = async () => (await readWaiting(store, 'w1', TASK))?.answer ?? null;
  return { store, clock, context, answer, kept };
}

describe('the answer to a task that waits', () => {
  it.each([
    ['Completed', 'completed'],
    ['failed', 'failed'],
    ['FAILED', 'failed'],
  ])('%s is kept as %s, and names the user to continue', async (status, expected) => {
    const { answer, kept } = await waitingWorld();
    expect(await answer(status)).toEqual({ runId: RUN, ordinal: 1 });
    expect(await kept()).toBe(expected);
  });

  it('is accepted under the id in any letter case, with a token, from the host, or from an authorized app', async () => {
    for (const proof of [undefined, { trusted: true }, { principal: 'app' }]) {
      const { answer, kept } = await waitingWorld();
      await answer('Completed', proof, TASK.toUpperCase());
      expect(await kept()).toBe('completed');
    }
  });

  it.each([
    ['a wrong token', { token: 'x' }],
    ['a token that is no text', { token: 7 }],
    ['the token of another task', { token: callbackToken('secret', taskResultId(RUN, 1, 2)) }],
    ['a host that does not say so', { trusted: false }],
    ['a trust that is no flag', { trusted: 'true' }],
    ['a principal that is not authorized', { principal: 'APP' }],
    ['no principal', { principal: undefined }],
    ['nothing', {}],
  ])('with %s is refused as CallbackRefused, and not kept', async (_, proof) => {
    const { answer, kept } = await waitingWorld();
    await expect(answer('Completed', proof)).rejects.toMatchObject({
      code: 'CallbackRefused',
      message: 'Expected the token of the call, or one of the authorizedApps of its extension, got neither',
      details: { taskResult: TASK },
    });
    expect(await kept()).toBeNull();
  });

  it.each(['done', '', null, 7])('that says %j is refused as InvalidArgument', async (status) => {
    const { answer, kept } = await waitingWorld();
    await expect(answer(status)).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'data.operationStatus' },
    });
    expect(await kept()).toBeNull();
  });

  it('is kept once: the first one holds, whatever the second says', async () => {
    const { answer, kept } = await waitingWorld();
    await answer('failed');
    await expect(answer('Completed')).rejects.toMatchObject({
      code: 'NotWaiting',
      message: `Expected task result ${TASK} to wait for a callback, got one that is already answered`,
    });
    expect(await kept()).toBe('failed');
  });

  it('is accepted until 1 ms before the deadline, and refused at it', async () => {
    const early = await waitingWorld();
    early.clock.jump(AT + 999 - NOW);
    await early.answer();
    const late = await waitingWorld();
    late.clock.jump(AT + 1_000 - NOW);
    await expect(late.answer()).rejects.toMatchObject({
      code: 'NotWaiting',
      message: expect.stringContaining('got one whose deadline has passed'),
    });
  });

  it.each<[string, Partial<UserRecord>, Partial<RunRecord>]>([
    ['whose run is canceling', {}, { processingStatus: 'canceling' }],
    ['whose user is canceled', { processingStatus: 'canceled', completedAtMs: AT }, {}],
    ['that has an outcome', { outcomes: [{ status: 'failed', startedAtMs: AT, completedAtMs: AT }] }, {}],
  ])('for a task %s is refused as one that has ended', async (_, user, run) => {
    const { answer, kept } = await waitingWorld(user, run);
    await expect(answer()).rejects.toMatchObject({
      code: 'NotWaiting',
      message: `Expected task result ${TASK} to wait for a callback, got one that has ended`,
    });
    expect(await kept()).toBeNull();
  });

  it('for a task that was never called is refused, also by a host that is trusted', async () => {
    const { answer } = await waitingWorld();
    await expect(answer('Completed', { trusted: true }, taskResultId(RUN, 1, 2))).rejects.toMatchObject({
      code: 'NotWaiting',
      message: expect.stringContaining('got one that is not waiting'),
    });
  });

  it.each([
    ['a run', RUN, 'NotWaiting'],
    ['a user result', userResultId(RUN, 1), 'NotWaiting'],
    ['a task of an unknown run', taskResultId('11111111-2222-8333-8000-000000000000', 1, 1), 'NotFound'],
    ['nothing', 'nonsense', 'NotFound'],
  ])('for the id of %s is refused', async (_, id, code) => {
    const { answer } = await waitingWorld();
    await expect(answer('Completed', { trusted: true }, id)).rejects.toMatchObject({ code });
  });

  it('for a task of a reprocessing is found by its position, not by its number', async () => {
    const { answer, kept } = await waitingWorld({
      positions: [1],
      totalTasksCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    await answer();
    expect(await kept()).toBe('completed');
    const other = await waitingWorld({ positions: [2], totalTasksCount: 1, totalUnprocessedTasksCount: 1 });
    await expect(other.answer()).rejects.toMatchObject({ code: 'NotWaiting' });
  });
});
