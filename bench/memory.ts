/** The same run in memory, beside bare async lanes that call the same handlers and record nothing. */
import { memoryStore } from '../src/index.ts';
import { type Load, runLoad, type Took } from './work.ts';

const LANES = 64;

/** Ours. */
export async function memory(load: Load): Promise<Took> {
  return runLoad(load, memoryStore());
}

/** The limit: 64 async lanes, each taking the next user and awaiting his tasks one after another. */
export async function bareLanes({ users, tasks }: Load): Promise<number> {
  const handler = async (): Promise<void> => {};
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < users) {
      next += 1;
      for (let task = 0; task < tasks; task++) await handler();
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return (users * tasks) / ((performance.now() - startMs) / 1_000);
}
