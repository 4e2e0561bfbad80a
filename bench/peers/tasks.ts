/** The tasks of a user, the same for every peer. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Load, Sample } from '../measure.ts';

/** Input of every peer. */
export interface PeerInput extends Load {
  /** An empty folder. */
  readonly folder: string;
  /** URL of the Postgres or Redis server, for peers that need one. */
  readonly url: string;
}

/** One task. */
export async function doTask({ waitMs }: Load): Promise<void> {
  if (waitMs > 0) await pause(waitMs);
}

/** All tasks of a user, for peers that only have jobs: a loop in the job. */
export async function doTasks(load: Load): Promise<void> {
  for (let task = 0; task < load.tasks; task++) await doTask(load);
}

/** Numbers of the users, one of each. */
export function usersOf({ users }: Load): number[] {
  return Array.from({ length: users }, (_, no) => no);
}

/** Resolves at the `users`-th call of `done`. */
export function countdown({ users }: Load): { readonly finished: Promise<void>; readonly done: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = users;
  return {
    finished: promise,
    done: () => {
      left -= 1;
      if (left === 0) resolve();
    },
  };
}

/** Processes all users of a load; resolves when the last one is done, to a clean-up function. */
export type Process = (load: Load) => Promise<() => Promise<void>>;

/** Tasks per second of `process`, after a warm-up with `warmUsers`; clean-up is not measured. */
export async function measure(input: Load, warmUsers: number, process: Process): Promise<Sample> {
  const tidyUpWarm = await process({ ...input, users: warmUsers, waitMs: 0 });
  await tidyUpWarm();
  const startMs = performance.now();
  const tidyUp = await process(input);
  const seconds = (performance.now() - startMs) / 1_000;
  await tidyUp();
  return { perSecond: (input.users * input.tasks) / seconds, figures: {} };
}

/** Calls `work` for each user, `atOnce` users at a time. */
export async function inLanes({ users }: Load, atOnce: number, work: (user: number) => Promise<unknown>) {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < users) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
