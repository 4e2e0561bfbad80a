import { readOptions } from '../../input/options.ts';
import type { ConnectionCheck } from '../kernel/connection-check.ts';
import { checkConnection } from './ldap-check.ts';
import { LDAP_OPTIONS, type LdapOptions, readServer } from './ldap-options.ts';
import { keepServer, LdapServer } from './ldap-server.ts';
import { LdapClient } from './protocol/ldap-client.ts';

/** An LDAP server, and how people and groups are found in it. */
export interface LdapConnection {
  /**
   * Tries what tasks and the directory need, reading only: sign-in, the kind of server, people and groups. What does not
   * work is said, not thrown.
   */
  check(signal?: AbortSignal): Promise<readonly ConnectionCheck[]>;
  /** Ends the connections to the server. Later calls fail. */
  close(): Promise<void>;
}

/**
 * Connects to an LDAP server, Active Directory among them. No connection is made before the first call, and one that is
 * lost is made anew with the next. Needs the package `ldapts`.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { ldapConnection, ldapDirectory, ldapTasks } from 'tenure/ldap';
 *
 * const ldap = ldapConnection({
 *   url: 'ldaps://dc1.example.com',
 *   bindDN: 'tenure@example.com',
 *   password: () => process.env.LDAP_PASSWORD ?? '',
 *   users: { base: 'OU=People,DC=example,DC=com' },
 * });
 * const engine = await createEngine({ directory: ldapDirectory(ldap), tasks: { ...ldapTasks(ldap) } });
 * await engine.close();
 * await ldap.close();
 * ```
 */
export function ldapConnection(options: LdapOptions): LdapConnection {
  const settings = readOptions(options, 'ldapConnection', LDAP_OPTIONS);
  const { password } = settings;
  const client = new LdapClient(
    {
      ...readServer(settings),
      startTls: settings.startTls,
      tls: settings.tls,
      bindDN: settings.bindDN,
      password: typeof password === 'string' ? () => password : password,
      connectTimeoutMs: settings.connectTimeoutMs,
      timeoutMs: settings.timeoutMs,
      answerBytesMax: settings.answerBytesMax,
    },
    settings.pageSize,
    settings.clock,
  );
  const server = new LdapServer(client, settings);
  const connection: LdapConnection = {
    check: (signal) => checkConnection(server, signal),
    close: () => client.close(),
  };
  keepServer(connection, server);
  return connection;
}
