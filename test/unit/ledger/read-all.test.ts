import { describe, expect, it } from 'vitest';
import { allRuns, pagesOfAdmissions, pagesOfUsers } from '../../../src/ledger/read-all.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { runId, runRecord, userRecords, workflowId } from '../../../src/testing/contract/records/records.ts';

const PAGE = LIMITS.usersPerBatch;

async function collected<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

describe('a list that is read whole', () => {
  it.each([0, 1, PAGE, PAGE + 1])('has each of %i users and admissions once', async (count) => {
    const store = memoryStore();
    const users = userRecords(0, count);
    await store.transaction(async (tx) => {
      await tx.insertRun(runRecord(0));
      await tx.insertUsers(users);
      await tx.putAdmissions(
        users.map(({ subjectId }) => ({
          workflowId: workflowId(0),
          subjectId,
          dueAtMs: 1,
          runId: runId(0),
        })),
      );
    });
    const pages = await collected(pagesOfUsers(store, runId(0)));
    expect(pages.flat()).toEqual(users);
    expect(pages.length).toBe(Math.floor(count / PAGE) + 1);
    const admissions = (await collected(pagesOfAdmissions(store, workflowId(0)))).flat();
    expect(new Set(admissions.map(({ subjectId }) => subjectId)).size).toBe(count);
    expect(admissions).toHaveLength(count);
  });

  it('has every published run once', async () => {
    const store = memoryStore();
    await store.transaction(async (tx) => {
      for (let n = 0; n < PAGE + 1; n += 1) await tx.insertRun(runRecord(n, { slotAtMs: n }));
      await tx.insertRun(runRecord(PAGE + 1, { slotAtMs: null, published: false }));
    });
    const ids = (await collected(allRuns(store))).map(({ id }) => id);
    expect(ids).toHaveLength(PAGE + 1);
    expect(new Set(ids).size).toBe(PAGE + 1);
  });
});
