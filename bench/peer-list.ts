/** The peers, with the servers that they need and what survives a crash. */
import { existsSync, readFileSync } from 'node:fs';

/** A server that a peer needs. */
export type Server = 'postgres' | 'redis';

/** Durability guarantee. Peers with the same guarantee are measured together, against tenure with at least that one. */
export type Kind = 'task' | 'job' | 'memory';

/** A peer. */
export interface Peer {
  readonly name: string;
  /** Module in `peers/`. */
  readonly module: string;
  /** npm package. */
  readonly npm: string;
  readonly kind: Kind;
  readonly durability: string;
  readonly server: Server | null;
}

const EACH_TASK = 'each task is on the disk before the next';
const EACH_JOB = 'a job for all tasks of a user; its end is on the disk, tasks are not recorded';
const NOTHING = 'nothing is recorded';

/** All peers. */
export const PEERS: readonly Peer[] = [
  {
    name: 'DBOS',
    module: 'dbos',
    npm: '@dbos-inc/dbos-sdk',
    kind: 'task',
    durability: EACH_TASK,
    server: 'postgres',
  },
  {
    name: 'OpenWorkflow',
    module: 'openworkflow',
    npm: 'openworkflow',
    kind: 'task',
    durability: EACH_TASK,
    server: null,
  },
  {
    name: 'graphile-worker',
    module: 'graphile-worker',
    npm: 'graphile-worker',
    kind: 'job',
    durability: EACH_JOB,
    server: 'postgres',
  },
  {
    name: 'pg-boss',
    module: 'pg-boss',
    npm: 'pg-boss',
    kind: 'job',
    durability: EACH_JOB,
    server: 'postgres',
  },
  {
    name: 'BullMQ',
    module: 'bullmq',
    npm: 'bullmq',
    kind: 'job',
    durability: 'a job for all tasks of a user, as safe as that',
    server: 'redis',
  },
  { name: 'XState', module: 'xstate', npm: 'xstate', kind: 'memory', durability: NOTHING, server: null },
  { name: 'p-queue', module: 'p-queue', npm: 'p-queue', kind: 'memory', durability: NOTHING, server: null },
];

/** The command that installs them. */
export const INSTALL = 'npm ci --prefix bench/peers';

/** Installed version of a peer's package; `null`: it is not installed. */
export function installedVersion(npm: string): string | null {
  const file = new URL(`peers/node_modules/${npm}/package.json`, import.meta.url);
  return existsSync(file) ? String(JSON.parse(readFileSync(file, 'utf8')).version) : null;
}

/** Versions of the peers that are installed, by package. */
export function peerVersions(): Readonly<Record<string, string>> {
  const versions = PEERS.map(({ npm }) => [npm, installedVersion(npm)] as const);
  return Object.fromEntries(versions.flatMap(([npm, version]) => (version === null ? [] : [[npm, version]])));
}
