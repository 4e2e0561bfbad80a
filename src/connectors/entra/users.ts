import type { Subject } from '../../model/subject.ts';
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

/**
 * Object id or user principal name of a person's account.
 *
 * @throws ConnectorError `refused` for another text: Graph would find no account, and a task would have nothing to do.
 */
function keyOf({ userOf }: EntraConnection, subject: Subject): string {
  const key = userOf(subject);
  if (typeof key === 'string' && (isObjectId(key) || key.includes('@'))) return key;
  const got = typeof key === 'string' ? `\`${key.slice(0, 100)}\`` : String(key);
  const message = `Expected an object id or a user principal name of the person, got ${got}; set \`userOf\` of the connection`;
  throw new ConnectorError('refused', message, { code: 'BadUserId' });
}

/** The path of a person's account. */
export function userPath(entra: EntraConnection, subject: Subject): string {
  return `/users${path`/${keyOf(entra, subject)}`}`;
}

/** The person's account with the properties `select`; `null` when there is none. */
export function findUser(
  entra: EntraConnection,
  { subject, signal }: Pick<TaskContext, 'subject' | 'signal'>,
  select: string,
): Promise<GraphObject | null> {
  return entra.graph.get(`${userPath(entra, subject)}${query({ select })}`, signal);
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
  const key = keyOf(entra, context.subject);
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
