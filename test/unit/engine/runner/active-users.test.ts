/** The active users of a slice: counted over all drivers, found by ordinal, and waited for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ActiveUser } from '../../../../src/engine/handlers/active-user.ts';
import { Semaphore } from '../../../../src/engine/lanes/semaphore.ts';
import { ActiveUsers } from '../../../../src/engine/runner/active-users.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { T0, userRecord } from '../../../../src/testing/contract/records/records.ts';

const makeLoad = () => ({ activeUsers: 0, starved: new Set<never>() });
const activeUser = (ordinal: number) => new ActiveUser(userRecord(1, ordinal), null, T0);

/** Whether a promise has resolved, after all promises that are ready. */
async function isResolved(promise: Promise<unknown>): Promise<boolean> {
  let resolved = false;
  void promise.then(() => {
    resolved = true;
  });
  await new Promise<void>((resolve) => setImmediate(resolve));
  return resolved;
}

describe('the active users of a slice', () => {
  it('add to the load of all drivers, and leave it once', () => {
    const load = makeLoad();
    const [first, second] = [new ActiveUsers(load), new ActiveUsers(load)];
    const one = activeUser(1);
    first.add(one);
    second.add(activeUser(1));
    expect([first.size, second.size, load.activeUsers]).toEqual([1, 1, 2]);
    first.remove(one);
    first.remove(one);
    expect([first.size, second.size, load.activeUsers]).toEqual([0, 1, 1]);
  });

  it('are found by their ordinal while they are active', () => {
    const users = new ActiveUsers(makeLoad());
    const [one, two] = [activeUser(1), activeUser(2)];
    users.add(one);
    users.add(two);
    expect([users.at(2), users.at(3)]).toEqual([two, undefined]);
    users.remove(two);
    expect(users.at(2)).toBeUndefined();
  });

  it('are done when they leave, and give back the place that they hold', () => {
    const users = new ActiveUsers(makeLoad());
    const places = new Semaphore(1);
    const one = activeUser(1);
    places.take(() => true);
    one.place = places;
    users.add(one);
    users.remove(one);
    expect([one.state, one.place, places.take(() => true)]).toEqual(['done', null, true]);
  });

  it('can leave while they are walked through, and each is seen once', () => {
    const users = new ActiveUsers(makeLoad());
    for (let ordinal = 1; ordinal <= 5; ordinal++) users.add(activeUser(ordinal));
    const seen: number[] = [];
    for (const one of users) {
      seen.push(one.user.ordinal);
      users.remove(one);
    }
    expect([seen, users.size]).toEqual([[1, 2, 3, 4, 5], 0]);
  });
});

describe('a wait for active users to leave', () => {
  it('is over at once when few enough are active', async () => {
    const users = new ActiveUsers(makeLoad());
    users.add(activeUser(1));
    expect(await isResolved(users.untilAtMost(1))).toBe(true);
    expect(await isResolved(users.untilAtMost(0))).toBe(false);
  });

  it('of several is over for each at its own number', async () => {
    const users = new ActiveUsers(makeLoad());
    const all = [1, 2, 3].map(activeUser);
    for (const one of all) users.add(one);
    const waits = [2, 0, 1].map((most) => users.untilAtMost(most));
    const over = async () => Promise.all(waits.map(isResolved));
    expect(await over()).toEqual([false, false, false]);
    users.remove(all[0] as ActiveUser);
    expect(await over()).toEqual([true, false, false]);
    users.remove(all[1] as ActiveUser);
    expect(await over()).toEqual([true, false, true]);
    users.remove(all[2] as ActiveUser);
    expect(await over()).toEqual([true, true, true]);
  });

  it('for room is over when a batch or less is active', async () => {
    const users = new ActiveUsers(makeLoad());
    const all = Array.from({ length: LIMITS.usersPerBatch + 1 }, (_, index) => activeUser(index + 1));
    for (const one of all) users.add(one);
    const room = users.untilRoom();
    expect(await isResolved(room)).toBe(false);
    users.remove(all[0] as ActiveUser);
    expect(await isResolved(room)).toBe(true);
  });

  it('is over exactly when the number was reached, in any order of arrivals and departures', async () => {
    const steps = fc.array(fc.boolean(), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(steps, fc.nat({ max: 5 }), async (given, most) => {
        const users = new ActiveUsers(makeLoad());
        for (let ordinal = 1; ordinal <= 6; ordinal++) users.add(activeUser(ordinal));
        const wait = users.untilAtMost(most);
        let fewest = users.size;
        let ordinal = 6;
        for (const isArrival of given) {
          const [first] = users;
          if (isArrival) users.add(activeUser(++ordinal));
          else if (first) users.remove(first);
          fewest = Math.min(fewest, users.size);
        }
        expect(await isResolved(wait)).toBe(fewest <= most);
      }),
      { numRuns: 60 },
    );
  });
});
