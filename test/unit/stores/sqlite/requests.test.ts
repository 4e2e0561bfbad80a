import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StoreRequest } from '../../../../src/model/request.ts';
import type { StoreRequests } from '../../../../src/ports/store.ts';
import { sqliteStore } from '../../../../src/sqlite.ts';
import { SqliteRequests } from '../../../../src/stores/sqlite/requests.ts';
import { newFile, opened, refusal } from './support.ts';

const CANCEL: StoreRequest = { kind: 'cancelRun', id: 'r1', by: null };
const DISABLE: StoreRequest = { kind: 'disableWorkflow', id: 'w1', by: 'ada' };

/** The requests of a new database, as its writer and as somebody who only reads it has them. */
async function bothSides(): Promise<{ file: string; writer: StoreRequests; reader: StoreRequests }> {
  const file = newFile();
  const writer = await opened(sqliteStore(file));
  const reader = await opened(sqliteStore(file, { readOnly: true }));
  return { file, writer: writer.requests as StoreRequests, reader: reader.requests as StoreRequests };
}

describe('requests to the writer of a file', () => {
  it('come to it in the order in which they were left, while it has the file', async () => {
    const { writer, reader } = await bothSides();
    await reader.leave(CANCEL);
    await reader.leave(DISABLE);
    const [first, second] = await writer.list();
    expect(first).toEqual({ ...CANCEL, no: 1, refusal: null });
    expect(second).toEqual({ ...DISABLE, no: 2, refusal: null });
    expect(await reader.find(DISABLE)).toEqual(second);
  });

  it('outlive the process that left them, and the writer', async () => {
    const { file, reader } = await bothSides();
    await reader.leave(CANCEL);
    expect(await new SqliteRequests(file).list()).toMatchObject([CANCEL]);
  });

  it('are gone when they were carried out, and keep the reason when they were refused', async () => {
    const { writer, reader } = await bothSides();
    await reader.leave(CANCEL);
    await reader.leave(DISABLE);
    const [first, second] = await writer.list();
    if (!first || !second) throw new Error('Expected two requests');
    await writer.remove(first);
    await writer.refuse(second, 'no such workflow');
    expect(await writer.list()).toEqual([]);
    expect(await reader.find(CANCEL)).toBeNull();
    expect(await reader.find(DISABLE)).toMatchObject({ refusal: 'no such workflow' });
  });

  it('left twice are one; the later one is not removed with the one before it', async () => {
    const { writer, reader } = await bothSides();
    await reader.leave(CANCEL);
    const [first] = await writer.list();
    if (!first) throw new Error('Expected a request');
    await reader.leave(CANCEL);
    expect(await writer.list()).toHaveLength(1);
    await writer.remove(first);
    await writer.refuse(first, 'too late');
    expect(await writer.list()).toMatchObject([{ ...CANCEL, refusal: null }]);
  });

  it('are kept in a file of their own, which is made with the first one', async () => {
    const { file, writer, reader } = await bothSides();
    expect(await writer.list()).toEqual([]);
    expect(await reader.find(CANCEL)).toBeNull();
    expect(existsSync(`${file}-requests`)).toBe(false);
    await reader.leave(CANCEL);
    expect(existsSync(`${file}-requests`)).toBe(true);
  });

  it('of a file that is no database are refused, naming it', async () => {
    const { file, writer, reader } = await bothSides();
    writeFileSync(`${file}-requests`, 'something else '.repeat(100));
    const calls = [() => writer.list(), () => reader.leave(CANCEL), () => reader.find(CANCEL)];
    for (const call of calls)
      expect((await refusal('StoreForeign', call)).details).toEqual({ file: `${file}-requests` });
  });
});
