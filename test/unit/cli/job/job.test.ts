import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jobOf, readJob, storeJob } from '../../../../src/cli/job/job.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';

const OPTIONS = {
  users: 'staff.csv',
  map: 'id=WorkerID',
  onDuplicate: 'first',
  shortRows: 'fill',
  delimiter: ';',
  dates: ['dd/MM/yyyy', 'excel'],
  dateAttributes: ['contractEnd'],
  tasks: 'h.mjs',
  effects: 'e.jsonl',
  concurrency: 4,
} as const;

describe('a job', () => {
  it('is kept with absolute paths, and read back', async () => {
    const store = memoryStore();
    await storeJob(store, jobOf(OPTIONS));
    expect(await readJob(store, 'x.db', {})).toEqual({
      ...OPTIONS,
      users: resolve('staff.csv'),
      connect: null,
      tasks: resolve('h.mjs'),
      effects: resolve('e.jsonl'),
      noOp: false,
    });
  });

  it('keeps that nothing is to be done, until options say what is', async () => {
    const store = memoryStore();
    await storeJob(store, jobOf({ users: 'staff.csv', op: false }));
    const none = { tasks: null, effects: null, noOp: true };
    expect(await readJob(store, 'x.db', { op: true })).toMatchObject(none);
    expect(await readJob(store, 'x.db', { effects: 'e.jsonl' })).toMatchObject({
      ...none,
      effects: resolve('e.jsonl'),
      noOp: false,
    });
    await storeJob(store, jobOf(OPTIONS));
    expect(await readJob(store, 'x.db', { op: false })).toMatchObject(none);
    expect(await readJob(memoryStore(), 'x.db', { users: 'staff.csv', op: false })).toMatchObject(none);
  });

  it('gives way to options', async () => {
    const store = memoryStore();
    await storeJob(store, jobOf(OPTIONS));
    expect(await readJob(store, 'x.db', { map: 'id=UserID', concurrency: 9 })).toMatchObject({
      map: 'id=UserID',
      concurrency: 9,
      onDuplicate: 'first',
    });
  });

  it('is read from another file in the same way', async () => {
    const store = memoryStore();
    await storeJob(store, jobOf(OPTIONS));
    expect(await readJob(store, 'x.db', { users: '/new.csv' })).toEqual({
      ...(await readJob(store, 'x.db', {})),
      users: resolve('/new.csv'),
    });
  });

  it.each([
    ['none', null],
    ['something else', '{"users":'],
    ['something else', '[]'],
  ])('is asked for in full when there is %s', async (got, setting) => {
    const store = memoryStore();
    if (setting !== null) await store.transaction((tx) => tx.putSetting('cli.job', setting));
    for (const options of [{}, { users: 'staff.csv' }, { tasks: 'h.mjs' }]) {
      await expect(readJob(store, 'x.db', options)).rejects.toThrow(
        `x.db to keep the job of a \`tenure run\`, got ${got}`,
      );
    }
    expect(await readJob(store, 'x.db', { ...OPTIONS, map: 'id=A' })).toEqual(
      jobOf({ ...OPTIONS, map: 'id=A' }),
    );
  });
});
