import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreTransaction } from '../../../../src/ports/store.ts';
import { SLICE_BOUNDS } from '../../../../src/rules/status/slice.ts';
import { type MemoryStoreOptions, memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { workflowRecord } from '../../../../src/testing/contract/records/records.ts';
import { PAGE, READS } from '../reads.ts';
import {
  AT,
  allUsers,
  fill,
  makeRun,
  makeUser,
  makeUsers,
  RUN,
  refusal,
  runId,
  step,
} from '../sqlite/support.ts';

async function filled() {
  const store = memoryStore();
  await fill(store, makeRun({ slotAtMs: AT }), makeUsers(3));
  return store;
}

describe('options', () => {
  it.each<[unknown, string]>([
    [{ slices: 5 }, 'Expected slices to be an object, got `5`'],
    [
      { slices: { min: 0, max: 5 } },
      'Expected slices.min to be a whole number in 1..9007199254740991, got `0`',
    ],
    [{ slices: { min: 1 } }, 'Expected slices.max to be a whole number in 1..9007199254740991, got nothing'],
    [
      { slice: true },
      'Expected the options of memoryStore to have only slices, got `slice`; did you mean `slices`?',
    ],
    ['slices', 'Expected the options of memoryStore to be an object, got `"slices"`'],
  ])('%j is refused by name', async (options, message) => {
    const error = await refusal('InvalidArgument', async () => memoryStore(options as MemoryStoreOptions));
    expect(error.message).toBe(message);
  });

  it('decide whether runs are cut, and into slices of how many users', async () => {
    expect([memoryStore().slices, memoryStore({ slices: false }).slices]).toEqual([undefined, undefined]);
    expect(memoryStore().capabilities).toEqual({ durable: false, sharedWriters: false, synchronous: true });
    const numbers = async (slices: MemoryStoreOptions['slices'], users: number) => {
      const store = memoryStore({ slices: slices as boolean });
      expect(store.capabilities).toEqual({ durable: false, sharedWriters: true, synchronous: true });
      const keys = await store.transaction(async (tx) => {
        const run = makeRun({ totalUsersCount: users });
        await tx.insertRun(run);
        return (await store.slices?.insert(tx, run)) ?? [];
      });
      return keys.map(({ slice }) => slice);
    };
    expect(await numbers(true, SLICE_BOUNDS.min + 1)).toEqual([1, 2]);
    expect(await numbers({ min: 1, max: 1 }, 3)).toEqual([1, 2, 3]);
  });
});

describe('a transaction', () => {
  it('begins when the one before it has ended, whatever became of that', async () => {
    const store = memoryStore();
    const order: string[] = [];
    const first = store.transaction(async () => {
      order.push('first begins');
      await Promise.resolve();
      order.push('first fails');
      throw new RangeError('mine');
    });
    const second = store.transaction(async (tx) => {
      order.push('second');
      await tx.putSetting('a', 'b');
      return 5;
    });
    await expect(first).rejects.toThrow(RangeError);
    expect(await second).toBe(5);
    expect(order).toEqual(['first begins', 'first fails', 'second']);
    expect(await store.getSetting('a')).toBe('b');
  });

  const WRITES: readonly (readonly [string, (tx: StoreTransaction) => Promise<void>])[] = [
    ['putWorkflow', (tx) => tx.putWorkflow(workflowRecord(1))],
    ['deleteWorkflow', (tx) => tx.deleteWorkflow('w1')],
    ['insertRun', (tx) => tx.insertRun(makeRun({ id: runId(2) }))],
    ['putRun', (tx) => tx.putRun(makeRun({ processingStatus: 'canceling' }))],
    ['deleteRun', (tx) => tx.deleteRun(RUN)],
    ['insertUsers', (tx) => tx.insertUsers([makeUser(4)])],
    ['putUsers', (tx) => tx.putUsers([step(makeUser(2))])],
    [
      'putAdmissions',
      (tx) => tx.putAdmissions([{ workflowId: RUN, subjectId: 'subject-1', dueAtMs: 1, runId: '' }]),
    ],
    ['putNotes', (tx) => tx.putNotes([{ collection: RUN, key: 'a', body: '' }])],
    ['putSetting', (tx) => tx.putSetting(RUN, 'b')],
  ];
  const seen = async (reader: Parameters<(typeof READS)[number][1]>[0]) =>
    Promise.all(
      [RUN, 'w1', workflowRecord(1).workflow.id].flatMap((id) => READS.map(([, read]) => read(reader, id))),
    );

  it.each(WRITES)(
    'is seen by nothing outside of it before it ends, and by all after that: %s',
    async (_name, write) => {
      const store = await filled();
      const before = await seen(store);
      let inside: unknown[] = [];
      await store.transaction(async (tx) => {
        await write(tx);
        expect(await seen(store)).toEqual(before);
        inside = await seen(tx);
        expect(inside).not.toEqual(before);
      });
      expect(await seen(store)).toEqual(inside);
    },
  );

  it.each(WRITES)('that fails leaves nothing of what it wrote: %s', async (_name, write) => {
    const store = await filled();
    const before = await seen(store);
    const failing = store.transaction(async (tx) => {
      await write(tx);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await seen(store)).toEqual(before);
    await store.transaction(write);
    expect(await seen(store)).not.toEqual(before);
  });

  it.each(WRITES)(
    'refuses every write after its end, and nothing of it is in the next one: %s',
    async (_name, write) => {
      const store = await filled();
      const before = await seen(store);
      const kept: StoreTransaction[] = [];
      await store.transaction(async (tx) => void kept.push(tx));
      for (const tx of kept)
        expect((await refusal('StoreClosed', () => write(tx))).message).toBe(
          'The transaction has ended; make all of its calls before its function returns',
        );
      await store.transaction(async () => {});
      expect(await seen(store)).toEqual(before);
    },
  );

  it.each(READS)('refuses every read after its end: %s', async (_name, read) => {
    const store = await filled();
    const kept: StoreTransaction[] = [];
    await store.transaction(async (tx) => void kept.push(tx));
    for (const tx of kept) await refusal('StoreClosed', () => read(tx, RUN));
  });

  it('in which a write failed half way cannot be committed, even when its work catches the error', async () => {
    const store = await filled();
    const second = makeUser(5, { subjectId: 'subject-1' });
    await refusal('Duplicate', () =>
      store.transaction(async (tx) => {
        await tx.insertUsers([makeUser(4), second]).catch(() => {});
        await refusal('Duplicate', () => tx.getRun(RUN));
        await refusal('Duplicate', () => tx.putSetting('a', 'b'));
      }),
    );
    expect(await allUsers(store)).toEqual(makeUsers(3));
  });

  it('in which a write failed that had left nothing goes on', async () => {
    const store = await filled();
    await store.transaction(async (tx) => {
      await refusal('Duplicate', () => tx.insertUsers([makeUser(4, { subjectId: 'subject-1' })]));
      await refusal('NotFound', () => tx.putUsers([makeUser(9)]));
      await tx.insertUsers([makeUser(4)]);
    });
    expect(await allUsers(store)).toEqual(makeUsers(4));
  });
});

describe('keys', () => {
  it('of a run or of its slot that exist are Duplicate, with all three of them', async () => {
    const store = await filled();
    for (const run of [makeRun(), makeRun({ id: runId(2), slotAtMs: AT })]) {
      const error = await refusal('Duplicate', () => store.transaction((tx) => tx.insertRun(run)));
      expect(error.message).toBe(
        `Expected run ${run.id} and its schedule slot to be new, got one that exists`,
      );
      expect(error.details).toEqual({ runId: run.id, workflowId: 'w1', slotAtMs: run.slotAtMs });
    }
    await store.transaction((tx) => tx.insertRun(makeRun({ id: runId(3), slotAtMs: AT, workflowId: 'w2' })));
  });

  it('of a deleted run are free, in its transaction and after it', async () => {
    const store = await filled();
    await store.transaction(async (tx) => {
      await tx.deleteRun(RUN);
      await tx.insertRun(makeRun({ id: runId(2), slotAtMs: AT }));
      await tx.deleteRun(runId(2));
    });
    await fill(store, makeRun({ slotAtMs: AT }), makeUsers(1));
    expect(await allUsers(store)).toEqual(makeUsers(1));
  });

  it('of a run that does not exist are NotFound, for each write about it', async () => {
    const store = await filled();
    for (const act of [
      (tx: StoreTransaction) => tx.putRun(makeRun({ id: 'x' })),
      (tx: StoreTransaction) => tx.putUsers([makeUser(1, { runId: 'x' })]),
      (tx: StoreTransaction) => tx.insertUsers([makeUser(1, { runId: 'x' })]),
    ]) {
      const error = await refusal('NotFound', () => store.transaction(act));
      expect([error.message, error.details]).toEqual(['Expected run x to exist, got none', { runId: 'x' }]);
    }
    await store.transaction(async (tx) => {
      await tx.deleteRun('x');
      await tx.putUsers([]);
      await tx.insertUsers([]);
    });
  });

  it('of two parts are never mistaken for each other, whatever characters they have', async () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('","', '"', '[', 'a', '', '\\'));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 6 }), async (pairs) => {
        const store = memoryStore();
        const notes = new Map(
          pairs.map(([collection, key]) => [JSON.stringify([collection, key]), { collection, key }]),
        );
        await store.transaction((tx) =>
          tx.putNotes([...notes.values()].map((note, index) => ({ ...note, body: String(index) }))),
        );
        for (const [index, { collection, key }] of [...notes.values()].entries())
          expect((await store.getNotes(collection, [key]))[0]?.body).toBe(String(index));
      }),
    );
  });
});

