/** A real OpenLDAP server for tests: Debian's slapd, on a free port of this host, with its data in a temporary folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Attribute, Client } from 'ldapts';
import { describe } from 'vitest';

export const SLAPD_PASSWORD = 'the-password-of-the-directory';
export const SUFFIX = 'dc=example,dc=org';
export const PEOPLE = `ou=people,${SUFFIX}`;
export const GROUPS = `ou=groups,${SUFFIX}`;
export const BIND_DN = `cn=tenure,${SUFFIX}`;

/** Starts of the program, at most. */
const STARTS_MAX = 5;
/** It listens within a moment; a busy machine is slower. */
const TRY_MS = 50;
const TRIES_MAX = 1_200;

/** The program. Its libraries, modules and schemas lie beside it, as in Debian's package. */
const SLAPD = process.env.SLAPD ?? '/usr/sbin/slapd';
const PACKAGE = resolve(dirname(SLAPD), '../..');
const MODULES = join(PACKAGE, 'usr/lib/ldap');
const SCHEMAS = join(PACKAGE, 'etc/ldap/schema');
const ENV = {
  ...process.env,
  // Libraries of packages that are unpacked beside it.
  LD_LIBRARY_PATH: join(PACKAGE, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`),
};
const TLS = resolve(import.meta.dirname, '../cli/tls');

const isThere = spawnSync(SLAPD, ['-VV'], { env: ENV }).status === 0;
if (!isThere && process.env.CI !== 'true')
  console.warn(
    'slapd is not installed (apt-get install slapd, or its path in SLAPD): tests of LDAP are skipped',
  );

/** `describe` of the tests that need the server: without it they are skipped, and fail where `CI` is `true`. */
export const describeSlapd = isThere || process.env.CI === 'true' ? describe : describe.skip;

/** A running server. */
export interface SlapdServer {
  /** `ldap://127.0.0.1:…`; takes StartTLS. */
  readonly url: string;
  /** `ldaps://127.0.0.1:…`, with the certificate of `test/cli/tls`. */
  readonly secureUrl: string;
  /** Signed in as the account that may do all. */
  readonly client: Client;
  /** Removes all people and groups. */
  clear(): Promise<void>;
  /** Adds an entry. */
  add(dn: string, attributes: Readonly<Record<string, string | Buffer | readonly string[]>>): Promise<void>;
  close(): Promise<void>;
}

/** What the server pretends to be. */
export interface SlapdOptions {
  /** Whether the root entry says that it is Active Directory. Default `false`. */
  readonly activeDirectory?: boolean;
}

/** Starts a server with a domain, and nobody in it. */
export async function startSlapd({ activeDirectory = false }: SlapdOptions = {}): Promise<SlapdServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-slapd-'));
  writeFileSync(join(folder, 'slapd.conf'), configuration(folder));
  writeFileSync(
    join(folder, 'root.ldif'),
    activeDirectory ? ACTIVE_DIRECTORY_ROOT : 'dn:\nobjectClass: top\n',
  );
  const { process, url, secureUrl } = await startProcess(folder).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const client = new Client({ url, strictDN: false });
  await client.bind(BIND_DN, SLAPD_PASSWORD);
  const server: SlapdServer = {
    url,
    secureUrl,
    client,
    async clear() {
      for (const base of [PEOPLE, GROUPS]) {
        const { searchEntries } = await client.search(base, {
          scope: 'children',
          attributes: ['1.1'],
          paged: true,
        });
        // The deepest first: an entry that has others below it cannot be deleted.
        for (const { dn } of searchEntries.toSorted((one, other) => other.dn.length - one.dn.length))
          await client.del(dn);
      }
    },
    async add(dn, attributes) {
      const given = Object.entries(attributes).map(
        ([type, value]) =>
          new Attribute({
            type,
            values: (Array.isArray(value) ? value : [value]).map((one) => Buffer.from(one as string)),
          }),
      );
      await client.add(dn, given);
    },
    async close() {
      await client.unbind();
      await end(process);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.add(SUFFIX, { objectClass: ['dcObject', 'organization'], dc: 'example', o: 'Example' });
  for (const [name, dn] of [
    ['people', PEOPLE],
    ['groups', GROUPS],
  ] as const)
    await server.add(dn, { objectClass: 'organizationalUnit', ou: name });
  // Without a policy that locks, OpenLDAP does not look at `pwdAccountLockedTime`.
  await server.add(`cn=policy,${SUFFIX}`, {
    objectClass: ['organizationalRole', 'pwdPolicy'],
    cn: 'policy',
    pwdAttribute: 'userPassword',
    pwdLockout: 'TRUE',
  });
  return server;
}

const ACTIVE_DIRECTORY_ROOT = `dn:
objectClass: top
supportedCapabilities: 1.2.840.113556.1.4.800
highestCommittedUSN: 5000
dsServiceName: cn=settings,${SUFFIX}
`;

function configuration(folder: string): string {
  const schemas = ['core', 'cosine', 'inetorgperson', 'nis'].map((name) => join(SCHEMAS, `${name}.schema`));
  return `
${schemas.map((path) => `include ${path}`).join('\n')}
include ${join(import.meta.dirname, 'active-directory.schema')}
modulepath ${MODULES}
moduleload back_mdb
moduleload ppolicy
pidfile ${join(folder, 'slapd.pid')}
rootDSE ${join(folder, 'root.ldif')}
TLSCertificateFile ${join(TLS, 'cert-for-tests.pem')}
TLSCertificateKeyFile ${join(TLS, 'key-for-tests.pem')}
database mdb
suffix "${SUFFIX}"
rootdn "${BIND_DN}"
rootpw ${SLAPD_PASSWORD}
directory ${folder}
maxsize 104857600
dbnosync
access to * by dn.exact="uid=reader,${PEOPLE}" read by anonymous auth by * none
overlay ppolicy
ppolicy_default "cn=policy,${SUFFIX}"
`;
}

interface Started {
  readonly process: ChildProcess;
  readonly url: string;
  readonly secureUrl: string;
}

/** Starts the program on free ports; again on others when one of them was taken meanwhile. */
async function startProcess(folder: string): Promise<Started> {
  let said = '';
  for (let starts = 0; starts < STARTS_MAX; starts += 1) {
    const port = await freePort();
    const [url, secureUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://127.0.0.1:${await freePort()}`];
    const args = ['-d', '0', '-f', join(folder, 'slapd.conf'), '-h', `${url} ${secureUrl}`];
    const process = spawn(SLAPD, args, { env: ENV, stdio: ['ignore', 'ignore', 'pipe'] });
    // A run of tests that is stopped leaves no server behind.
    const kill = () => {
      process.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    };
    globalThis.process.once('exit', kill);
    process.once('exit', () => globalThis.process.off('exit', kill));
    let failure: Error | null = null;
    process.once('error', (error) => {
      failure = error;
    });
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    for (let tries = 0; process.exitCode === null && failure === null; tries += 1) {
      if (await canConnect(port)) return { process, url, secureUrl };
      if (tries === TRIES_MAX) process.kill('SIGKILL');
      await wait(TRY_MS);
    }
    if (failure !== null)
      throw new Error(`Expected slapd at ${SLAPD} (apt-get install slapd, or its path in SLAPD)`, {
        cause: failure,
      });
  }
  throw new Error(`Expected slapd to start, got its end: ${said}`);
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null) return;
  process.kill('SIGTERM');
  await once(process, 'exit');
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
