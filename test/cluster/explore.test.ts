import { expect, it } from 'vitest';
import { type ExplorationBounds, exploreCluster } from './explore.ts';
import { KeySet } from './key-set.ts';

const ALL: Omit<ExplorationBounds, 'slicesCount' | 'usersPerSlice' | 'tasks'> = {
  expiries: 1,
  lost: 1,
  cancels: 1,
  failures: false,
};

it('no order of claims, commits, lost and late ones, take-overs and a cancel breaks a rule: two users of one slice', async () => {
  const { violation, states, endings } = await exploreCluster({
    ...ALL,
    slicesCount: 1,
    usersPerSlice: 2,
    tasks: 2,
  });
  expect(violation).toBeNull();
  expect(states).toBeGreaterThan(5_000);
  expect(Object.keys(endings).sort()).toEqual(['canceled', 'completed']);
});

it('no order of them breaks a rule: two slices with a user each', async () => {
  const { violation, states } = await exploreCluster({ ...ALL, slicesCount: 2, usersPerSlice: 1, tasks: 1 });
  expect(violation).toBeNull();
  expect(states).toBeGreaterThan(1_000);
});

it('a store that writes a commit again when it is repeated is found', async () => {
  const { violation } = await exploreCluster({
    ...ALL,
    slicesCount: 1,
    usersPerSlice: 1,
    tasks: 2,
    slices: (own) => ({
      ...own,
      commit: async (commits, options) => {
        const [answer] = await own.commit(commits, options);
        const [commit] = commits;
        if (answer?.kind !== 'written' || answer.before !== null || answer.after === null || !commit)
          return [answer as never];
        return own.commit([{ ...commit, slice: answer.slice }], options);
      },
    }),
  });
  expect(violation?.path.join()).toContain('repeats its commit');
});

it('a set of keys knows what was added to it, also when it has grown', () => {
  const keys = new KeySet();
  const names = Array.from({ length: 100_000 }, (_, index) => `state ${index}`);
  expect(names.filter((name) => keys.add(name))).toHaveLength(100_000);
  expect(names.filter((name) => keys.add(name))).toHaveLength(0);
  expect(keys.size).toBe(100_000);
});
