import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { lockWriter } from '../../../../../src/stores/sqlite/file/lock.ts';
import {
  AT,
  allUsers,
  fill,
  makeRun,
  makeUser,
  makeUsers,
  newFile,
  opened,
  put,
  refusal,
  step,
} from '../support.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Starts `hold-store.ts`; resolves with its first line. */
async function startChild(file: string, what = 'hold'): Promise<{ child: ChildProcess; line: string }> {
  const script = new URL('../hold-store.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, file, what], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream }))
    return { child, line };
  throw new Error('Expected a line from the child, got none');
}

describe('a second writer', () => {
  it('in the same process is refused, with the holder named', async () => {
    const file = newFile();
    await opened(sqliteStore(file, { now: () => AT }));
    const error = await refusal('StoreLocked', () => sqliteStore(file));
    expect(error.details).toEqual({ file, holder: { pid: process.pid, host: hostname(), sinceMs: AT } });
    expect(error.message).toContain(`process ${process.pid} on ${hostname()}`);
    expect(error.message).toContain('2025-10-09T08:53:20.000Z');
    expect(error.message).toContain('readOnly');
  });

  it('through a link to the file is refused', async () => {
    const { symlinkSync } = await import('node:fs');
    const [file, link] = [newFile(), newFile()];
    await opened(sqliteStore(file));
    symlinkSync(file, link);
    await refusal('StoreLocked', () => sqliteStore(link));
  });

  it('in another process is refused, both ways', async () => {
    const file = newFile();
    const { child } = await startChild(file);
    const error = await refusal('StoreLocked', () => sqliteStore(file));
    expect(error.details.holder).toMatchObject({ pid: child.pid });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await opened(sqliteStore(file));
    const { line } = await startChild(file);
    expect(JSON.parse(line)).toMatchObject({
      code: 'StoreLocked',
      details: { holder: { pid: process.pid } },
    });
  });

  it('that was refused has not taken the lock from the first', async () => {
    const file = newFile();
    const first = await opened(sqliteStore(file));
    for (let attempt = 0; attempt < 3; attempt++) await refusal('StoreLocked', () => sqliteStore(file));
    await fill(first, makeRun(), makeUsers(1));
    const { line } = await startChild(file);
    expect(JSON.parse(line)).toMatchObject({ code: 'StoreLocked' });
  });

  it('is accepted after the first has closed', async () => {
    const file = newFile();
    const first = await sqliteStore(file);
    await first.close();
    await opened(sqliteStore(file));
  });
});

describe('a writer that is killed', () => {
  it('leaves no lock, and all that was committed', async () => {
    const file = newFile();
    const { child } = await startChild(file, 'write');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await opened(sqliteStore(file));
    const users = makeUsers(3);
    expect(await allUsers(store)).toEqual([...users.slice(0, 2).map(step), makeUser(3)]);
  });

  it('is followed by the next one twenty times over', async () => {
    const file = newFile();
    for (let round = 0; round < 20; round++) {
      const lock = lockWriter(file);
      await refusal('StoreLocked', async () => lockWriter(file));
      lock.release();
    }
    expect(existsSync(`${file}-lock`)).toBe(true);
  });
});

describe('a reader', () => {
  it('works beside the writer, in the same process and in its absence', async () => {
    const file = newFile();
    const writer = await sqliteStore(file);
    await fill(writer, makeRun(), makeUsers(2));
    const reader = await opened(sqliteStore(file, { readOnly: true }));
    await put(writer, [step(makeUser(1))]);
    expect(await allUsers(reader)).toEqual([step(makeUser(1)), makeUser(2)]);
    await writer.close();
    expect(await allUsers(reader)).toEqual([step(makeUser(1)), makeUser(2)]);
  });

  it('works beside a writer in another process and does not block it', async () => {
    const file = newFile();
    await startChild(file, 'write');
    const reader = await opened(sqliteStore(file, { readOnly: true }));
    expect((await allUsers(reader)).map((user) => user.processingStatus)).toEqual([
      'inProgress',
      'inProgress',
      'queued',
    ]);
  });

  it('that closes leaves the writer its lock', async () => {
    const file = newFile();
    const writer = await opened(sqliteStore(file));
    const reader = await sqliteStore(file, { readOnly: true });
    await reader.close();
    const { line } = await startChild(file);
    expect(JSON.parse(line)).toMatchObject({ code: 'StoreLocked' });
    await fill(writer, makeRun(), makeUsers(1));
    expect(existsSync(`${file}-wal`)).toBe(true);
  });

  it('refuses transactions', async () => {
    const file = newFile();
    await (await sqliteStore(file)).close();
    const reader = await opened(sqliteStore(file, { readOnly: true }));
    await refusal('StoreReadOnly', () => reader.transaction(async () => {}));
  });
});
