import type { EpochMs } from '../../model/time.ts';
import type { WantedAttribute } from '../kernel/task-arguments.ts';
import type { LdapProfile } from './ldap-server.ts';
import type { LdapChange } from './protocol/ldap-client.ts';
import type { LdapEntry } from './protocol/ldap-entry.ts';
import { momentOfFileTime, momentOfGeneralizedTime, textOfGuid, textOfSid } from './protocol/ldap-values.ts';

/** Attributes of Active Directory that are file times. */
const FILE_TIMES = new Set([
  'accountexpires',
  'badpasswordtime',
  'lastlogoff',
  'lastlogon',
  'lastlogontimestamp',
  'lockouttime',
  'msds-userpasswordexpirytimecomputed',
  'pwdlastset',
]);
/** Names of Graph that are dates; their values are `GeneralizedTime` in LDAP. */
const DATE_NAME = /Date(?:Time)?$/;

/** The value of an attribute as Graph has it: text, dates in ISO 8601; `null`: none. */
export function attributeValue(entry: LdapEntry, name: string, attribute: string): string | null {
  const key = attribute.toLowerCase();
  if (key === 'objectguid' || key === 'objectsid') {
    const bytes = entry.bytes(attribute);
    return bytes && (key === 'objectguid' ? textOfGuid(bytes) : textOfSid(bytes));
  }
  const text = entry.text(attribute);
  if (text === null || text === '') return null;
  if (FILE_TIMES.has(key)) return isoOf(momentOfFileTime(text));
  if (!DATE_NAME.test(name)) return text;
  const moment = momentOfGeneralizedTime(text);
  // What else stands there may be a date that the engine reads.
  return moment === null ? text : isoOf(moment);
}

/** The names that `updateUserAttributes` can write: those whose values are text. */
export function writableNames({ attributes }: LdapProfile): readonly string[] {
  return [...attributes].flatMap(([name, attribute]) => (isText(name, attribute) ? [name] : []));
}

/** Whether the values of an attribute are the same text in LDAP and for Graph. */
function isText(name: string, attribute: string): boolean {
  const key = attribute.toLowerCase();
  const isBinary = key === 'objectguid' || key === 'objectsid';
  return (
    !isBinary && !FILE_TIMES.has(key) && !DATE_NAME.test(name) && name !== 'manager' && name !== 'memberOf'
  );
}

/** What differs of the wanted attributes. */
export function differing(
  entry: LdapEntry,
  wanted: readonly WantedAttribute[],
  profile: LdapProfile,
): readonly { readonly words: string; readonly change: LdapChange }[] {
  return wanted.flatMap(({ name, value }) => {
    const attribute = profile.attributes.get(name) ?? name;
    const present = entry.texts(attribute);
    const values = value === null ? [] : [value];
    if (present.length === values.length && present[0] === values[0]) return [];
    return {
      words: `${name}: ${present.join(', ') || 'none'} → ${value ?? 'none'}`,
      change: { operation: 'replace', attribute, values },
    };
  });
}

function isoOf(ms: EpochMs | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
