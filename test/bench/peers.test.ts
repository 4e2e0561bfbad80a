import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { installedVersion, PEERS } from '../../bench/peer-list.ts';
import { findRedis } from '../../bench/servers.ts';

const FOLDER = fileURLToPath(new URL('../../bench/peers/', import.meta.url));
const isInstalled = PEERS.every(({ npm }) => installedVersion(npm) !== null);

describe('the peers', () => {
  const { dependencies } = JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8'));

  test.each(PEERS)('$name has its module, and one version of its package', ({ module, npm }) => {
    expect(existsSync(`${FOLDER}${module}.ts`)).toBe(true);
    expect(dependencies[npm]).toMatch(/^\d+\.\d+\.\d+/);
  });

  test('are in no list of what users of tenure install', () => {
    const root = JSON.parse(readFileSync(`${FOLDER}../../package.json`, 'utf8'));
    const published = root.files.filter((path: string) => path.startsWith('bench'));
    expect(published).toEqual(['bench/README.md', 'bench/results/*.svg']);
    expect(root.workspaces).toBeUndefined();
  });

  test('a package that nobody has is not installed', () => {
    expect(installedVersion('no-such-package')).toBeNull();
  });

  test.runIf(isInstalled)('have right types', () => {
    const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const run = () =>
      execFileSync(process.execPath, [tsc, '-p', FOLDER], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).not.toThrow();
  });
});

describe('looking for Redis', () => {
  /** A server that says `answer` to whoever connects, and hangs up. */
  async function answering<Result>(answer: string, work: (url: string) => Promise<Result>): Promise<Result> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      return await work(`redis://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.close();
    }
  }
  const fsync = '*2\r\n$11\r\nappendfsync\r\n$8\r\neverysec\r\n+OK\r\n';

  test('says how safe what it has found is', async () => {
    const found = await answering(`$30\r\naof_enabled:1\r\n\r\n${fsync}`, (url) =>
      findRedis({ BENCH_REDIS_URL: url }),
    );
    expect(found).toMatchObject({
      kind: 'running',
      description: 'Redis with an append-only file, fsync everysec',
    });
    const unsafe = await answering(`$30\r\naof_enabled:0\r\n\r\n${fsync}`, (url) =>
      findRedis({ BENCH_REDIS_URL: url }),
    );
    expect(unsafe).toMatchObject({ description: expect.stringContaining('a crash loses everything') });
  });

  test('says what it has found instead', async () => {
    const refused = await answering('-NOAUTH Authentication required.\r\n', (url) =>
      findRedis({ BENCH_REDIS_URL: url }),
    );
    expect(refused).toMatchObject({ kind: 'missing', reason: expect.stringContaining('NOAUTH') });
    const closed = await answering('', async (url) => url);
    expect(await findRedis({ BENCH_REDIS_URL: closed })).toMatchObject({
      kind: 'missing',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await findRedis({ BENCH_REDIS_URL: 'nonsense' })).toMatchObject({ kind: 'missing' });
  });
});
