import { randomUUID } from 'node:crypto';
import type { Side } from '../measure.ts';
import type { Site } from '../site.ts';

/** A side that gets a new, empty database on the server at `url` for each execution. */
export function inDatabases(site: Site, url: string, name: string, module: string, input: object): Side {
  return {
    name,
    go: async () => {
      const database = `tenure_bench_${randomUUID().replaceAll('-', '')}`;
      const own = new URL(url);
      own.pathname = `/${database}`;
      const server = (operation: 'create' | 'drop') =>
        site.side(database, 'peers/database', { url, database, operation }).go();
      await server('create');
      try {
        return await site.side(name, module, { ...input, url: own.href }).go();
      } finally {
        await server('drop');
      }
    },
  };
}
