import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListFilter } from '../../../../../src/filter/list-filter.ts';
import type { RunRecord } from '../../../../../src/model/records.ts';
import { RUN_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import type { RunQuery, Store } from '../../../../../src/ports/store.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { ReadCache } from '../../../../../src/stores/sqlite/reading/read-cache.ts';
import { workflowRecord } from '../../../../../src/testing/contract/records/records.ts';
import { AT, makeRun, newFile, opened, RUN, runId } from '../support.ts';

const NEWEST: RunQuery = {
  workflowId: 'w1',
  where: null,
  order: { property: 'scheduledDateTime', descending: true },
  after: null,
  limit: 5,
};
const QUERIES: readonly RunQuery[] = [
  NEWEST,
  { ...NEWEST, limit: 3 },
  { ...NEWEST, workflowId: 'w2' },
  { ...NEWEST, order: { property: 'scheduledDateTime', descending: false } },
  { ...NEWEST, where: parseListFilter("processingStatus eq 'completed'", RUN_PROPERTIES) },
  { ...NEWEST, after: { value: AT + 3, key: runId(4) } },
  { ...NEWEST, order: { property: 'startedDateTime', descending: false }, limit: 300 },
];

const WORKFLOW = workflowRecord(0);
const nameOf = async (store: Store) => (await store.getWorkflow(WORKFLOW.workflow.id))?.workflow.displayName;

/** A change of run or workflow `no` in a transaction; `fails` rolls it back. */
type Operation = { readonly kind: 'run' | 'remove' | 'workflow' | 'removeWorkflow'; readonly no: number };

const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.constantFrom('run', 'run', 'run', 'remove', 'workflow', 'removeWorkflow'),
  no: fc.integer({ min: 1, max: 8 }),
});
const script = fc.array(
  fc.record({
    operations: fc.array(operation, { maxLength: 4 }),
    fails: fc.boolean(),
    looksInside: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

function runOf(no: number, version: number): RunRecord {
  return makeRun({
    id: runId(no),
    workflowId: version % 3 === 0 ? 'w2' : 'w1',
    processingStatus: version % 2 === 0 ? 'completed' : 'inProgress',
    scheduledAtMs: AT + (version % 5),
    startedAtMs: version % 4 === 0 ? null : AT + version,
    published: version % 7 !== 0,
  });
}

it('cached reads equal those of a store without a cache, whatever was written meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(script, async (transactions) => {
      const file = newFile();
      const store = await opened(sqliteStore(file));
      const plain = await opened(sqliteStore(file, { readOnly: true }));
      const compare = async () => {
        for (const query of QUERIES) expect(await store.listRuns(query)).toEqual(await plain.listRuns(query));
        expect(await nameOf(store)).toEqual(await nameOf(plain));
      };
      let version = 0;
      for (const { operations, fails, looksInside } of transactions) {
        const work = store.transaction(async (tx) => {
          for (const { kind, no } of operations) {
            version += 1;
            const displayName = `version ${version}`;
            if (kind === 'workflow')
              await tx.putWorkflow({ ...WORKFLOW, workflow: { ...WORKFLOW.workflow, displayName } });
            else if (kind === 'removeWorkflow') await tx.deleteWorkflow(WORKFLOW.workflow.id);
            else if (kind === 'remove') await tx.deleteRun(runId(no));
            else if (await tx.getRun(runId(no))) await tx.putRun(runOf(no, version));
            else await tx.insertRun(runOf(no, version));
            if (looksInside) await compare();
          }
          if (fails) throw new Error('undone');
        });
        if (fails) await expect(work).rejects.toThrow('undone');
        else await work;
        await compare();
      }
    }),
    { numRuns: 60, seed: 20_261_124 },
  );
});

