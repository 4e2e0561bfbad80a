/** What a copy refuses, and what becomes of one that is interrupted. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CopyReport, copyStore } from '../../../../src/ledger/copy/copy-store.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { Store, StoreTransaction } from '../../../../src/ports/store.ts';
import { wrapStore } from '../../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { runRecord, workflowRecord } from '../../../../src/testing/contract/records/records.ts';
import { everythingOf, fullStore } from '../../../helpers/whole-store.ts';

const copy = (from: Store, to: Store): Promise<CopyReport> =>
  copyStore(from, to, { settings: ['host'], onProgress: () => {} });

/** `inner`, whose transaction number `failing` does not begin. */
function failingStore(inner: Store, failing: number): Store {
  let count = 0;
  return wrapStore(inner, {
    transaction: async (work, run) => {
      count += 1;
      if (count === failing) throw new Error('cut off');
      return run(work);
    },
  });
}

const write = (store: Store, work: (tx: StoreTransaction) => Promise<void>) => store.transaction(work);

describe('a copy of a store', () => {
  it('says what it has', async () => {
    const seen: unknown[] = [];
    const report = await copyStore(await fullStore(), memoryStore(), {
      settings: [],
      onProgress: (now) => seen.push({ ...now }),
    });
    expect(report).toEqual({
      workflows: 2,
      runs: 2,
      users: 14,
      admissions: 12,
      notes: expect.any(Number),
    });
    expect(report.notes).toBeGreaterThanOrEqual(5);
    expect(seen.at(-1)).toEqual({ runs: 2, users: 14 });
  });

  it('goes on wherever it was interrupted, also in a run of several pages', async () => {
    const source = await fullStore(LIMITS.usersPerBatch * 2 + 1);
    const all = await everythingOf(source);
    const target = memoryStore();
    let failing = 1;
    for (; ; failing += 1) {
      const error = await copy(source, failingStore(target, failing)).then(
        () => null,
        (thrown: Error) => thrown.message,
      );
      if (error === null) break;
      expect(error).toBe('cut off');
      expect(await target.listWorkflows()).toEqual([]);
    }
    expect(failing).toBeGreaterThan(6);
    expect(await everythingOf(target)).toEqual(all);
  });

  it('is refused while a run has not ended, or is still being written', async () => {
    for (const changes of [{}, { published: false }]) {
      const source = memoryStore();
      await write(source, (tx) => tx.insertRun(runRecord(0, changes)));
      await expect(copy(source, memoryStore())).rejects.toMatchObject({
        code: 'RunActive',
        message: expect.stringContaining('let an engine finish it, or cancel it'),
      });
    }
  });

  it('is refused when the target has a workflow, or a run of another store', async () => {
    const source = await fullStore();
    const withWorkflow = memoryStore();
    await write(withWorkflow, (tx) => tx.putWorkflow(workflowRecord(0)));
    const withRun = memoryStore();
    await write(withRun, (tx) => tx.insertRun(runRecord(0)));
    for (const target of [withWorkflow, withRun]) {
      const before = await everythingOf(target);
      await expect(copy(source, target)).rejects.toMatchObject({ code: 'Duplicate' });
      expect(await everythingOf(target)).toEqual(before);
    }
  });

  it('fails when a record is not the same afterwards', async () => {
    const source = await fullStore();
    for (const method of ['listUsers', 'getRun', 'listFailureGroups', 'getNotes', 'getAdmissions'] as const) {
      const target = wrapStore(memoryStore(), {
        read: async (name, run) => {
          const found = await run();
          return name === method && found !== null ? ([] as typeof found) : found;
        },
      });
      await expect(copy(source, target)).rejects.toMatchObject({ code: 'StoreFailed' });
      expect(await target.listWorkflows()).toEqual([]);
    }
  });

  it('knows every place that keeps notes and settings', () => {
    const src = resolve(import.meta.dirname, '../../../../src');
    const places = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/^(?:stores|testing|ports)\b/.test(name))
      .filter((name) => /\bput(?:Notes|Setting)\(/.test(readFileSync(join(src, name), 'utf8')));
    // Another one: is it to be copied? Then its name belongs in `COLLECTIONS` or `SETTINGS` of ledger/notes.ts.
    expect(places.sort()).toEqual([
      'cli/dry-run/selected.ts', // copies notes into memory
      'cli/job/job.ts', // named by `tenure db copy`
      'engine/cluster/scheduler-turn.ts', // of running engines
      'engine/cluster/shared-settings.ts', // of running engines
      'engine/metrics/health.ts', // only to see whether it can be written
      'engine/selection/observe.ts',
      'ledger/audit-log.ts',
      'ledger/copy/copy-store.ts',
      'ledger/methods/extensions.ts',
      'ledger/methods/settings.ts',
      'ledger/planning/plan.ts',
      'ledger/planning/reprocess.ts',
      'ledger/recording/callbacks.ts',
    ]);
  });
});
