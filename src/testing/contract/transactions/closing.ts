import assert from 'node:assert/strict';
import type { Store, StoreSlices } from '../../../ports/store.ts';
import { type ContractKit, gate, rejectsWith, turns } from '../kit.ts';
import { runId, subjectId, T0, workflowId } from '../records/records.ts';

const PAGE = {
  where: null,
  order: { property: 'scheduledDateTime', descending: false },
  after: null,
  limit: 10,
} as const;

const CALLS: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  getWorkflow: (store) => store.getWorkflow(workflowId(0)),
  listWorkflows: (store) => store.listWorkflows(),
  getWorkflowVersion: (store) => store.getWorkflowVersion(workflowId(0), 1),
  listWorkflowVersions: (store) => store.listWorkflowVersions(workflowId(0)),
  getRun: (store) => store.getRun(runId(0)),
  listRuns: (store) => store.listRuns(PAGE),
  countRuns: (store) => store.countRuns({ where: null }),
  listUnfinishedRuns: (store) => store.listUnfinishedRuns(),
  sumRuns: (store) => store.sumRuns(workflowId(0), 0, T0),
  getUser: (store) => store.getUser(runId(0), 1),
  getUserBySubject: (store) => store.getUserBySubject(runId(0), subjectId(1)),
  listUsers: (store) => store.listUsers({ ...PAGE, runId: runId(0) }),
  countUsers: (store) => store.countUsers({ runId: runId(0), where: null }),
  listUsersOfWorkflow: (store) =>
    store.listUsersOfWorkflow({
      workflowId: workflowId(0),
      whereRun: null,
      where: null,
      after: null,
      limit: 10,
    }),
  sumUsers: (store) =>
    store.sumUsers({ runId: runId(0), afterOrdinal: 0, toOrdinal: 9, fromMs: 0, toMs: T0 }),
  listUsersByStatus: (store) => store.listUsersByStatus(runId(0), 'queued', 0, 10),
  listFailureGroups: (store) => store.listFailureGroups(runId(0)),
  listUsersOfFailureGroup: (store) => store.listUsersOfFailureGroup(runId(0), 'a', 0, 10),
  listRunsWithFailures: (store) => store.listRunsWithFailures(workflowId(0), 0, 10),
  countRepaired: (store) =>
    store.countRepaired({ runId: runId(0), key: 'a', byRunIds: [], afterOrdinal: 0, limit: 10 }),
  getAdmissions: (store) => store.getAdmissions(workflowId(0), [subjectId(1)]),
  listAdmissions: (store) => store.listAdmissions({ workflowId: workflowId(0), after: null, limit: 10 }),
  getSetting: (store) => store.getSetting('job'),
  transaction: (store) => store.transaction(async () => 'done'),
};

const HELD = { runId: runId(0), slice: 1, claim: 1 };
const SLICE_CALLS: Readonly<Record<string, (slices: StoreSlices) => Promise<unknown>>> = {
  list: (slices) => slices.list({ leaseMs: 0, nowMs: T0, limit: 10 }),
  claim: (slices) => slices.claim([HELD], { holder: 'a test', leaseMs: 0, isNoOp: false, nowMs: T0 }),
  renew: (slices) => slices.renew([HELD], T0),
  release: (slices) => slices.release([HELD]),
};

/** The end of a store. */
export function closing({ describe, test, slicesTest, subject }: ContractKit): void {
  describe('capabilities and closing', () => {
    test('the store claims the capabilities that it is tested for', async (store) => {
      assert.deepEqual({ ...store.capabilities }, { ...subject.capabilities });
      assert.equal(store.slices !== undefined, subject.slices !== undefined);
    });

    for (const [name, call] of Object.entries(CALLS)) {
      test(`${name} after close() is refused with StoreClosed`, async (store) => {
        await call(store);
        await store.close();
        await rejectsWith('StoreClosed', () => call(store), name);
      });
    }

    for (const [name, call] of Object.entries(SLICE_CALLS)) {
      slicesTest(`slices.${name} after close() is refused with StoreClosed`, async ({ store, slices }) => {
        await call(slices);
        await store.close();
        await rejectsWith('StoreClosed', () => call(slices), `slices.${name}`);
      });
    }

    test('the work of a transaction after close() never starts', async (store) => {
      await store.close();
      let started = false;
      await rejectsWith('StoreClosed', () =>
        store.transaction(async () => {
          started = true;
        }),
      );
      assert.equal(started, false);
    });

    test('close() waits for the running transaction, which commits', async (store) => {
      const held = gate();
      const log: string[] = [];
      const running = store.transaction(async (tx) => {
        await tx.putSetting('job', 'before');
        await held.opened;
        await tx.putSetting('job', 'after');
        log.push('work ends');
        return tx.getSetting('job');
      });
      await turns(2);
      const closed = store.close().then(() => log.push('closed'));
      await turns();
      held.open();
      assert.equal(await running, 'after');
      await closed;
      assert.deepEqual(log, ['work ends', 'closed']);
    });
  });
}
