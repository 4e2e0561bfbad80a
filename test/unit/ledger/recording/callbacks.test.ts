import { describe, expect, it } from 'vitest';
import { OF_WORKFLOWS } from '../../../../src/ledger/notes.ts';
import {
  callbackSecret,
  callbackToken,
  forgetCallbacks,
  isCallbackToken,
  noteWaiting,
  readWaiting,
} from '../../../../src/ledger/recording/callbacks.ts';
import { taskResultId } from '../../../../src/model/ids.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { AT, makeRun, RUN } from '../../stores/sqlite/records.ts';

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
