import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { UserRecord } from '../../../../../src/model/records.ts';
import type { Store } from '../../../../../src/ports/store.ts';
import { type SqliteOptions, sqliteStore } from '../../../../../src/sqlite.ts';
import { allUsers, fill, makeRun, makeUsers, newFile, opened, put, RUN, refusal, step } from '../support.ts';

afterEach(() => vi.restoreAllMocks());

const ALWAYS: SqliteOptions = { writerThread: 'always' };
const IDLE = fileURLToPath(new URL('../idle-store.ts', import.meta.url));

async function filled(users: readonly UserRecord[], options: SqliteOptions = ALWAYS, file = newFile()) {
  const orders = vi.spyOn(Worker.prototype, 'postMessage');
  const store = await opened(sqliteStore(file, options));
  await fill(store, makeRun({ totalUsersCount: users.length }), users);
  return { store, file, commits: () => kinds(orders.mock.calls, 'commit') };
}

function kinds(calls: readonly (readonly unknown[])[], kind: string): number {
  return calls.filter(([order]) => (order as { kind: string }).kind === kind).length;
}

/** Ends users, and counts them in their run, in one transaction. */
function finish(store: Store, users: readonly UserRecord[]): Promise<void> {
  return store.transaction(async (tx) => {
    const run = await tx.getRun(RUN);
    if (!run) throw new Error('Expected a run, got none');
    await tx.putUsers(users.map((user) => step(step(user))));
    await tx.putRun({ ...run, successfulUsersCount: run.successfulUsersCount + users.length });
  });
}

function completedCount(store: Store): Promise<number> {
  const where = {
    kind: 'compare',
    operator: 'eq',
    left: { kind: 'path', segments: ['processingStatus'] },
    right: { kind: 'literal', type: 'string', value: 'completed' },
  } as const;
  return store.countUsers({ runId: RUN, where: where as never });
}

describe('which commits a thread makes', () => {
  const users = makeUsers(400);

  it('all of task outcomes, when asked', async () => {
    const { store, commits } = await filled(users);
    await put(store, users.slice(0, 1).map(step));
    expect(commits()).toBe(1);
  });

  it('by default those of callers that go on meanwhile, once there have been some', async () => {
    const { store, commits } = await filled(users, {});
    const putInBackground = (states: readonly UserRecord[]) =>
      store.transaction(async (tx) => {
        tx.allowBackgroundCommit?.();
        await tx.putUsers(states);
      });
    let states = users.slice(0, 10).map(step);
    await putInBackground(states);
    expect(commits()).toBe(0);
    for (let round = 0; commits() === 0 && round < 1_000; round++) {
      states = users.map((user) => ({ ...step(user), scheduledAtMs: user.scheduledAtMs + round }));
      await putInBackground(states);
    }
    expect(commits()).toBe(1);
    const before = commits();
    await putInBackground(users.slice(0, 1).map(step));
    expect(commits()).toBe(before + 1);
    await put(store, users.map(step));
    expect(commits()).toBe(before + 1);
  });

  it('none when it is refused', async () => {
    const { store, commits } = await filled(users, { writerThread: 'never' });
    for (let round = 0; round < 20; round++) {
      await store.transaction(async (tx) => {
        tx.allowBackgroundCommit?.();
        await tx.putUsers(
          users.map((user) => ({ ...step(user), scheduledAtMs: user.scheduledAtMs + round })),
        );
      });
    }
    expect(commits()).toBe(0);
  });

  it('none that writes anything else, or reads what it has written', async () => {
    const { store, commits } = await filled(users);
    await store.transaction(async (tx) => {
      await tx.putUsers(users.map(step));
      await tx.putSetting('name', 'value');
    });
    await store.transaction(async (tx) => {
      await tx.putUsers(users.map((user) => step(step(user))));
      expect((await tx.getUser(RUN, 400))?.processingStatus).toBe('completed');
    });
    expect(commits()).toBe(0);
    expect(await completedCount(store)).toBe(400);
  });

  it('none where its module is missing: then the store warns, and writes by itself', async () => {
    vi.spyOn(Worker.prototype, 'on').mockImplementation(function (this: Worker, name, listener) {
      if (name !== 'error') return this;
      queueMicrotask(() => listener(new Error('Cannot find module')));
      void this.terminate();
      return this;
    });
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const { store, file, commits } = await filled(users);
    await put(store, users.map(step));
    await put(store, users.map(step));
    expect(commits()).toBe(0);
    expect(warned.mock.calls).toEqual([
      [
        `The writer thread of ${file} is not available: Cannot find module`,
        expect.objectContaining({ code: 'TENURE_WRITER_THREAD', detail: expect.stringContaining('bundler') }),
      ],
    ]);
    expect((await allUsers(store)).map(({ processingStatus }) => processingStatus)).toEqual(
      users.map(() => 'inProgress'),
    );
  });
});