describe('closing', () => {
  it('waits for the transactions before it, refuses those after it, and can be repeated', async () => {
    const store = await filled();
    const before = store.transaction(async (tx) => {
      await new Promise((resolve) => queueMicrotask(() => resolve(null)));
      await tx.putSetting('a', 'b');
      return tx.getSetting('a');
    });
    const closing = store.close();
    const after = refusal('StoreClosed', () => store.transaction(async () => {}));
    expect(await before).toBe('b');
    await closing;
    expect((await after).message).toBe('The store is closed; open it again to use it');
    await store.close();
  });

  it.each(READS)('refuses every read: %s', async (_name, read) => {
    const store = await filled();
    await store.close();
    await refusal('StoreClosed', () => read(store, RUN));
  });
});

it('a deleted workflow takes its versions, runs, users and admissions along, and nothing of another', async () => {
  const store = memoryStore();
  const ids = [1, 2].map((n) => workflowRecord(n).workflow.id);
  for (const [index, workflowId] of ids.entries()) {
    const run = makeRun({ id: runId(index + 1), workflowId, slotAtMs: AT });
    await fill(store, run, [makeUser(1, { runId: run.id })]);
    await store.transaction(async (tx) => {
      await tx.putWorkflow(workflowRecord(index + 1));
      await tx.putAdmissions([{ workflowId, subjectId: 'a', dueAtMs: AT, runId: run.id }]);
    });
  }
  await store.transaction((tx) => tx.deleteWorkflow(String(ids[0])));
  const left = await Promise.all(
    ids.map(async (workflowId, index) => [
      (await store.getWorkflow(workflowId)) !== null,
      (await store.listWorkflowVersions(workflowId)).length,
      (await store.listRuns({ ...PAGE, workflowId })).length,
      await store.countUsers({ runId: runId(index + 1), where: null }),
      (await store.getAdmissions(workflowId, ['a'])).length,
    ]),
  );
  expect(left).toEqual([
    [false, 0, 0, 0, 0],
    [true, 1, 1, 1, 1],
  ]);
  await store.transaction((tx) =>
    tx.insertRun(makeRun({ id: runId(1), workflowId: String(ids[0]), slotAtMs: AT })),
  );
});
