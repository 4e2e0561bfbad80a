/** A store with something of everything, and one write of each kind on it. */
import type { StoreReader, StoreTransaction } from '../../ports/store.ts';
import { type DumpRange, dump } from './dump.ts';
import {
  activeUser,
  canceled,
  completed,
  ended,
  failed,
  insertRunWith,
  runId,
  runRecord,
  subjectId,
  T0,
  userRecord,
  workflowId,
  workflowRecord,
} from './records/records.ts';

const RANGE: DumpRange = { workflows: 4, runs: 7, users: 9, settings: ['job', 'other', 'new'] };

/** Everything that the base state and the {@link WRITES} can touch. */
export function dumpBase(reader: StoreReader): Promise<Record<string, unknown>> {
  return dump(reader, RANGE);
}

/** Run 0's users after {@link putBaseState}: 1 queued, 2–4 active, 5 completed, 6 failed, 7 canceled. */
function baseUsers() {
  const started = (ordinal: number) => activeUser(userRecord(0, ordinal), T0 + ordinal);
  return [
    userRecord(0, 1),
    started(2),
    activeUser(userRecord(0, 3), T0 + 3, [completed(T0 + 3, 'was there')]),
    activeUser(userRecord(0, 4), T0 + 4, [failed(T0 + 4, 'no licence')], {
      failures: 2,
      interruptions: 1,
      notBeforeMs: T0 + 60_000,
    }),
    ended(started(5), 'completed', T0 + 5_000, [completed(T0 + 5), completed(T0 + 6), completed(T0 + 7)]),
    ended(started(6), 'failed', T0 + 6_000, [
      failed(T0 + 6, "can't"),
      canceled(T0 + 6_000),
      canceled(T0 + 6_000),
    ]),
    ended(userRecord(0, 7), 'canceled', T0 + 7_000),
  ];
}

/** Fills an empty store, in several transactions, with users put while active. */
export async function putBaseState(store: {
  transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T>;
}): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.putWorkflow(workflowRecord(0));
    await tx.putWorkflow(workflowRecord(0, { version: 2, displayName: 'Second version' }, T0));
    await tx.putWorkflow(workflowRecord(1));
    await insertRunWith(
      tx,
      runRecord(0, { processingStatus: 'inProgress', startedAtMs: T0 + 1, slotAtMs: T0, totalUsersCount: 7 }),
      Array.from({ length: 7 }, (_, index) => userRecord(0, index + 1)),
    );
    await insertRunWith(tx, runRecord(1, { processingStatus: 'completed', completedAtMs: T0 + 9_000 }), [
      userRecord(1, 1),
    ]);
    await tx.insertRun(runRecord(2, { published: false, slotAtMs: T0 + 1 }));
    await insertRunWith(tx, runRecord(3, { workflowId: workflowId(1) }), [
      userRecord(3, 1),
      userRecord(3, 2),
    ]);
    await tx.putAdmissions([1, 2, 3].map((ordinal) => admission(0, ordinal, T0 + ordinal)));
    await tx.putAdmissions([admission(1, 1, T0)]);
    await tx.putSetting('job', '{"users":"people.csv"}');
  });
  await store.transaction((tx) => tx.putUsers(baseUsers().slice(1)));
}

function admission(n: number, ordinal: number, dueAtMs: number) {
  return { workflowId: workflowId(n), subjectId: subjectId(ordinal), dueAtMs, runId: runId(0) };
}

/** One write of each kind: each changes what {@link dumpBase} reads of the base state. */
export const WRITES: Readonly<Record<string, (tx: StoreTransaction) => Promise<void>>> = {
  'putWorkflow of a new workflow': (tx) => tx.putWorkflow(workflowRecord(2)),
  'putWorkflow of a new version': (tx) => tx.putWorkflow(workflowRecord(1, { version: 2, isEnabled: false })),
  'putWorkflow of the same version': (tx) =>
    tx.putWorkflow(workflowRecord(1, { deletedDateTime: '2026-02-01T00:00:00.000Z' }, T0 + 1)),
  deleteWorkflow: (tx) => tx.deleteWorkflow(workflowId(0)),
  insertRun: (tx) => tx.insertRun(runRecord(4, { slotAtMs: T0 + 2 })),
  'insertRun with users': (tx) => insertRunWith(tx, runRecord(4), [userRecord(4, 1), userRecord(4, 2)]),
  putRun: (tx) => tx.putRun(runRecord(0, { processingStatus: 'canceling', slotAtMs: T0, claim: 1 })),
  'putRun that publishes': (tx) => tx.putRun(runRecord(2, { published: true, slotAtMs: T0 + 1 })),
  deleteRun: (tx) => tx.deleteRun(runId(0)),
  insertUsers: (tx) => tx.insertUsers([userRecord(0, 8), userRecord(0, 9)]),
  'putUsers that starts a user': (tx) => tx.putUsers([activeUser(userRecord(0, 1), T0 + 1)]),
  'putUsers of active users': (tx) =>
    tx.putUsers([
      activeUser(userRecord(0, 2), T0 + 2, [completed(T0 + 10)]),
      activeUser(userRecord(0, 3), T0 + 3, [completed(T0 + 3, 'was there'), failed(T0 + 11, 'full')]),
    ]),
  'putUsers that ends active users': (tx) =>
    tx.putUsers([
      ended(activeUser(userRecord(0, 2), T0 + 2), 'failed', T0 + 20_000, [failed(T0 + 10)]),
      ended(activeUser(userRecord(0, 4), T0 + 4), 'canceled', T0 + 20_000, [failed(T0 + 4, 'no licence')]),
    ]),
  'putUsers that starts and ends a user': async (tx) => {
    await tx.putUsers([activeUser(userRecord(0, 1), T0 + 1)]);
    await tx.putUsers([activeUser(userRecord(0, 1), T0 + 1, [completed(T0 + 1)])]);
    await tx.putUsers([ended(userRecord(0, 1), 'canceled', T0 + 3_000, [completed(T0 + 1)])]);
  },
  'putAdmissions of a new one': (tx) => tx.putAdmissions([admission(0, 4, T0)]),
  'putAdmissions of an old one': (tx) => tx.putAdmissions([admission(0, 1, T0 + 99)]),
  deleteAdmissions: (tx) => tx.deleteAdmissions(workflowId(0), runId(0), [subjectId(1), subjectId(2)]),
  purgeAdmissions: (tx) => tx.purgeAdmissions(workflowId(0), T0 + 3),
  'putSetting of a new one': (tx) => tx.putSetting('new', 'value'),
  'putSetting of an old one': (tx) => tx.putSetting('job', '{}'),
};
