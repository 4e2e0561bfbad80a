import { randomUUID } from 'node:crypto';
import type { Side } from '../measure.ts';
import type { Site } from '../site.ts';

/** Calls `work` with the URL of a new, empty database on the server at `url`, which goes afterwards. */
export async function withDatabase<T>(
  site: Site,
  url: string,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const database = `tenure_bench_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(url);
  own.pathname = `/${database}`;
  const server = (operation: 'create' | 'drop') =>
    site.side(database, 'peers/database', { url, database, operation }).go();
  await server('create');
  try {
    return await work(own.href);
  } finally {
    await server('drop');
  }
}

/** A side that gets a new, empty database on the server at `url` for each execution. */
export function inDatabases(site: Site, url: string, name: string, module: string, input: object): Side {
  return {
    name,
    go: () => withDatabase(site, url, (own) => site.side(name, module, { ...input, url: own }).go()),
  };
}
