import { describe, expect, it } from 'vitest';
import { StoreSource } from '../../../../src/engine/runner/store-source.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { OpenSlice } from '../../../../src/model/slices.ts';
import type { StoreSlices } from '../../../../src/ports/store.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

type Query = Parameters<StoreSlices['list']>[0];

const ALL = 10_000;

function sliceOf(runId: string, slice = 1, isOnDemand = true): OpenSlice {
  return { runId, slice, isOnDemand };
}

const many = (runId: string, count: number, isOnDemand = true) =>
  Array.from({ length: count }, (_, index) => sliceOf(runId, index + 1, isOnDemand));

/** A source over a store with these open slices, its queries, and how often it said that there may be work. */
function world(open: OpenSlice[], isShared = true) {
  const clock = new VirtualClock();
  const queries: Query[] = [];
  const failures: Error[] = [];
  const list = async (query: Query): Promise<readonly OpenSlice[]> => {
    queries.push(query);
    const failure = failures.shift();
    if (failure) throw failure;
    return open.filter(({ isOnDemand }) => isOnDemand === query.onDemand).slice(0, query.limit);
  };
  const slices = { list } as unknown as StoreSlices;
  const source = new StoreSource({ slices, clock, isShared });
  const heard = { count: 0 };
  const listen = () =>
    source.open({
      mayBeWork: () => {
        heard.count += 1;
      },
      failed: () => {},
    });
  return { source, clock, queries, failures, open, heard, listen };
}

describe('a source of work from the store', () => {
  it('takes four slices on demand for each scheduled one, while both wait', async () => {
    const { source } = world([...many('demand', 12), ...many('schedule', 12, false)]);
    const kinds = (await source.take(10)).map(({ isOnDemand }) => isOnDemand);
    expect(kinds.filter((isOnDemand) => !isOnDemand)).toHaveLength(2);
    expect(kinds.slice(0, 5)).toContain(false);
  });

  it('takes of the one kind where the other has none, oldest first, at most as many as there is room for', async () => {
    const { source } = world(many('schedule', 7, false));
    const slicesOf = async (room: number) => (await source.take(room)).map(({ slice }) => slice);
    expect(await slicesOf(3)).toEqual([1, 2, 3]);
    expect(await slicesOf(ALL)).toEqual([4, 5, 6, 7]);
    expect(await slicesOf(ALL)).toEqual([]);
  });

  it('asks the store only when there may be more', async () => {
    const { source, queries } = world(many('a', 3));
    await source.take(1);
    await source.take(1);
    await source.take(ALL);
    expect(queries).toHaveLength(2);
    await source.sweep();
    await source.take(ALL);
    expect(queries).toHaveLength(4);
    expect(queries[0]).toMatchObject({ leaseMs: LIMITS.sliceLeaseMs, onDemand: true });
  });

  it('says that there may be work when a run is published, when it is swept, and from time to time', async () => {
    const { source, clock, heard, listen } = world([]);
    await listen();
    source.published({ id: 'r', workflowExecutionType: 'onDemand' });
    await source.sweep();
    expect(heard.count).toBe(2);
    await clock.advance(LIMITS.pollMs);
    await clock.advance(LIMITS.pollMs);
    expect(heard.count).toBe(4);
  });

  it('finds slices that become free, by asking again', async () => {
    const { source, clock, open, listen } = world([]);
    await listen();
    expect(await source.take(ALL)).toEqual([]);
    open.push(sliceOf('late'));
    expect(await source.take(ALL)).toEqual([]);
    await clock.advance(LIMITS.pollMs);
    expect(await source.take(ALL)).toEqual([sliceOf('late')]);
  });

  it('offers a slice that a process has left before those that it knew and nothing was done in', async () => {
    const { source, clock, open, listen } = world(many('a', 9).slice(1));
    await listen();
    expect(await source.take(2)).toEqual([sliceOf('a', 2), sliceOf('a', 3)]);
    open.splice(0, 2, sliceOf('a', 1));
    await clock.advance(LIMITS.pollMs);
    expect(await source.take(2)).toEqual([sliceOf('a', 1), sliceOf('a', 4)]);
  });

  it('forgets slices that are not open any more', async () => {
    const { source, clock, open, listen } = world(many('a', 9));
    await listen();
    await source.take(1);
    open.splice(0, 5);
    await clock.advance(LIMITS.pollMs);
    expect(await source.take(2)).toEqual([sliceOf('a', 6), sliceOf('a', 7)]);
  });

  it('offers a slice that was given back when its rest is over, and not before', async () => {
    const { source, clock, open } = world([sliceOf('a')]);
    const [ticket] = await source.take(1);
    await source.giveBack(ticket ?? sliceOf(''), clock.now() + 5_000);
    const swept = async () => {
      await source.sweep();
      return source.take(ALL);
    };
    expect(await swept()).toEqual([]);
    await clock.advance(4_999);
    expect(await swept()).toEqual([]);
    await clock.advance(1);
    expect(await swept()).toEqual(open);
  });

  it('sees past slices that rest, however many', async () => {
    const { source, clock, open } = world([...many('refused', 700), sliceOf('other')]);
    const seen = new Set<string>();
    for (let round = 0; round < 10; round += 1)
      for (const ticket of await source.take(100_000)) {
        seen.add(ticket.runId);
        await source.giveBack(ticket, clock.now() + 5_000);
      }
    expect(seen).toEqual(new Set(['refused', 'other']));
    expect(await source.take(ALL)).toEqual([]);
    expect(open).toHaveLength(701);
  });

  it('asks once more when the store failed', async () => {
    const { source, failures } = world([sliceOf('a')]);
    failures.push(new Error('The store is away'));
    await expect(source.take(1)).rejects.toThrow('The store is away');
    expect(await source.take(1)).toEqual([sliceOf('a')]);
  });

  it('says and offers nothing after it was closed', async () => {
    const { source, clock, heard, listen } = world(many('a', 3));
    await listen();
    await source.take(1);
    await source.close();
    await clock.advance(5 * LIMITS.pollMs);
    source.published({ id: 'r', workflowExecutionType: 'onDemand' });
    expect(heard.count).toBe(0);
    expect(clock.timers).toBe(0);
  });
});

describe('a source of work from a store that one process writes', () => {
  it('knows every run that is published here, and asks the store once', async () => {
    const { source, clock, queries, listen } = world([sliceOf('old')], false);
    await listen();
    source.published({ id: 'new', workflowExecutionType: 'scheduled' });
    expect(await source.take(ALL)).toEqual([sliceOf('old'), sliceOf('new', 1, false)]);
    await clock.advance(10 * LIMITS.pollMs);
    expect(await source.take(ALL)).toEqual([]);
    expect(queries).toHaveLength(2);
    expect(queries[0]?.limit).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('offers a run once, though it is published and found', async () => {
    const { source } = world([sliceOf('one')], false);
    source.published({ id: 'one', workflowExecutionType: 'onDemand' });
    expect(await source.take(ALL)).toEqual([sliceOf('one')]);
  });

  it('offers what was given back when its rest is over', async () => {
    const { source, clock, heard, listen } = world([], false);
    await listen();
    await source.giveBack(sliceOf('a'), clock.now() + 1_000);
    await clock.advance(999);
    expect(heard.count).toBe(0);
    await clock.advance(1);
    expect(heard.count).toBe(1);
    expect(await source.take(ALL)).toEqual([sliceOf('a')]);
  });
});
