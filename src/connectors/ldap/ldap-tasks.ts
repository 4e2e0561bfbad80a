import type { PlainTaskOptions, TaskContext } from '../../ports/task-handler.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { connectorTask, type Make } from '../kernel/connector-task.ts';
import type { Ensured } from '../kernel/ensure.ts';
import { readAttributeUpdates } from '../kernel/task-arguments.ts';
import {
  changeOfState,
  createAccount,
  isEnabled,
  noAccount,
  reasonOfEnable,
  stateAttributes,
} from './ldap-accounts.ts';
import { differing, writableNames } from './ldap-attributes.ts';
import type { LdapConnection } from './ldap-connection.ts';
import { leaveAllGroups, setMemberships } from './ldap-memberships.ts';
import { type LdapServer, serverOf } from './ldap-server.ts';
import type { LdapEntry } from './protocol/ldap-entry.ts';
import { isResult } from './protocol/ldap-results.ts';

/** The tasks of the catalogue that a directory can do. */
export type LdapTasks = Readonly<
  Record<
    | 'enableUserAccount'
    | 'disableUserAccount'
    | 'deleteUserAccount'
    | 'updateUserAttributes'
    | 'addUserToGroups'
    | 'removeUserFromSelectedGroups'
    | 'removeUserFromAllGroups',
    PlainTaskOptions
  >
>;

/**
 * Handlers for accounts and groups of an LDAP server. `groupID` is the groups' `cn`, separated by commas, or their
 * distinguished names, separated by semicolons.
 */
export function ldapTasks(connection: LdapConnection): LdapTasks {
  const server = serverOf(connection);
  return {
    enableUserAccount: connectorTask((context, make) => setEnabled(server, context, make, true)),
    disableUserAccount: connectorTask((context, make) => setEnabled(server, context, make, false)),
    deleteUserAccount: connectorTask((context, make) => deleteUser(server, context, make)),
    updateUserAttributes: connectorTask((context, make) => updateUser(server, context, make)),
    addUserToGroups: connectorTask((context, make) => setMemberships(server, context, make, true)),
    removeUserFromSelectedGroups: connectorTask((context, make) =>
      setMemberships(server, context, make, false),
    ),
    removeUserFromAllGroups: connectorTask((context, make) => leaveAllGroups(server, context, make)),
  };
}

async function setEnabled(
  server: LdapServer,
  { subject, signal }: TaskContext,
  make: Make,
  enabled: boolean,
): Promise<Ensured> {
  const { client, settings } = server;
  const profile = await server.profile(signal);
  return make<LdapEntry | null>({
    read: async () => {
      const entry = await server.userOf(subject, stateAttributes(profile, settings), signal);
      if (entry === null && enabled && !settings.newUser) throw noAccount();
      // Its other bits would be lost.
      if (entry !== null && isEnabled(entry, profile, settings) === null) throw stateHidden();
      return entry;
    },
    wanted: (entry) => {
      if (entry === null) return enabled ? ['account: none → enabled'] : [];
      const present = isEnabled(entry, profile, settings);
      return present === enabled ? [] : [`accountEnabled: ${present} → ${enabled}`];
    },
    write: async (entry) => {
      try {
        if (entry === null) await createAccount(server, subject, signal);
        else await client.modify(entry.dn, [changeOfState(entry, enabled, profile, settings)], signal);
      } catch (error) {
        throw enabled ? reasonOfEnable(error, profile) : error;
      }
    },
    already: enabled
      ? 'The account is enabled already'
      : 'The account is disabled already, or does not exist',
  });
}

async function deleteUser(
  server: LdapServer,
  { subject, signal }: TaskContext,
  make: Make,
): Promise<Ensured> {
  const { deleteChildren } = await server.profile(signal);
  return make<LdapEntry | null>({
    read: () => server.userOf(subject, ['1.1'], signal),
    wanted: (entry) => (entry === null ? [] : ['account: deleted']),
    write: async (entry) => {
      const dn = (entry as LdapEntry).dn;
      try {
        await server.client.delete(dn, false, signal);
      } catch (error) {
        if (!isResult(error, 66)) throw error;
        if (!deleteChildren) throw hasChildren(error);
        await server.client.delete(dn, true, signal);
      }
    },
    already: 'The account does not exist',
  });
}

async function updateUser(server: LdapServer, context: TaskContext, make: Make): Promise<Ensured> {
  const { subject, signal } = context;
  const profile = await server.profile(signal);
  const updates = readAttributeUpdates(
    context.arguments.attributeUpdates,
    writableNames(profile),
    'the LDAP directory',
  );
  const attributes = updates.map(({ name }) => profile.attributes.get(name) ?? name);
  return make<LdapEntry>({
    read: async () => {
      const entry = await server.userOf(subject, attributes, signal);
      if (entry === null) throw noAccount();
      return entry;
    },
    wanted: (entry) => differing(entry, updates, profile).map(({ words }) => words),
    write: (entry) => {
      const changes = differing(entry, updates, profile).map(({ change }) => change);
      return server.client.modify(entry.dn, changes, signal);
    },
    already: `The attributes of ${subject.id} are as wanted already`,
  });
}

function hasChildren(error: ConnectorError): ConnectorError {
  const message = `${error.message}; other entries are below the account: delete them, or set \`deleteChildren\``;
  return new ConnectorError('refused', message, { code: error.code, cause: error });
}

function stateHidden(): ConnectorError {
  const message =
    'Expected the entry to have userAccountControl, got none; give the account that signs in the right to read it';
  return new ConnectorError('refused', message, { code: 'StateHidden' });
}
