/** The limit without a record: async lanes, each taking the next user and awaiting its tasks one by one. */
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';

/** Lanes, and a load for them. */
export interface LanesInput extends Load {
  readonly lanes: number;
}

export const run: Run<LanesInput> = async (input) => {
  await passThrough({ ...input, users: Math.min(input.users, 10_000) });
  return { perSecond: await passThrough(input), figures: {} };
};

async function passThrough({ users, tasks, waitMs, lanes }: LanesInput): Promise<number> {
  let done = 0;
  let next = 0;
  const handler = async (): Promise<void> => {
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    done += 1;
  };
  const lane = async (): Promise<void> => {
    while (next < users) {
      next += 1;
      for (let task = 0; task < tasks; task++) await handler();
    }
  };
  const startMs = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - startMs) / 1_000;
  if (done !== users * tasks) throw new Error(`Expected ${users * tasks} tasks to be done, got ${done}`);
  return done / seconds;
}
