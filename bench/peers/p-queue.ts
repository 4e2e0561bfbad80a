/**
 * Bare p-queue, in memory: an entry per user, whose tasks are a loop; nothing is recorded.
 * Source: https://github.com/sindresorhus/p-queue#readme.
 */
import PQueue from 'p-queue';
import type { Run } from '../child.ts';
import { doTasks, measure, type PeerInput, usersOf } from './tasks.ts';

export const run: Run<PeerInput> = (input) =>
  measure(input, 2_000, async (load) => {
    const queue = new PQueue({ concurrency: 256 });
    await Promise.all(usersOf(load).map(() => queue.add(() => doTasks(load))));
    return async () => {};
  });
