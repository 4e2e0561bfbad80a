/** Tasks on the account itself. */
import type { TaskContext } from '../../../ports/task-handler.ts';
import { ConnectorError } from '../../kernel/connector-error.ts';
import { connectorTask, type Make } from '../../kernel/connector-task.ts';
import type { Ensured } from '../../kernel/ensure.ts';
import { path } from '../../kernel/http-client.ts';
import { readAttributeUpdates, type WantedAttribute } from '../../kernel/task-arguments.ts';
import type { EntraConnection } from '../entra-connection.ts';
import type { GraphObject } from '../graph-client.ts';
import { findUser, noAccount, requireUser } from '../users.ts';
import { describeDifference, differing, patchFor, selectOf, UPDATABLE } from './user-attributes.ts';

/** Handlers for accounts. */
export function accountTasks(entra: EntraConnection) {
  return {
    enableUserAccount: connectorTask((context, make) => setEnabled(entra, context, make, true)),
    disableUserAccount: connectorTask((context, make) => setEnabled(entra, context, make, false)),
    deleteUserAccount: connectorTask((context, make) => deleteUser(entra, context, make)),
    updateUserAttributes: connectorTask((context, make) => updateUser(entra, context, make)),
    revokeAllRefreshTokens: connectorTask((context, make) => revokeTokens(entra, context, make)),
  };
}

function setEnabled(
  entra: EntraConnection,
  context: TaskContext,
  make: Make,
  enabled: boolean,
): Promise<Ensured> {
  const { arguments: given, signal } = context;
  return make({
    read: () => findUser(entra, context, 'id,accountEnabled,onPremisesSyncEnabled'),
    wanted: (user) => {
      if (user === null && enabled) throw noAccount();
      if (user === null || user.accountEnabled === enabled) return [];
      const wish = given[enabled ? 'enableOnPremisesAccount' : 'disableOnPremisesAccount'];
      refuseSynced(user, enabled ? 'enable the account' : 'disable the account', wish === 'true');
      return [`accountEnabled: ${user.accountEnabled ?? 'none'} → ${enabled}`];
    },
    write: (user) => entra.graph.patch(accountPath(user), { accountEnabled: enabled }, signal),
    already: enabled
      ? 'The account is enabled already'
      : 'The account is disabled already, or does not exist',
  });
}

function deleteUser(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { arguments: given, signal } = context;
  return make({
    read: () => findUser(entra, context, 'id,onPremisesSyncEnabled'),
    wanted: (user) => {
      if (user === null) return [];
      refuseSynced(user, 'delete the account', given.deleteOnPremisesAccount === 'true');
      return ['account: deleted'];
    },
    write: (user) => entra.graph.delete(accountPath(user), signal),
    already: 'The account does not exist',
  });
}

function updateUser(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const updates = readAttributeUpdates(context.arguments.attributeUpdates, UPDATABLE, 'Entra');
  return make({
    read: () => requireUser(entra, context, selectOf(updates)),
    wanted: (user) => {
      const different = differing(user, updates);
      if (different.length > 0) refuseSynced(user, `set ${namesOf(different)}`, false);
      return different.map((update) => describeDifference(user, update));
    },
    write: (user) =>
      entra.graph.patch(accountPath(user), patchFor(user, differing(user, updates)), context.signal),
    already: 'The attributes are as wanted already',
  });
}

/**
 * A revocation made earlier by something else does not count: there may be sessions since. One of this task does, when
 * the task is called again after a crash or a lost answer.
 */
function revokeTokens(entra: EntraConnection, context: TaskContext, make: Make): Promise<Ensured> {
  const { attempt, interruptions, run, signal } = context;
  const isRepeated = attempt > 1 || interruptions > 0;
  const startMs = Date.parse(run.scheduledDateTime);
  let first: number | undefined;
  return make({
    read: async () => {
      const user = await findUser(entra, context, 'id,signInSessionsValidFromDateTime');
      const sinceMs = Date.parse(String(user?.signInSessionsValidFromDateTime)) || 0;
      first ??= sinceMs;
      return { user, sinceMs };
    },
    wanted: ({ user, sinceMs }) => {
      const isDone = (isRepeated && sinceMs >= startMs) || sinceMs > (first ?? sinceMs);
      return user === null || isDone ? [] : ['sign-in sessions: revoked'];
    },
    write: async ({ user }) => {
      await entra.graph.post(`${accountPath(user)}/revokeSignInSessions`, {}, signal);
    },
    already: 'The sessions were revoked by this task already, or there is no account',
  });
}

function accountPath(user: GraphObject | null): string {
  return `/users${path`/${user?.id ?? ''}`}`;
}

/** @throws ConnectorError `refused` for an account whose master is Active Directory. */
function refuseSynced({ onPremisesSyncEnabled }: GraphObject, what: string, wantsOnPremises: boolean): void {
  if (onPremisesSyncEnabled !== true) return;
  const wish = wantsOnPremises ? ', as the argument of the task wants it' : '';
  const message = `The account is synced from Active Directory, and Entra cannot ${what}: do it there${wish}, with tasks of tenure/ldap for example`;
  throw new ConnectorError('refused', message, { code: 'SyncedAccount' });
}

function namesOf(attributes: readonly WantedAttribute[]): string {
  return attributes.map(({ name }) => name).join(', ');
}