describe('what another program has written', () => {
  it('is read the next time: a run, one that is gone, and a workflow', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(WORKFLOW);
      await tx.insertRun(makeRun());
      await tx.insertRun(makeRun({ id: runId(2) }));
    });
    expect(await store.listRuns(NEWEST)).toHaveLength(2);
    expect(await nameOf(store)).toBe(WORKFLOW.workflow.displayName);
    const other = new DatabaseSync(file);
    other.exec(`UPDATE runs SET failed_tasks_count = 3 WHERE id = '${RUN}'`);
    expect((await store.listRuns(NEWEST)).map(({ failedTasksCount }) => failedTasksCount)).toEqual([0, 3]);
    other.exec(`DELETE FROM runs WHERE id = '${runId(2)}'`);
    expect((await store.listRuns(NEWEST)).map(({ id }) => id)).toEqual([RUN]);
    other.exec("UPDATE workflows SET body = json_set(body, '$.displayName', 'Theirs')");
    expect(await nameOf(store)).toBe('Theirs');
    other.close();
  });

  it('is read after a commit of the thread, also by readers that have read during it', async () => {
    const file = newFile();
    const store = await opened(sqliteStore(file, { writerThread: 'always' }));
    await store.transaction(async (tx) => {
      await tx.putWorkflow(WORKFLOW);
      await tx.insertRun(makeRun());
    });
    const touch = (failedTasksCount: number) =>
      store.transaction((tx) => tx.putRun(makeRun({ failedTasksCount })));
    await touch(1); // the thread has started
    const commit = touch(2);
    for (let turns = 0; turns < 50; turns += 1) await null; // the thread's answer comes in none of these
    const other = new DatabaseSync(file, { timeout: 10_000 });
    const count = other.prepare('SELECT failed_tasks_count AS count FROM runs');
    for (let looks = 0; looks < 1e6 && count.get()?.count !== 2; ) looks += 1; // it has committed
    other.exec("UPDATE workflows SET body = json_set(body, '$.displayName', 'Theirs')");
    other.close();
    expect(await nameOf(store)).toBe(WORKFLOW.workflow.displayName);
    await commit;
    expect(await nameOf(store)).toBe('Theirs');
  });
});

describe('what has not changed is the same object', () => {
  it('also when the page has changed', async () => {
    const store = await opened(sqliteStore(newFile()));
    await store.transaction(async (tx) => {
      await tx.insertRun(makeRun());
      await tx.insertRun(makeRun({ id: runId(2) }));
    });
    const [second, first] = await store.listRuns(NEWEST);
    await store.transaction((tx) => tx.putRun(makeRun({ id: runId(2), failedTasksCount: 1 })));
    const [newer, same] = await store.listRuns(NEWEST);
    expect(same).toBe(first);
    expect(newer).not.toBe(second);
  });

  it('but a run of very many tasks is not cached, nor any page with it', async () => {
    const store = await opened(sqliteStore(newFile()));
    const report = { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 3 };
    const large = makeRun({ taskReports: Array.from({ length: 129 }, () => report) });
    await store.transaction((tx) => tx.insertRun(large));
    const [before] = await store.listRuns(NEWEST);
    const [after] = await store.listRuns(NEWEST);
    expect(after).toEqual(before);
    expect(after).not.toBe(before);
  });

  it('nor is a long page', async () => {
    const store = await opened(sqliteStore(newFile()));
    await store.transaction((tx) => tx.insertRun(makeRun()));
    const [before] = await store.listRuns({ ...NEWEST, limit: 257 });
    const [after] = await store.listRuns({ ...NEWEST, limit: 257 });
    expect(after).not.toBe(before);
  });

  it('and a cached workflow cannot be changed by its readers', async () => {
    const store = await opened(sqliteStore(newFile()));
    await store.transaction((tx) => tx.putWorkflow(WORKFLOW));
    const record = await store.getWorkflow(WORKFLOW.workflow.id);
    expect(await store.getWorkflow(WORKFLOW.workflow.id)).toBe(record);
    expect(Object.isFrozen(record?.workflow.tasks)).toBe(true);
  });
});

it('the oldest entries are evicted, and can still be read', async () => {
  const store = await opened(sqliteStore(newFile()));
  const count = 2_300;
  await store.transaction(async (tx) => {
    for (let no = 1; no <= count; no++)
      await tx.insertRun(makeRun({ id: runId(no), scheduledAtMs: AT + no }));
  });
  const page = (before: number) =>
    store.listRuns({ ...NEWEST, after: { value: AT + before, key: '' }, limit: 100 });
  const first = await page(count + 1);
  for (let before = count + 1; before > 1; before -= 100)
    expect((await page(before)).map(({ scheduledAtMs }) => scheduledAtMs - AT)).toEqual(
      Array.from({ length: Math.min(100, before - 1) }, (_, index) => before - 1 - index),
    );
  // Others have come in its place, but the page that holds it is younger than that.
  await store.transaction((tx) => tx.putRun(makeRun({ id: runId(1), scheduledAtMs: AT + 1 })));
  const [reread] = await page(count + 1);
  expect(reread).toEqual(first[0]);
  expect(reread).not.toBe(first[0]);
});

it('what is read from an older snapshot is cached only until the version of the file is checked next', () => {
  let version: number | null = 1;
  let state = 'old';
  const cache = new ReadCache(() => version);
  const page = () => [makeRun({ workflowId: state })];
  const reads = { page, ids: () => [RUN], runs: page };
  const read = () => cache.runs(NEWEST, reads).map(({ workflowId }) => workflowId);
  version = null;
  expect(read()).toEqual(['old']);
  state = 'new';
  expect(read()).toEqual(['old']);
  version = 2;
  expect(read()).toEqual(['new']);
});
