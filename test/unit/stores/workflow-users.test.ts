import { expect, it } from 'vitest';
import { filter } from '../../../src/filter/builder.ts';
import { userResultId } from '../../../src/model/ids.ts';
import type { RunQuery, UserQuery, WorkflowUserQuery } from '../../../src/ports/store.ts';
import { pageOfWorkflow, type WorkflowUserReads } from '../../../src/stores/workflow-users.ts';
import { runId, runRecord, userRecord, workflowId } from '../../../src/testing/contract/records/records.ts';

/** Runs 0 to `count - 1`, of which the newest has the highest number, each with so many users; counts what is asked. */
function world(count: number, users: number): WorkflowUserReads & { asked: { runs: number; users: number } } {
  const runs = Array.from({ length: count }, (_, n) => runRecord(n, { knownUsersCount: users })).toReversed();
  const asked = { runs: 0, users: 0 };
  return {
    asked,
    run: (id) => runs.find((run) => run.id === id) ?? null,
    runs({ after, limit }: RunQuery) {
      const start = after === null ? 0 : runs.findIndex((run) => run.id === after.key) + 1;
      const page = runs.slice(start, start + limit);
      asked.runs += page.length;
      return page;
    },
    users({ runId: id, where, after, limit }: UserQuery) {
      asked.users += 1;
      const n = runs.findIndex((run) => run.id === id);
      const start = after?.key ?? 0;
      const left = where === null ? Math.max(0, Math.min(users - start, limit)) : 0;
      return Array.from({ length: left }, (_, index) => userRecord(count - 1 - n, start + index + 1));
    },
  };
}

const QUERY: WorkflowUserQuery = {
  workflowId: workflowId(0),
  whereRun: null,
  where: null,
  after: null,
  limit: 10,
};
const NOBODY = filter.eq('subject/id', 'nobody');

it('a page reads no more runs than it needs', () => {
  const reads = world(1_000, 5);
  const { rows, next } = pageOfWorkflow(QUERY, reads);
  expect(rows.map(({ user }) => user.ordinal)).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  expect(next?.key).toBe(userResultId(runId(997), 0));
  expect(reads.asked).toEqual({ runs: 20, users: 2 });
});

it('a page that ends within a run goes on there', () => {
  const reads = world(2, 15);
  const first = pageOfWorkflow(QUERY, reads);
  expect(first.next).toEqual({ value: runRecord(1).scheduledAtMs, key: userResultId(runId(1), 10) });
  const second = pageOfWorkflow({ ...QUERY, after: first.next }, reads);
  expect(second.rows.map(({ user }) => user.ordinal)).toEqual([11, 12, 13, 14, 15, 1, 2, 3, 4, 5]);
});

it('the last page has no next one', () => {
  expect(pageOfWorkflow(QUERY, world(2, 5)).next).toBeNull();
  expect(pageOfWorkflow(QUERY, world(0, 5))).toEqual({ rows: [], next: null });
});

it.each([
  ['200 runs', 1_000, 5, 200],
  ['runs of 10,000 users in all', 1_000, 2_500, 4],
])(
  'a page without a match ends after %s, and the pages together look at every run',
  (_, count, users, most) => {
    const reads = world(count, users);
    let after: WorkflowUserQuery['after'] = null;
    let pages = 0;
    do {
      const before = reads.asked.users;
      const page = pageOfWorkflow({ ...QUERY, where: NOBODY, after }, reads);
      expect(page.rows).toEqual([]);
      expect(reads.asked.users - before).toBeLessThanOrEqual(most);
      after = page.next;
      pages += 1;
    } while (after !== null);
    expect(reads.asked.users).toBe(count);
    expect(pages).toBe(count / most);
  },
);
