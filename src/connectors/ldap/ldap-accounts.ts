import type { Subject } from '../../model/subject.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import type { LdapSettings } from './ldap-options.ts';
import type { LdapProfile, LdapServer } from './ldap-server.ts';
import type { LdapChange } from './protocol/ldap-client.ts';
import type { LdapEntry } from './protocol/ldap-entry.ts';
import { isResult } from './protocol/ldap-results.ts';
import type { LdapValue } from './protocol/ldap-value.ts';
import { bytesOfPassword, escapeDnValue } from './protocol/ldap-values.ts';

/** `ACCOUNTDISABLE` of Active Directory's `userAccountControl`. */
export const DISABLED_BIT = 2;
/** `NORMAL_ACCOUNT`. */
const NORMAL_ACCOUNT = 512;
/** Attributes by which a person is found that the server sets, so that a new entry cannot be given them. */
const SET_BY_SERVER = new Set(['dn', 'objectguid', 'entryuuid', 'objectsid']);

/** The attributes that say whether an account is enabled. */
export function stateAttributes({ flavour }: LdapProfile, { disabledBy }: LdapSettings): readonly string[] {
  return [flavour === 'activeDirectory' ? 'userAccountControl' : disabledBy.attribute];
}

/** Whether an account is enabled; `null`: the entry does not say it. */
export function isEnabled(
  entry: LdapEntry,
  { flavour }: LdapProfile,
  { disabledBy }: LdapSettings,
): boolean | null {
  if (flavour === 'activeDirectory') {
    const bits = entry.text('userAccountControl');
    return bits === null ? null : (Number(bits) & DISABLED_BIT) === 0;
  }
  const disabled = disabledBy.value.toLowerCase();
  return !entry.texts(disabledBy.attribute).some((value) => value.toLowerCase() === disabled);
}

/** The change that enables or disables an account. */
export function changeOfState(
  entry: LdapEntry,
  enabled: boolean,
  { flavour }: LdapProfile,
  { disabledBy }: LdapSettings,
): LdapChange {
  if (flavour === 'activeDirectory') {
    const bits = Number(entry.text('userAccountControl'));
    const value = enabled ? bits & ~DISABLED_BIT : bits | DISABLED_BIT;
    return { operation: 'replace', attribute: 'userAccountControl', values: [String(value)] };
  }
  const { attribute, value, enabledValue } = disabledBy;
  const wanted = enabled ? enabledValue : value;
  return { operation: 'replace', attribute, values: wanted === undefined ? [] : [wanted] };
}

/** Makes the account that the options describe. @throws ConnectorError `refused` when they describe none. */
export async function createAccount(
  server: LdapServer,
  subject: Subject,
  signal: AbortSignal,
): Promise<void> {
  const { newUser, keyOf, users } = server.settings;
  if (!newUser) throw noAccount();
  const profile = await server.profile(signal);
  const { rdn, parent = users.base, attributes } = newUser(subject);
  const given = new Map<string, readonly LdapValue[]>();
  for (const [name, value] of Object.entries(attributes)) given.set(name, listOf(name, value));
  const key = keyOf?.(subject) ?? { attribute: profile.idAttribute, value: subject.id };
  if (!SET_BY_SERVER.has(key.attribute.toLowerCase()) && !has(given, key.attribute))
    given.set(key.attribute, [key.value]);
  if (profile.flavour === 'activeDirectory' && !has(given, 'userAccountControl'))
    given.set('userAccountControl', [String(NORMAL_ACCOUNT)]);
  const name = [...given].find(([attribute]) => attribute.toLowerCase() === rdn.toLowerCase())?.[1][0];
  if (typeof name !== 'string' || name === '') {
    const message = `Expected \`newUser\` to give ${rdn}, which names the entry, got none`;
    throw new ConnectorError('refused', message, { code: 'BadNewUser' });
  }
  await server.client.add(`${rdn}=${escapeDnValue(name)},${parent}`, Object.fromEntries(given), signal);
}

/** The reason why Active Directory does not enable an account, where it is that it has no password. */
export function reasonOfEnable(error: unknown, { flavour }: LdapProfile): unknown {
  if (flavour !== 'activeDirectory' || !isResult(error, 53)) return error;
  const message = `${error.message}; Active Directory enables no account without a password that its policy accepts`;
  return new ConnectorError(error.kind, message, { code: error.code, cause: error });
}

/** The failure of tasks that need an entry. */
export function noAccount(): ConnectorError {
  return new ConnectorError('refused', 'The person has no entry in the LDAP directory', {
    code: 'AccountMissing',
  });
}

function listOf(name: string, value: LdapValue | readonly LdapValue[]): readonly LdapValue[] {
  const values: readonly LdapValue[] = Array.isArray(value) ? value : [value as LdapValue];
  if (!values.every((one) => typeof one === 'string' || one instanceof Uint8Array)) {
    const message = `Expected \`newUser\` to give texts or bytes for ${name}, got something else`;
    throw new ConnectorError('refused', message, { code: 'BadNewUser' });
  }
  if (name.toLowerCase() !== 'unicodepwd') return values;
  return values.map((one) => (typeof one === 'string' ? bytesOfPassword(one) : one));
}

function has(attributes: ReadonlyMap<string, unknown>, name: string): boolean {
  return [...attributes.keys()].some((one) => one.toLowerCase() === name.toLowerCase());
}