it('warns and writes by itself when the thread has exited between two commits', async () => {
  const threads: Worker[] = [];
  const collect = (thread: Worker) => threads.push(thread);
  process.on('worker', collect);
  const users = makeUsers(40);
  const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
  const { store, file, commits } = await filled(users);
  await finish(store, users.slice(0, 10));
  process.off('worker', collect);
  for (const thread of threads) await thread.terminate();
  await finish(store, users.slice(10, 20));
  await finish(store, users.slice(20));
  expect(commits()).toBe(1);
  expect(await completedCount(store)).toBe(40);
  expect(warned.mock.calls).toEqual([
    [
      `The writer thread of ${file} is not available: it exited`,
      expect.objectContaining({ code: 'TENURE_WRITER_THREAD' }),
    ],
  ]);
});

describe('while the thread makes a commit', () => {
  it('reads are of the state before it, of rows, journal and counters alike', async () => {
    const users = makeUsers(600);
    const { store } = await filled(users);
    for (let start = 0; start < users.length; start += 100) {
      const some = users.slice(start, start + 100);
      await put(store, some.map(step)); // in the journal
      let isDone = false;
      const done = finish(store, some).then(() => {
        isDone = true;
      });
      let reads = 0;
      for (; !isDone; reads += 1) {
        const counted = (await store.getRun(RUN))?.successfulUsersCount;
        expect(await completedCount(store)).toBe(counted);
        await nextTurn();
      }
      await done;
      expect(reads).toBeGreaterThan(0);
      expect(await completedCount(store)).toBe(start + 100);
    }
  });

  it('the next transaction waits for it', async () => {
    const users = makeUsers(50);
    const { store } = await filled(users);
    const first = finish(store, users.slice(0, 20));
    const second = finish(store, users.slice(20));
    await Promise.all([first, second]);
    expect((await store.getRun(RUN))?.successfulUsersCount).toBe(50);
    expect(await completedCount(store)).toBe(50);
  });

  it('close waits for it', async () => {
    const users = makeUsers(50);
    const { store, file } = await filled(users);
    void finish(store, users);
    await store.close();
    const reopened = await opened(sqliteStore(file));
    expect(await completedCount(reopened)).toBe(50);
  });
});

describe('a commit that the thread cannot make', () => {
  it('is StoreFull on a full disk, keeps nothing, and the store works on', async () => {
    const users = makeUsers(300);
    const { store, commits } = await filled(users, { ...ALWAYS, sizeBytesMax: 256 * 1_024 });
    const bloated = users.map((user) => ({
      ...step(user),
      outcomes: step(user).outcomes?.map((one) => ({ ...one, processingInfo: 'x'.repeat(2_000) })) ?? null,
    }));
    await refusal('StoreFull', () => put(store, bloated));
    expect(await allUsers(store)).toEqual(users);
    await put(store, users.slice(0, 5).map(step));
    expect((await allUsers(store)).filter(({ outcomes }) => outcomes?.length === 1)).toHaveLength(5);
    expect(commits()).toBe(2);
  });

  it('closes the store when the thread exits during a commit; the file shows what was kept', async () => {
    const users = makeUsers(20);
    const { store, file } = await filled(users);
    await finish(store, users.slice(0, 10));
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker) {
      void this.terminate();
    });
    await refusal('StoreClosed', () => finish(store, users.slice(10)));
    await refusal('StoreClosed', () => store.getRun(RUN));
    await refusal('StoreClosed', () => finish(store, users.slice(10)));
    await store.close();
    const reopened = await opened(sqliteStore(file));
    expect(await completedCount(reopened)).toBe(10);
  });
});

it('lets the log restart when it has grown', async () => {
  const users = makeUsers(500);
  const { store, file } = await filled(users);
  let current = users;
  for (let no = 0; no < 60; no += 1) {
    const attempts = { failures: no, interruptions: 0, notBeforeMs: 0 };
    const processingInfo = String(no % 10).repeat(1_900);
    current = users.map((user) => {
      const after = step(user);
      return {
        ...after,
        outcomes: after.outcomes?.map((one) => ({ ...one, processingInfo })) ?? null,
        attempts,
      };
    });
    await put(store, current); // a megabyte each
  }
  expect(statSync(`${file}-wal`).size).toBeLessThan(20e6);
  expect(await allUsers(store)).toEqual(current);
});

it('lets the log restart also when each row is of another page', async () => {
  const users = makeUsers(20_000);
  const { store, file } = await filled(users);
  let longest = 0;
  for (let no = 0; no < 40; no += 1) {
    await finish(
      store,
      users.filter((user) => user.ordinal % 40 === no),
    );
    longest = Math.max(longest, statSync(`${file}-wal`).size);
  }
  expect(longest).toBeLessThan(24e6);
  expect(await completedCount(store)).toBe(users.length);
});

it.each([
  ['as it is', []],
  ['started with flags that threads refuse', ['--max-old-space-size=500', '--title=host']],
])('does not keep its process from ending, %s', async (_, flags) => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, IDLE, newFile()]);
  expect(stdout).toBe('committed, 1 thread');
});
