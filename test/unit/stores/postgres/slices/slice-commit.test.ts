import { beforeAll, expect, it } from 'vitest';
import type { SliceRecord } from '../../../../../src/model/slices.ts';
import type { StoreSlices } from '../../../../../src/ports/store.ts';
import { commitSlice, readSlice } from '../../../../../src/stores/postgres/slices/slice-commit.ts';
import { claimedSlice, SlicedRun, stateOf } from '../../../../../src/testing/contract/slices/sliced-run.ts';
import { describePostgres } from '../../../../postgres/support.ts';
import { newDatabase, type SchemaUnderTest } from '../database-kit.ts';

describePostgres('a commit of a slice', () => {
  let database: SchemaUnderTest;
  let runs = 0;

  beforeAll(async () => {
    database = await newDatabase();
  });

  /** A run of one slice that is claimed, and a commit in which its first user is canceled and its admission withdrawn. */
  async function claimed() {
    const { store, session } = database;
    runs += 1;
    const run = await SlicedRun.publish(store, store.slices as StoreSlices, 3, { n: runs });
    const { id, workflowId } = run.run;
    const slice = claimedSlice(await run.claim(1));
    const user = run.users[0];
    if (!user) throw new Error('Expected users, got none');
    await store.transaction((tx) =>
      tx.putAdmissions([{ workflowId, subjectId: user.subjectId, dueAtMs: 1, runId: id }]),
    );
    const runNo = Number(await session.value('SELECT no FROM {s}.runs WHERE id = $1', [id]));
    const held = { runNo, workflowId };
    const ended = { ...user, processingStatus: 'canceled' as const, completedAtMs: run.nextMs() };
    const write = (known: SliceRecord, after: Partial<SliceRecord> = {}) =>
      commitSlice(
        session,
        held as Parameters<typeof commitSlice>[1],
        { slice: known, withdrawn: [user.subjectId] } as unknown as Parameters<typeof commitSlice>[2],
        { ...slice, state: 'active', moved: { ...slice.moved, canceledUsersCount: 1 }, ...after },
        { body: '[2]', replaces: false, ended: [ended] },
      );
    const state = async () => ({
      ...(await stateOf(store, run.run)),
      slice: await readSlice(session, runNo, slice),
      journal: await session.rows('SELECT slice_no, seq, body FROM {s}.journal WHERE run_no = $1', [runNo]),
    });
    return { slice, ended, write, state };
  }

  it('writes the slice, the journal, the rows of ended users and the withdrawal, in one statement', async () => {
    const { slice, ended, write, state } = await claimed();
    const asked = await database.during(async () => expect(await write(slice)).toBe(true));
    expect(asked).toHaveLength(1);
    const after = await state();
    expect(after.slice).toMatchObject({
      seq: slice.seq + 1,
      claim: slice.claim,
      moved: { canceledUsersCount: 1 },
    });
    expect(after.journal).toEqual([[1, slice.seq + 1, '[2]']]);
    expect(after).toMatchObject({ admissions: [] });
    expect(after).toMatchObject({ users: expect.arrayContaining([ended]) });
  });

  it.each<[string, Partial<SliceRecord>]>([
    ['of an older claim', { claim: 0 }],
    ['of a newer claim', { claim: 9 }],
    ['of a commit before', { seq: -1 }],
    ['of a commit to come', { seq: 7 }],
    ['which does not know of the cancel', { canceling: true }],
    ['of a slice that is not there', { slice: 2 }],
  ])('%s writes nothing at all', async (_name, known) => {
    const { slice, write, state } = await claimed();
    const before = await state();
    expect(await write({ ...slice, ...known })).toBe(false);
    expect(await state()).toEqual(before);
  });

  it('that is repeated, or comes after the end of its slice, writes nothing', async () => {
    const { slice, write, state } = await claimed();
    expect(await write(slice, { state: 'ended' })).toBe(true);
    const before = await state();
    expect(await write(slice)).toBe(false);
    expect(await write({ ...slice, seq: slice.seq + 1 })).toBe(false);
    expect(await state()).toEqual(before);
  });

  it('of a slice that is not there reads none', async () => {
    const { slice } = await claimed();
    expect(await readSlice(database.session, 0, slice)).toBeNull();
  });
});
