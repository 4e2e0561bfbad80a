import assert from 'node:assert/strict';
import { LIMITS } from '../../../model/limits.ts';
import type { RunRecord, TaskOutcome, UserRecord } from '../../../model/records.ts';
import type { Store } from '../../../ports/store.ts';
import { dumpUsers, listAllRuns } from '../dump.ts';
import type { ContractKit } from '../kit.ts';
import { compare, textLiteral } from '../lists/filters.ts';
import {
  activeUser,
  canceled,
  completed,
  ended,
  failed,
  runId,
  runRecord,
  seedRun,
  T0,
  userRecord,
} from './records.ts';

/** Texts that stores have been known to bend. */
const TEXTS: readonly string[] = [
  '',
  ' ',
  `'single', "double", \`back\`, \\ back\\slash, 100 % _`,
  "'; DROP TABLE users; --",
  'Grüße aus Zürich, Привет, 你好, שלום, 🎈👩‍👩‍👧',
  'e\u0301 and \u00e9, \ufeff, \u200d, \u2028 and \u2029',
  'line\nline\r\nline\ttab \u0001 \u001f \u007f',
  'nul\u0000inside',
  'null',
  '{"json":[1,2]}',
  'x'.repeat(LIMITS.reasonLengthMax),
  '🎈'.repeat(LIMITS.reasonLengthMax / 2),
  '\\"'.repeat(LIMITS.reasonLengthMax / 2),
];

/** Far moments: before 1970, the epoch itself, the last of year 9999. */
const MOMENTS: readonly number[] = [-1, 0, 1, T0, 253_402_300_799_999, 8_640_000_000_000_000];

/** Records come out as they went in. */
export function exactness({ describe, test }: ContractKit): void {
  describe('exactness', () => {
    test('every field of a run survives an insert and a put', async (store) => {
      await seedRun(store, fullRun(0, 1));
      assert.deepEqual(await store.getRun(runId(0)), fullRun(0, 1));
      assert.deepEqual(await listAllRuns(store), [fullRun(0, 1)]);
      const changed = { ...fullRun(0, 40), id: runId(0), slotAtMs: fullRun(0, 1).slotAtMs };
      await store.transaction((tx) => tx.putRun(changed));
      assert.deepEqual(await store.getRun(runId(0)), changed);
      assert.deepEqual(await store.listUnfinishedRuns(), [changed]);
    });

    test('a run of the largest workflow survives', async (store) => {
      const taskReports = Array.from({ length: LIMITS.tasksPerWorkflowHardMax }, (_, index) => ({
        successfulUsersCount: index,
        failedUsersCount: 2_147_483_647 - index,
        totalUsersCount: 2_147_483_647,
      }));
      await seedRun(store, runRecord(0, { taskReports }));
      assert.deepEqual(await store.getRun(runId(0)), runRecord(0, { taskReports }));
    });

    test('far moments survive in runs and users', async (store) => {
      for (const [n, moment] of MOMENTS.entries()) {
        const run = runRecord(n, { scheduledAtMs: moment, startedAtMs: moment, lastUpdatedAtMs: moment });
        const user = userRecord(n, 1, { createdAtMs: moment, scheduledAtMs: moment });
        await seedRun(store, run, [user]);
        assert.deepEqual(await store.getRun(runId(n)), run);
        assert.deepEqual(await store.getUser(runId(n), 1), user);
        await assertStory(store, n, [activeUser(user, moment, [completed(moment), failed(moment - 5_000)])]);
      }
    });

    test('a user survives in every status, through every read method', async (store) => {
      const users = usersOfEveryKind();
      const queued = users.map(({ ordinal, totalTasksCount }) => userRecord(0, ordinal, { totalTasksCount }));
      await seedRun(store, runRecord(0), queued);
      await assertStory(store, 0, queued);
      await assertStory(store, 0, users);
    });

    test('a user that is inserted in a later status survives', async (store) => {
      await seedRun(store, runRecord(0), usersOfEveryKind());
      await assertReads(store, 0, usersOfEveryKind());
    });

    test('a put of a user that has ended replaces it', async (store) => {
      const user = ended(activeUser(userRecord(0, 1), T0), 'failed', T0 + 9, [failed(T0, 'first')]);
      await seedRun(store, runRecord(0), [user]);
      await assertStory(store, 0, [ended(user, 'failed', T0 + 10, [failed(T0, 'second')])]);
    });

    textsSurvive({ test });
    textsWithNul({ test });
  });
}

