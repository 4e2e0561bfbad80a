/** What the ledger looks up before it does anything: runs, workflows, users, pinned versions, moments. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commitMoment,
  findRun,
  laterMoment,
  pinnedVersion,
  requireRun,
  requireUser,
  requireWorkflow,
} from '../../../src/ledger/context.ts';
import { taskResultId, userResultId } from '../../../src/model/ids.ts';
import type { RunRecord } from '../../../src/model/records.ts';
import type { Store } from '../../../src/ports/store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import {
  runId,
  runRecord,
  seedRun,
  T0,
  userRecords,
  workflowId,
  workflowRecord,
} from '../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';

const RUN = runRecord(1);

/** A store with run 1 of workflow 0, and two users in it. */
async function seeded(changes: Partial<RunRecord> = {}): Promise<Store> {
  const store = memoryStore();
  await seedRun(store, { ...RUN, ...changes }, userRecords(1, 2));
  return store;
}

const deleteWorkflow = (store: Store) =>
  store.transaction((tx) =>
    tx.putWorkflow(workflowRecord(0, { deletedDateTime: new Date(T0).toISOString() })),
  );

describe('findRun and requireRun', () => {
  it('find a published run by its id in any letter case', async () => {
    const store = await seeded();
    for (const find of [findRun, requireRun]) expect(await find(store, RUN.id.toUpperCase())).toEqual(RUN);
  });

  it.each(['', 'x', runId(2), workflowId(0)])('refuse %j as NotFound', async (id) => {
    const store = await seeded();
    for (const find of [findRun, requireRun])
      await expect(find(store, id)).rejects.toMatchObject({
        code: 'NotFound',
        message: `Expected the id of a run, got \`${id}\`: none`,
        details: { runId: id },
      });
  });

  it('do not find a run whose users are still being written', async () => {
    const store = await seeded({ published: false });
    for (const find of [findRun, requireRun])
      await expect(find(store, RUN.id)).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('differ for a run of a deleted workflow: findRun finds it, requireRun hides it and says why', async () => {
    const store = await seeded();
    await deleteWorkflow(store);
    expect(await findRun(store, RUN.id)).toEqual(RUN);
    await expect(requireRun(store, RUN.id)).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected the id of a run, got \`${RUN.id}\`: one of a deleted workflow`,
      details: { runId: RUN.id },
    });
  });

  it('differ for a run of a purged workflow as for one of a deleted one', async () => {
    const store = await seeded({ workflowId: workflowId(7) });
    expect((await findRun(store, RUN.id)).workflowId).toBe(workflowId(7));
    await expect(requireRun(store, RUN.id)).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('requireWorkflow', () => {
  it('finds a workflow by its id in any letter case', async () => {
    const store = await seeded();
    expect(await requireWorkflow(store, workflowId(0).toUpperCase())).toEqual(workflowRecord(0).workflow);
  });

  it('refuses an unknown id and a deleted workflow in the same words', async () => {
    const store = await seeded();
    await deleteWorkflow(store);
    for (const id of [workflowId(0), workflowId(1)])
      await expect(requireWorkflow(store, id)).rejects.toMatchObject({
        code: 'NotFound',
        message: `Expected a workflow \`${id}\`, got none`,
        details: { workflowId: id },
      });
  });
});

describe('requireUser', () => {
  it('finds each user of a run by the id of its result, in any letter case', async () => {
    const store = await seeded();
    for (const user of userRecords(1, 2)) {
      const id = userResultId(RUN.id, user.ordinal);
      expect(await requireUser(store, RUN, id)).toEqual(user);
      expect(await requireUser(store, RUN, id.toUpperCase())).toEqual(user);
    }
  });

  it.each([
    ['the id of the run itself', RUN.id],
    ['a user that the run does not have', userResultId(RUN.id, 3)],
    ['a user of another run', userResultId(runId(2), 1)],
    ['the subject of a user', 'subject-1'],
    ['an empty text', ''],
  ])('refuses %s as NotFound, naming run and result', async (_, id) => {
    const store = await seeded();
    await expect(requireUser(store, RUN, id)).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected run ${RUN.id} to have a user result \`${id}\`, got none`,
      details: { runId: RUN.id, resultId: id },
    });
  });

  it('finds the user of a task result by the id of that result', async () => {
    const store = await seeded();
    expect((await requireUser(store, RUN, taskResultId(RUN.id, 2, 1))).ordinal).toBe(2);
  });
});

describe('pinnedVersion', () => {
  it('is the version that the run names, also when there is a newer one', async () => {
    const store = await seeded();
    await store.transaction((tx) => tx.putWorkflow(workflowRecord(0, { version: 2 })));
    expect((await pinnedVersion(store, RUN)).version).toBe(1);
    expect((await pinnedVersion(store, { ...RUN, workflowVersion: 2 })).version).toBe(2);
  });

  it('is missing in a corrupt store only, which the error says', async () => {
    const store = await seeded();
    await expect(pinnedVersion(store, { ...RUN, workflowVersion: 3 })).rejects.toMatchObject({
      code: 'StoreCorrupt',
      message: `Expected version 3 of workflow ${workflowId(0)} to be kept while run ${RUN.id} exists, got none`,
      details: { runId: RUN.id },
    });
  });
});

describe('the moment of a change of a run', () => {
  const atMs = fc.integer({ min: 0, max: 2 * T0 });

  it('is the present, but never before the last recorded change', () => {
    fc.assert(
      fc.property(atMs, atMs, (nowMs, lastUpdatedAtMs) => {
        const moment = commitMoment(new VirtualClock(nowMs), { ...RUN, lastUpdatedAtMs });
        expect(moment).toBe(nowMs >= lastUpdatedAtMs ? nowMs : lastUpdatedAtMs);
      }),
    );
  });

  it('is later than the last recorded change, for a change of the run itself', () => {
    fc.assert(
      fc.property(atMs, fc.integer({ min: -3, max: 3 }), (nowMs, skewMs) => {
        const lastUpdatedAtMs = nowMs + skewMs;
        const moment = laterMoment(new VirtualClock(nowMs), { ...RUN, lastUpdatedAtMs });
        expect(moment).toBe(skewMs < 0 ? nowMs : lastUpdatedAtMs + 1);
      }),
    );
  });
});
