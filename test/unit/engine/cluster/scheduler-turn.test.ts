import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import { SchedulerTurn } from '../../../../src/engine/cluster/scheduler-turn.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { deferred } from '../../../helpers/deferred.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { makeWorld, scheduledInput } from '../../../helpers/world.ts';

expectNoUnhandledRejection();

const START = '2026-03-02T10:00:00Z';
const HOUR_MS = 3_600_000;
const HIRED = { id: 'u1', department: 'Sales', employeeHireDate: '2026-03-02T11:00:00Z' };

/** A directory that counts how often all of it is asked for. */
function counted(asked: string[], name: string): Directory {
  const inner = arrayDirectory([HIRED]);
  return {
    ...inner,
    query: (rule) => {
      asked.push(name);
      return inner.query(rule);
    },
  };
}

describe('two schedulers on one store', () => {
  it('a slot has one run, and the directory is asked once', async () => {
    const clock = new VirtualClock(START);
    const store = memoryStore({ slices: true });
    const asked: string[] = [];
    const [first, second] = ['first', 'second'].map((name, seed) =>
      makeWorld({ clock, store, directory: counted(asked, name), seed: seed + 1 }),
    );
    await first?.engine.workflows.create(scheduledInput(['a']));
    await clock.until(Promise.all([first?.engine.start(), second?.engine.start()]));
    await clock.advance(3 * HOUR_MS);
    const { value } = (await first?.engine.runs.list()) ?? {};
    expect(value?.map(({ totalUsersCount }) => totalUsersCount)).toEqual([1]);
    expect(asked).toHaveLength(1);
    await clock.until(Promise.all([first?.engine.stop(), second?.engine.stop()]));
    expect([...(first?.errors() ?? []), ...(second?.errors() ?? [])]).toEqual([]);
  });

  it('an engine without a schedule evaluates no slot; one that starts later does', async () => {
    const clock = new VirtualClock(START);
    const store = memoryStore({ slices: true });
    const asked: string[] = [];
    const worker = makeWorld({ clock, store, directory: counted(asked, 'worker'), schedule: false });
    await worker.engine.workflows.create(scheduledInput(['a']));
    await clock.until(worker.engine.start());
    await clock.advance(3 * HOUR_MS);
    expect(asked).toEqual([]);
    const other = makeWorld({ clock, store, directory: counted(asked, 'other'), seed: 2 });
    await clock.until(other.engine.start());
    await clock.advance(HOUR_MS);
    expect(asked).toEqual(['other']);
    await clock.until(Promise.all([worker.engine.stop(), other.engine.stop()]));
  });
});

describe('the turn of a scheduler', () => {
  const turnOf = (store: Store, clock: VirtualClock, engineId: string, errors: unknown[] = []) =>
    new SchedulerTurn({ store, clock, engineId, failed: (error) => errors.push(error) });

  it('is kept for as long as its work takes, and free afterwards', async () => {
    const clock = new VirtualClock(START);
    const store = memoryStore({ slices: true });
    const [a, b] = [turnOf(store, clock, 'a'), turnOf(store, clock, 'b')];
    const gate = deferred();
    const taken = a.take(() => gate.promise);
    await clock.settle();
    const none = async () => expect.unreachable();
    expect(await clock.until(b.take(none))).toBe(false);
    await clock.advance(5 * LIMITS.sliceLeaseMs);
    expect(await clock.until(b.take(none))).toBe(false);
    gate.resolve();
    expect(await clock.until(taken)).toBe(true);
    expect(await clock.until(b.take(async () => {}))).toBe(true);
  });

  it('ends by itself when its process has died', async () => {
    const clock = new VirtualClock(START);
    const store = memoryStore({ slices: true });
    const died = turnOf({ ...store, slices: store.slices, transaction: once(store) } as Store, clock, 'died');
    void died.take(() => new Promise(() => {}));
    await clock.settle();
    const next = turnOf(store, clock, 'next');
    expect(await clock.until(next.take(async () => {}))).toBe(false);
    await clock.advance(LIMITS.sliceLeaseMs);
    expect(await clock.until(next.take(async () => {}))).toBe(true);
  });

  it('of a process whose clock is hours ahead keeps no other one waiting', async () => {
    const store = memoryStore({ slices: true });
    const ahead = turnOf(store, new VirtualClock('2026-03-02T15:00:00Z'), 'ahead');
    void ahead.take(() => new Promise(() => {}));
    const clock = new VirtualClock(START);
    await clock.settle();
    expect(await clock.until(turnOf(store, clock, 'b').take(async () => {}))).toBe(true);
  });

  it('ends though the store fails then; what its work throws is thrown', async () => {
    const clock = new VirtualClock(START);
    const errors: unknown[] = [];
    const store = memoryStore({ slices: true });
    const turn = turnOf(
      { ...store, slices: store.slices, transaction: once(store) } as Store,
      clock,
      'a',
      errors,
    );
    const failing = turn.take(() => Promise.reject(new Error('of the directory')));
    await expect(clock.until(failing)).rejects.toThrow('of the directory');
    expect(errors).toEqual([new Error('gone')]);
  });

  it('is always given in a store that one process writes, without a note of it', async () => {
    const store = memoryStore();
    const clock = new VirtualClock(START);
    const [a, b] = [turnOf(store, clock, 'a'), turnOf(store, clock, 'b')];
    expect(await a.take(async () => expect(await b.take(async () => {})).toBe(true))).toBe(true);
    expect(await store.getSetting('schedulerTurn')).toBeNull();
  });
});

/** The first transaction of a store; later ones fail. */
function once(store: Store): Store['transaction'] {
  let calls = 0;
  return (work) => {
    calls += 1;
    return calls === 1 ? store.transaction(work) : Promise.reject(new Error('gone'));
  };
}
