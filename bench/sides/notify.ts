/** The limit of news between processes: `pg` alone, from a NOTIFY with its commit to other connections that listen. */
import { once } from 'node:events';
import pg from 'pg';
import type { Run } from '../child.ts';

export const run: Run<{ readonly url: string; readonly processes: number }> = async ({ url, processes }) => {
  const [sender, ...listeners] = Array.from(
    { length: processes + 1 },
    () => new pg.Client({ connectionString: url }),
  ) as [pg.Client, ...pg.Client[]];
  await Promise.all([sender, ...listeners].map((client) => client.connect()));
  await Promise.all(listeners.map((client) => client.query('LISTEN news')));
  const heard = listeners.map((client) => once(client, 'notification'));
  const startMs = performance.now();
  await sender.query("BEGIN; SELECT pg_notify('news', 'x'); COMMIT");
  await Promise.all(heard);
  const tookMs = performance.now() - startMs;
  await Promise.all([sender, ...listeners].map((client) => client.end()));
  return { perSecond: 1_000 / tookMs, figures: {} };
};
