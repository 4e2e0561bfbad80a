/** One property over all stores: whatever a list is filtered and ordered by, they answer the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../src/filter/list-filter.ts';
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import { RUN_PROPERTIES, USER_PROPERTIES } from '../../src/model/resources/properties.ts';
import { PROCESSING_STATUSES, USER_STATUSES } from '../../src/model/status.ts';
import type { Store } from '../../src/ports/store.ts';
import { postgresStore } from '../../src/postgres.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { walkRuns, walkUsers } from '../../src/testing/contract/lists/order-paging.ts';
import {
  activeUser,
  ended,
  insertRunWith,
  runId,
  runRecord,
  T0,
  userRecord,
  workflowRecord,
} from '../../src/testing/contract/records/records.ts';
import { describePostgres, newSchema, serverUrl } from '../postgres/support.ts';

const TEXTS = ['', 'a', 'A', 'ab%', 'a_b', "o'neil", 'é', 'e\u0301', '🎈x', '\\'];
const RUNS = 24;
const USERS = 60;

const literal = fc
  .constantFrom(...TEXTS, 'a\u0000b', ...PROCESSING_STATUSES)
  .map((text) => `'${text.replaceAll("'", "''")}'`);
const moment = fc.integer({ min: -2, max: 8 }).map((ms) => new Date(T0 + ms).toISOString());
const number = fc.constantFrom('-1', '0', '1', '2', '0.5', '1e15', '1e300');
const comparison = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le');

/** Filters over properties of these types. */
function filtersOver(texts: readonly string[], dates: readonly string[], numbers: readonly string[]) {
  const leaf = fc.oneof(
    fc.tuple(fc.constantFrom(...texts), fc.constantFrom('eq', 'ne'), literal).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom('contains', 'startswith', 'endswith'), fc.constantFrom(...texts), literal)
      .map(([name, property, text]) => `${name}(${property}, ${text})`),
    fc
      .tuple(fc.constantFrom(...texts), fc.array(literal, { minLength: 1, maxLength: 4 }))
      .map(([property, some]) => `${property} in (${some.join(', ')})`),
    fc.tuple(fc.constantFrom(...dates), comparison, moment).map((parts) => parts.join(' ')),
    fc
      .tuple(fc.constantFrom(...dates), fc.constantFrom('eq null', 'ne null'))
      .map((parts) => parts.join(' ')),
    fc.tuple(fc.constantFrom(...numbers), comparison, number).map((parts) => parts.join(' ')),
  );
  return fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      tie('tree').map((one) => `not (${one})`),
      fc
        .tuple(tie('tree'), fc.constantFrom('and', 'or'), tie('tree'))
        .map(([left, word, right]) => `(${left} ${word} ${right})`),
    ),
  })).tree;
}

const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T;

function makeRuns(): RunRecord[] {
  return Array.from({ length: RUNS }, (_, n) =>
    runRecord(n, {
      processingStatus: pick(PROCESSING_STATUSES, n),
      workflowDisplayName: pick(TEXTS, n),
      scheduledAtMs: T0 + (n % 5),
      startedAtMs: n % 3 === 0 ? null : T0 + (n % 4),
      lastUpdatedAtMs: T0 + (n % 7),
      failedTasksCount: n % 3,
    }),
  );
}

/** Queued, active and ended users. */
function makeUsers(): { readonly queued: UserRecord[]; readonly moved: UserRecord[] } {
  const queued = Array.from({ length: USERS }, (_, index) =>
    userRecord(0, index + 1, { subjectId: `${pick(TEXTS, index)}${index}`, scheduledAtMs: T0 + (index % 3) }),
  );
  const moved = queued
    .filter((_, index) => index % 3 > 0)
    .map((user, index) => {
      const active = activeUser(user, T0 + (index % 4));
      const status = pick(USER_STATUSES, index);
      const isActive = index % 2 === 0 || status === 'queued' || status === 'inProgress';
      return isActive
        ? active
        : { ...ended(active, 'failed', T0 + 5), processingStatus: status, failedTasksCount: index % 3 };
    });
  return { queued, moved };
}

describePostgres('memory, SQLite and Postgres', () => {
  it('list and count the same runs and users, in the same order, on pages of any size', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenure-stores-'));
    const stores: Store[] = [
      memoryStore(),
      await sqliteStore(join(folder, 'tenure.db')),
      await postgresStore({ connectionString: serverUrl(), schema: newSchema() }),
    ];
    const runs = makeRuns();
    const { queued, moved } = makeUsers();
    const users = queued.map((user) => moved.find(({ ordinal }) => ordinal === user.ordinal) ?? user);
    for (const store of stores) {
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        for (const [n, run] of runs.entries()) await insertRunWith(tx, run, n === 0 ? queued : []);
      });
      await store.transaction((tx) => tx.putUsers(moved));
    }
    const text = filtersOver(
      ['processingStatus', 'workflow/displayName', 'id'],
      ['scheduledDateTime', 'startedDateTime', 'lastUpdatedDateTime'],
      ['failedTasksCount', 'workflow/version'],
    );
    const ofUsers = filtersOver(
      ['processingStatus', 'subject/id'],
      ['scheduledDateTime', 'startedDateTime', 'completedDateTime'],
      ['failedTasksCount', 'totalTasksCount'],
    );
    const order = fc.record({
      property: fc.constantFrom('id', 'processingStatus', 'scheduledDateTime', 'startedDateTime'),
      descending: fc.boolean(),
    });
    const limit = fc.integer({ min: 1, max: 70 });
    await fc.assert(
      fc.asyncProperty(text, ofUsers, order, limit, async (runFilter, userFilter, by, size) => {
        const whereRun = parseListFilter(runFilter, RUN_PROPERTIES);
        const where = parseListFilter(userFilter, USER_PROPERTIES);
        const answers = await Promise.all(
          stores.map(async (store) => ({
            runs: (await walkRuns(store, { where: whereRun, order: by }, size)).map(({ id }) => id),
            runCount: await store.countRuns({ where: whereRun }),
            users: (await walkUsers(store, { runId: runId(0), where, order: by }, size)).map(
              ({ ordinal }) => ordinal,
            ),
            userCount: await store.countUsers({ runId: runId(0), where }),
          })),
        );
        expect(answers[1]).toEqual(answers[0]);
        expect(answers[2]).toEqual(answers[0]);
        expect(answers[0]?.runCount).toBe(
          runs.filter((run) => matchesRow(whereRun, RUN_PROPERTIES, run)).length,
        );
        expect(answers[0]?.userCount).toBe(
          users.filter((user) => matchesRow(where, USER_PROPERTIES, user)).length,
        );
      }),
      { numRuns: 150 },
    );
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  });
});