function textsSurvive({ test }: Pick<ContractKit, 'test'>): void {
  test('reasons and infos keep every character, while active and at the end', async (store) => {
    const users = TEXTS.map((_, index) => userRecord(0, index + 1));
    await seedRun(store, runRecord(0), users);
    const outcomesOf = (text: string): TaskOutcome[] => [completed(T0, text), failed(T0 + 1, text)];
    const active = users.map((user, index) => activeUser(user, T0, outcomesOf(TEXTS[index] ?? '')));
    await assertStory(store, 0, active);
    await assertStory(
      store,
      0,
      active.map((user) => ended(user, 'failed', T0 + 9_000)),
    );
  });

  test('codes and changes are kept, while active and at the end, also beside a reason or info', async (store) => {
    const users = [1, 2, 3].map((ordinal) => userRecord(0, ordinal, { totalTasksCount: 3 }));
    await seedRun(store, runRecord(0), users);
    const changes = Array.from({ length: LIMITS.changesMax }, () => 'ü'.repeat(LIMITS.changeLengthMax));
    const code = 'C'.repeat(LIMITS.failureCodeLengthMax);
    const outcomes = [
      [{ ...completed(T0), changes: ['', 'left "Sales"'] }],
      [{ ...failed(T0), code }],
      [
        { ...failed(T0, 'no mail'), code: 'Http404' },
        { ...completed(T0 + 1_000, 'done'), changes },
      ],
    ] satisfies readonly (readonly TaskOutcome[])[];
    const active = users.map((user, index) => activeUser(user, T0, outcomes[index] ?? []));
    await assertStory(store, 0, active);
    await assertStory(
      store,
      0,
      active.map((user) => ended(user, 'canceled', T0 + 9_000)),
    );
  });

  test('a hundred outcomes with the longest reasons survive', async (store) => {
    const user = userRecord(0, 1, { totalTasksCount: 120 });
    await seedRun(store, runRecord(0), [user]);
    const outcomes = Array.from({ length: 100 }, (_, index) =>
      failed(T0 + index, 'ü'.repeat(LIMITS.reasonLengthMax)),
    );
    await assertStory(store, 0, [activeUser(user, T0, outcomes)]);
    await assertStory(store, 0, [ended(activeUser(user, T0, outcomes), 'canceled', T0 + 500)]);
  });

  test('subject ids keep every character', async (store) => {
    const ids = TEXTS.map((text) => text.slice(0, LIMITS.idLengthMax)).filter((id) => !id.includes('\u0000'));
    const users = ids.map((subject, index) => userRecord(0, index + 1, { subjectId: subject }));
    await seedRun(store, runRecord(0), users);
    for (const user of users) {
      assert.deepEqual(await store.getUser(user.runId, user.ordinal), user);
      assert.deepEqual(await store.getUserBySubject(user.runId, user.subjectId), user);
    }
  });
}

/** Ids come from anywhere, but the ledger keeps none with a NUL: some databases cannot hold it. */
function textsWithNul({ test }: Pick<ContractKit, 'test'>): void {
  test('an id with a NUL, or with half of a surrogate pair, is found nowhere and is no error', async (store) => {
    await seedRun(store, runRecord(0), [userRecord(0, 1)]);
    for (const id of ['\u0000', `${runId(0)}\u0000`, '\ud83c']) {
      assert.equal(await store.getRun(id), null);
      assert.equal(await store.getWorkflow(id), null);
      assert.equal(await store.getUser(id, 1), null);
      assert.equal(await store.getUserBySubject(runId(0), id), null);
      assert.equal(await store.getSetting(id), null);
      assert.deepEqual(await store.getAdmissions(id, [id]), []);
      assert.deepEqual(await store.getNotes(id, [id]), []);
      for (const [operator, count] of [
        ['eq', 0],
        ['ne', 1],
      ] as const) {
        const where = compare('subject/id', operator, textLiteral(id));
        assert.equal(await store.countUsers({ runId: runId(0), where }), count);
      }
    }
    await store.transaction(async (tx) => {
      assert.equal(await tx.getUserBySubject(runId(0), '\u0000'), null);
      await tx.putSetting('job', 'kept');
    });
    assert.equal(await store.getSetting('job'), 'kept');
  });
}

