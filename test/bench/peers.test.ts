import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { installedVersion, PEERS } from '../../bench/peer-list.ts';
import { findRedis } from '../../bench/servers.ts';

const FOLDER = fileURLToPath(new URL('../../bench/peers/', import.meta.url));
const isInstalled = PEERS.every(({ npm }) => installedVersion(npm) !== null);

describe('the peers of the bench', () => {
  const { dependencies } = JSON.parse(readFileSync(`${FOLDER}package.json`, 'utf8'));

  it.each(PEERS)('$name has its module, and one version of its package', ({ module, npm }) => {
    expect(existsSync(`${FOLDER}${module}.ts`)).toBe(true);
    expect(dependencies[npm]).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('are not among the dependencies that users of tenure install', () => {
    const root = JSON.parse(readFileSync(`${FOLDER}../../package.json`, 'utf8'));
    const published = root.files.filter((path: string) => path.startsWith('bench'));
    expect(published).toEqual(['bench/README.md', 'bench/results/*.svg']);
    expect(root.workspaces).toBeUndefined();
  });

  it('a package that does not exist is reported as not installed', () => {
    expect(installedVersion('no-such-package')).toBeNull();
  });

  it.runIf(isInstalled)('have right types', () => {
    const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
    const run = () =>
      execFileSync(process.execPath, [tsc, '-p', FOLDER], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).not.toThrow();
  });
});

describe('findRedis of the bench', () => {
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

  it('reports the durability settings of the server that it finds', async () => {
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

  it('reports why a server cannot be used', async () => {
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
