import { expect, it } from 'vitest';
import { type LaneClient, Lanes } from '../../../../src/engine/lanes/lanes.ts';
import { deferred } from '../../../helpers/deferred.ts';

/** A client with `turns` turns of work, each of which it logs. */
function client(log: string[], name: string, isOnDemand: boolean, turns: number): LaneClient {
  let left = turns;
  return {
    isOnDemand,
    hasWork: () => left > 0,
    work: async () => {
      left -= 1;
      log.push(name);
    },
  };
}

/** Lets all queued turns pass. */
const settle = async () => {
  for (let index = 0; index < 500; index++) await Promise.resolve();
};
const lanesOf = (concurrency: number, failures: unknown[] = []) =>
  new Lanes(concurrency, (error) => failures.push(error));

it('runs on demand and scheduled runs share the turns of the lanes 4 : 1', async () => {
  const log: string[] = [];
  const lanes = lanesOf(1);
  const clients = [client(log, 'scheduled', false, 50), client(log, 'on demand', true, 50)];
  for (const one of clients) lanes.add(one);
  for (const one of clients) lanes.wake(one);
  await settle();
  const onDemand = log.slice(0, 50).filter((name) => name === 'on demand').length;
  expect(Math.abs(onDemand - 40)).toBeLessThanOrEqual(1); // which of the two begins is open
  expect(log).toHaveLength(100);
});

it('a run that is added late has no advantage over the others', async () => {
  const log: string[] = [];
  const lanes = lanesOf(1);
  const old = client(log, 'old', true, 40);
  lanes.add(old);
  lanes.wake(old);
  while (log.length < 20) await Promise.resolve();
  const late = client(log, 'late', true, 10);
  lanes.add(late);
  lanes.wake(late);
  await settle();
  const lates = log.flatMap((name, index) => (name === 'late' ? [index] : []));
  expect(lates).toHaveLength(10);
  for (const [index, at] of lates.slice(1).entries()) expect(at - (lates[index] as number)).toBe(2);
});

it('a run has one queued turn, however often it is woken', async () => {
  const log: string[] = [];
  const lanes = lanesOf(4);
  const one = client(log, 'one', true, 1);
  lanes.add(one);
  for (let index = 0; index < 5; index++) lanes.wake(one);
  await settle();
  expect(log).toEqual(['one']);
});

it('a run that blocks a lane does not keep the other lanes from it', async () => {
  const gate = deferred();
  const lanes = lanesOf(2);
  let turns = 0;
  const blocking: LaneClient = {
    isOnDemand: true,
    hasWork: () => turns < 2,
    work: async () => {
      turns += 1;
      lanes.wake(blocking);
      await gate.promise;
    },
  };
  lanes.add(blocking);
  lanes.wake(blocking);
  await settle();
  expect(turns).toBe(2);
  gate.resolve();
});

it('a run that was removed, or has nothing to do, gets no turn', async () => {
  const log: string[] = [];
  const lanes = lanesOf(1);
  const [idle, removed] = [client(log, 'idle', true, 0), client(log, 'removed', true, 1)];
  for (const one of [idle, removed]) lanes.add(one);
  expect(lanes.clients).toBe(2);
  lanes.remove(removed);
  for (const one of [idle, removed]) lanes.wake(one);
  await settle();
  expect(log).toEqual([]);
  lanes.remove(idle);
  expect(lanes.clients).toBe(1);
});

it('a turn that rejects is reported, and its lane serves the next run', async () => {
  const failures: unknown[] = [];
  const log: string[] = [];
  const lanes = lanesOf(1, failures);
  const broken: LaneClient = {
    isOnDemand: true,
    hasWork: () => true,
    work: () => Promise.reject(new Error('a bug')),
  };
  const sound = client(log, 'sound', true, 1);
  for (const one of [broken, sound]) lanes.add(one);
  for (const one of [broken, sound]) lanes.wake(one);
  await settle();
  expect(failures).toEqual([new Error('a bug')]);
  expect(log).toEqual(['sound']);
});