/** A run with a value of its own in every field. */
function fullRun(n: number, seed: number): RunRecord {
  return {
    ...runRecord(n),
    workflowVersion: seed,
    driver: 'external',
    workflowExecutionType: 'scheduled',
    processingStatus: 'inProgress',
    scheduledAtMs: T0 + seed + 1,
    startedAtMs: T0 + seed + 2,
    completedAtMs: null,
    lastUpdatedAtMs: T0 + seed + 4,
    slotAtMs: T0 + seed + 5,
    totalUsersCount: seed + 6,
    successfulUsersCount: seed + 7,
    failedUsersCount: seed + 8,
    totalTasksCount: seed + 9,
    failedTasksCount: seed + 10,
    totalUnprocessedTasksCount: seed + 11,
    completedWithErrorsUsersCount: seed + 12,
    canceledUsersCount: seed + 13,
    knownUsersCount: seed + 14,
    knownTasksCount: seed + 15,
    lastUserEndAtMs: T0 + seed + 5,
    taskReports: [
      { successfulUsersCount: seed + 16, failedUsersCount: seed + 17, totalUsersCount: seed + 18 },
      { successfulUsersCount: seed + 19, failedUsersCount: seed + 20, totalUsersCount: seed + 21 },
    ],
    claim: seed + 22,
    inHand: seed % 2 === 1,
    isNoOp: seed % 2 === 0,
    workflowDisplayName: `Workflow ${seed}`,
    createdBy: seed % 2 === 1 ? 'ada' : null,
    activatedOnScope:
      seed % 2 === 1
        ? {
            '@odata.type': '#microsoft.graph.identityGovernance.activateRunScope',
            run: { id: runId(seed) },
            taskScope: 'failedTasks',
            userScope: 'allUsers',
          }
        : null,
  };
}

/** Users 1 … of run 0: every status, outcomes known and unknown, attempts, clocks that went backwards. */
function usersOfEveryKind(): UserRecord[] {
  const active = (ordinal: number, outcomes: readonly TaskOutcome[] = []) =>
    activeUser(userRecord(0, ordinal), T0 + ordinal, outcomes);
  const unreported = { outcomes: null, failedTasksCount: 1, totalUnprocessedTasksCount: 1 } as const;
  return [
    userRecord(0, 1),
    userRecord(0, 2, { processingStatus: 'quarantined' }),
    active(3),
    active(4, [completed(T0 + 4), failed(T0 + 5, 'no')]),
    activeUser(userRecord(0, 5), T0, [], { failures: 3, interruptions: 2, notBeforeMs: T0 + 77 }),
    activeUser(userRecord(0, 6), T0, [completed(T0, 'info')], {
      failures: 0,
      interruptions: 1,
      notBeforeMs: 0,
    }),
    activeUser(userRecord(0, 7), T0, [
      { status: 'completed', startedAtMs: T0 + 500, completedAtMs: T0 - 500 },
    ]),
    { ...active(8), ...unreported },
    ended(active(9), 'completed', T0 + 9_000, [completed(T0), completed(T0, ''), completed(T0, 'was there')]),
    ended(active(10), 'completedWithErrors', T0 + 9_000, [completed(T0), failed(T0, ''), completed(T0)]),
    ended(active(11), 'failed', T0 + 9_000, [completed(T0), failed(T0, 'blocked')]),
    ended(active(12), 'failed', T0 + 9_000, [
      failed(T0, 'blocked'),
      canceled(T0 + 9_000),
      canceled(T0 + 9_000),
    ]),
    ended(active(13), 'canceled', T0 + 9_000, [
      completed(T0),
      { status: 'canceled', startedAtMs: T0 + 5, completedAtMs: T0 + 9_000 },
    ]),
    ended(userRecord(0, 14), 'canceled', T0 + 9_000),
    { ...ended(active(15), 'failed', T0 + 9_000), ...unreported },
    { ...ended(active(16), 'completed', T0 + 9_000), outcomes: null, totalUnprocessedTasksCount: 0 },
    userRecord(0, 17, { positions: [1, 3, 4_095] }),
    { ...active(18, [completed(T0), failed(T0, '{"positions":1}')]), positions: [1, 2, 7] },
    { ...ended(active(19), 'failed', T0 + 9_000, [failed(T0, 'blocked')]), positions: [2, 5, 6] },
    { ...active(20), ...unreported, positions: [2, 3, 4] },
  ];
}

async function assertStory(store: Store, n: number, users: readonly UserRecord[]): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.putUsers(users);
    assert.deepEqual(await tx.getUser(runId(n), users[0]?.ordinal ?? 0), users[0], 'inside');
  });
  await assertReads(store, n, users);
}

async function assertReads(store: Store, n: number, users: readonly UserRecord[]): Promise<void> {
  const read = await dumpUsers(store, n, users.length);
  assert.deepEqual(read.getUser, users);
  assert.deepEqual(read.getUserBySubject, users);
  assert.deepEqual(read.listUsers, users);
  const byStatus = Object.values(read.byStatus).flat();
  assert.deepEqual(
    byStatus.sort((a, b) => a.ordinal - b.ordinal),
    users,
  );
}
