import type { TaskContext } from '../../ports/task-handler.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { path } from '../kernel/http-client.ts';
import type { EntraConnection } from './entra-connection.ts';
import { type GraphObject, query } from './graph-client.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is an object id of Entra. */
export function isObjectId(text: string): boolean {
  return GUID.test(text);
}

/** The person's account with the properties `select`; `null` when there is none. */
export function findUser(
  entra: EntraConnection,
  { subject, signal }: Pick<TaskContext, 'subject' | 'signal'>,
  select: string,
): Promise<GraphObject | null> {
  return entra.graph.get(`/users${path`/${entra.userOf(subject)}`}${query({ select })}`, signal);
}

/** As {@link findUser}. @throws ConnectorError `missing` when there is none: it may be on its way. */
export async function requireUser(
  entra: EntraConnection,
  context: Pick<TaskContext, 'subject' | 'signal'>,
  select: string,
): Promise<GraphObject> {
  const user = await findUser(entra, context, select);
  if (user === null) throw noAccount();
  return user;
}

/** Object id of the person's account; `null` when it has to be looked up and there is none. */
export async function findUserId(entra: EntraConnection, context: TaskContext): Promise<string | null> {
  const key = entra.userOf(context.subject);
  return isObjectId(key) ? key : ((await findUser(entra, context, 'id'))?.id ?? null);
}

/** As {@link findUserId}. @throws ConnectorError `missing` when there is no account. */
export async function requireUserId(entra: EntraConnection, context: TaskContext): Promise<string> {
  const id = await findUserId(entra, context);
  if (id === null) throw noAccount();
  return id;
}

/** A new account is not seen by all of Graph at once, so the task is tried again for a while. */
export function noAccount(): ConnectorError {
  return new ConnectorError(
    'missing',
    'The person has no account in Entra, or a new one that is not replicated yet',
    {
      code: 'AccountMissing',
    },
  );
}
