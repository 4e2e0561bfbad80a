import assert from 'node:assert/strict';
import type { Admission } from '../../../model/records.ts';
import type { StoreReader } from '../../../ports/store.ts';
import type { ContractKit } from '../kit.ts';
import { runId, runRecord, subjectId, T0, workflowId, workflowRecord } from './records.ts';

function admission(n: number, ordinal: number, dueAtMs = T0 + ordinal, run = 0): Admission {
  return { workflowId: workflowId(n), subjectId: subjectId(ordinal), dueAtMs, runId: runId(run) };
}

async function read(reader: StoreReader, n: number, nos: readonly number[]): Promise<readonly Admission[]> {
  const found = await reader.getAdmissions(workflowId(n), nos.map(subjectId));
  return [...found].sort((a, b) => a.dueAtMs - b.dueAtMs);
}

/** Admissions of subjects. */
export function admissions({ describe, test }: ContractKit): void {
  describe('admissions', () => {
    test('those asked for come back, of this workflow only; those without one are left out', async (store) => {
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.putWorkflow(workflowRecord(1));
        await tx.putAdmissions([admission(0, 1), admission(0, 2), admission(0, 3)]);
        await tx.putAdmissions([admission(1, 2, T0 + 50), admission(1, 4)]);
      });
      assert.deepEqual(await read(store, 0, [3, 4, 1]), [admission(0, 1), admission(0, 3)]);
      assert.deepEqual(await read(store, 1, [1, 2]), [admission(1, 2, T0 + 50)]);
      assert.deepEqual(await read(store, 0, []), []);
    });

    test('they are listed by subject, a page at a time, of this workflow only', async (store) => {
      const nos = Array.from({ length: 25 }, (_, index) => index + 1);
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.putWorkflow(workflowRecord(1));
        await tx.putAdmissions([...nos].reverse().map((ordinal) => admission(0, ordinal)));
        await tx.putAdmissions([admission(1, 3)]);
      });
      const listed: Admission[] = [];
      for (let after: string | null = null; ; after = listed.at(-1)?.subjectId ?? null) {
        const page = await store.listAdmissions({ workflowId: workflowId(0), after, limit: 10 });
        listed.push(...page);
        if (page.length < 10) break;
      }
      const all = nos.map((ordinal) => admission(0, ordinal));
      assert.deepEqual(
        listed,
        all.sort((a, b) => (a.subjectId < b.subjectId ? -1 : 1)),
      );
      assert.deepEqual(await store.listAdmissions({ workflowId: workflowId(2), after: null, limit: 10 }), []);
    });

    test('a put replaces, to an earlier moment as well as to a later one', async (store) => {
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.putAdmissions([admission(0, 1, T0), admission(0, 2, T0)]);
        await tx.putAdmissions([admission(0, 1, T0 - 1), admission(0, 2, T0 + 1)]);
      });
      assert.deepEqual(await read(store, 0, [1, 2]), [admission(0, 1, T0 - 1), admission(0, 2, T0 + 1)]);
    });

    test('a deletion takes the subjects named, of this workflow and this run only', async (store) => {
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.putWorkflow(workflowRecord(1));
        await tx.putAdmissions([admission(0, 1), admission(0, 2), admission(0, 3, T0 + 3, 1)]);
        await tx.putAdmissions([admission(1, 1)]);
      });
      await store.transaction((tx) =>
        tx.deleteAdmissions(workflowId(0), runId(0), [subjectId(1), subjectId(3)]),
      );
      assert.deepEqual(await read(store, 0, [1, 2, 3]), [admission(0, 2), admission(0, 3, T0 + 3, 1)]);
      assert.deepEqual(await read(store, 1, [1]), [admission(1, 1)]);
    });

    test('a purge takes those below the moment, not those at it, of this workflow only', async (store) => {
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.putWorkflow(workflowRecord(1));
        await tx.putAdmissions([1, 2, 3].map((ordinal) => admission(0, ordinal)));
        await tx.putAdmissions([admission(1, 1)]);
      });
      await store.transaction((tx) => tx.purgeAdmissions(workflowId(0), T0 + 2));
      assert.deepEqual(await read(store, 0, [1, 2, 3]), [admission(0, 2), admission(0, 3)]);
      assert.deepEqual(await read(store, 1, [1]), [admission(1, 1)]);
    });

    test('a thousand subjects are put, read and deleted in one call each', async (store) => {
      const nos = Array.from({ length: 1_000 }, (_, index) => index + 1);
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.putAdmissions(nos.map((ordinal) => admission(0, ordinal)));
      });
      assert.equal((await read(store, 0, nos)).length, 1_000);
      await store.transaction((tx) =>
        tx.deleteAdmissions(workflowId(0), runId(0), nos.slice(1).map(subjectId)),
      );
      assert.deepEqual(await read(store, 0, nos), [admission(0, 1)]);
    });

    test('they stay when the runs of the workflow are deleted', async (store) => {
      await store.transaction(async (tx) => {
        await tx.putWorkflow(workflowRecord(0));
        await tx.insertRun(runRecord(0));
        await tx.putAdmissions([admission(0, 1)]);
      });
      await store.transaction((tx) => tx.deleteRun(runId(0)));
      assert.deepEqual(await read(store, 0, [1]), [admission(0, 1)]);
    });
  });
}

/** Small named documents of the host. */
export function settings({ describe, test }: ContractKit): void {
  describe('settings', () => {
    test('a put keeps, and a second one replaces', async (store) => {
      await store.transaction((tx) => tx.putSetting('job', 'first'));
      assert.equal(await store.getSetting('job'), 'first');
      await store.transaction((tx) => tx.putSetting('job', 'second'));
      assert.equal(await store.getSetting('job'), 'second');
    });

    test('names are exact, and values keep every character', async (store) => {
      const value = `{"text":"Grüße 🎈 \u2028 'quoted' \\\\ \\n"}\n\t${'x'.repeat(100_000)}`;
      await store.transaction(async (tx) => {
        await tx.putSetting('Job', value);
        await tx.putSetting('empty', '');
      });
      assert.equal(await store.getSetting('Job'), value);
      assert.equal(await store.getSetting('empty'), '');
      assert.equal(await store.getSetting('job'), null);
      assert.equal(await store.getSetting('__proto__'), null);
    });
  });
}
