/** The oracle for whole stores. */
import { describe, expect, it } from 'vitest';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { EngineHarness } from '../../../../src/testing/commands/engine-harness.ts';
import { checkDatabase } from '../../../../src/testing/oracles/check-database.ts';

/** A store with one run: of three users one failed, one completed, one is at its second task. */
async function sample(): Promise<{ store: Store; run: RunRecord; users: readonly UserRecord[] }> {
  const harness = new EngineHarness({ tasks: [false, false] });
  await harness.begin(3);
  await harness.end(0, 'fail');
  await harness.end(1, 'succeed');
  await harness.end(1, 'succeed');
  await harness.end(2, 'succeed');
  const { store } = harness;
  const order = { property: 'id', descending: false };
  const [run] = await store.listRuns({ where: null, order, after: null, limit: 1 });
  if (!run) throw new Error('Expected a run');
  const users = await store.listUsers({ runId: run.id, where: null, order, after: null, limit: 10 });
  return { store, run, users };
}

async function rulesAfter(change: Partial<RunRecord>, userChange: Partial<UserRecord> | null = null, no = 1) {
  const { store, run, users } = await sample();
  await store.transaction(async (tx) => {
    await tx.putRun({ ...run, ...change });
    const user = users[no - 1];
    if (userChange && user) await tx.putUsers([{ ...user, ...userChange }]);
  });
  const { violations } = await checkDatabase(store);
  for (const { rows } of violations) expect(rows.length).toBeGreaterThan(0);
  return [...new Set(violations.map(({ rule }) => rule))];
}

describe('checkDatabase', () => {
  it('finds nothing in an empty store, nor in one that an engine wrote', async () => {
    expect(await checkDatabase(memoryStore())).toEqual({ workflows: 0, runs: 0, users: 0, violations: [] });
    const { store } = await sample();
    expect(await checkDatabase(store)).toEqual({ workflows: 1, runs: 1, users: 3, violations: [] });
  });

  it.each([
    'totalUsersCount',
    'successfulUsersCount',
    'failedUsersCount',
    'totalTasksCount',
    'failedTasksCount',
    'totalUnprocessedTasksCount',
    'completedWithErrorsUsersCount',
    'canceledUsersCount',
    'knownUsersCount',
    'knownTasksCount',
  ] as const)('finds %s off by one', async (counter) => {
    const { run } = await sample();
    expect(await rulesAfter({ [counter]: run[counter] + 1 })).toContain('I2');
  });

  it('finds a report that is not what its users give, and a missing one', async () => {
    const { run } = await sample();
    const [first, second] = run.taskReports;
    if (!first || !second) throw new Error('Expected two reports');
    expect(await rulesAfter({ taskReports: [first, { ...second, successfulUsersCount: 2 }] })).toContain(
      'I2',
    );
    expect(await rulesAfter({ taskReports: [first] })).toContain('I2');
  });

  it.each<readonly [string, Partial<RunRecord>, Partial<UserRecord> | null, number]>([
    ['I8a', { processingStatus: 'completedWithErrors', completedAtMs: Date.UTC(2027, 0) }, null, 1],
    ['I7', { completedAtMs: Date.UTC(2026, 0, 5, 9) }, null, 1],
    ['I6', { processingStatus: 'queued' }, null, 1],
    ['I10', { processingStatus: 'queued' }, null, 1],
    ['I5', {}, { processingStatus: 'completed' }, 1],
    ['I7', {}, { completedAtMs: null }, 1],
    ['I8', {}, { startedAtMs: null }, 3],
    ['I2', {}, { outcomes: [] }, 2],
    ['keys', { workflowVersion: 9 }, null, 1],
  ])('names %s', async (rule, change, userChange, no) => {
    expect(await rulesAfter(change, userChange, no)).toContain(rule);
  });

  it('finds an index that is behind', async () => {
    const { store, users } = await sample();
    const stale = new Proxy(store, {
      get(target, name) {
        if (name === 'getUserBySubject') return async () => ({ ...users[0], processingStatus: 'queued' });
        if (name === 'listUnfinishedRuns') return async () => [];
        if (name === 'countUsers') return async () => 2;
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const { violations } = await checkDatabase(stale);
    const texts = violations.map(({ message }) => message).join('\n');
    for (const what of ['getUserBySubject', 'listUnfinishedRuns', 'countUsers'])
      expect(texts).toContain(what);
  });
});
