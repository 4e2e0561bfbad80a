import { type ConnectionCheck, tryCheck } from '../kernel/connection-check.ts';
import type { LdapServer } from './ldap-server.ts';

/** Entries that are counted, at most: one page of most servers' limits. */
const COUNTED_MAX = 200;

/** Tries, reading only, what tasks and the directory need. */
export async function checkConnection(
  server: LdapServer,
  signal?: AbortSignal,
): Promise<readonly ConnectionCheck[]> {
  const signIn = await tryCheck('connect and sign in', async () => {
    const root = await server.root(signal);
    const { flavour } = await server.profile(signal);
    const kind =
      flavour === 'activeDirectory' ? 'Active Directory' : 'an LDAP server other than Active Directory';
    const name = [root?.text('vendorName'), root?.text('vendorVersion')].filter(Boolean).join(' ');
    return name === '' ? kind : `${kind}: ${name}`;
  });
  // Everything else would fail for the same reason.
  if (signIn.failure !== null) return [signIn];
  return [
    signIn,
    await tryCheck('read users', () => countUsers(server, signal)),
    ...((await server.profile(signal)).flavour === 'generic'
      ? [await tryCheck('disable accounts', () => findState(server, signal))]
      : []),
    ...(server.settings.groups ? [await tryCheck('read groups', () => countGroups(server, signal))] : []),
  ];
}

async function countUsers(server: LdapServer, signal?: AbortSignal): Promise<string> {
  const { base } = server.settings.users;
  const { usersFilter, idAttribute } = await server.profile(signal);
  const search = { scope: 'sub', filter: usersFilter, attributes: [idAttribute] } as const;
  const found = await server.client.search(base, search, COUNTED_MAX, signal);
  if (found.length === 0) throw new Error(`Found no people below ${base}; check \`users\``);
  const named = found.filter((entry) => entry.values(idAttribute).length > 0).length;
  if (named === 0)
    throw new Error(
      `Found ${count(found.length, 'person', 'people')}, none with ${idAttribute}; set \`idAttribute\``,
    );
  return `${count(found.length, 'person', 'people')}, ${named === found.length ? 'all' : named} with ${idAttribute}`;
}

/** Whether the schema has the attribute by which accounts are disabled; Active Directory always has its own. */
async function findState({ client, settings }: LdapServer, signal?: AbortSignal): Promise<string> {
  const { attribute } = settings.disabledBy;
  const place = (await client.read('', ['subschemaSubentry'], signal))?.text('subschemaSubentry') ?? null;
  const schema = place === null ? null : await client.read(place, ['attributeTypes'], signal);
  if (!schema) return `by ${attribute}; the schema cannot be read to see whether the server has it`;
  const isThere = schema
    .texts('attributeTypes')
    .some((type) => namesOf(type).includes(attribute.toLowerCase()));
  if (isThere) return `by ${attribute}`;
  throw new Error(
    `The server has no attribute ${attribute}; set \`disabledBy\`, or load OpenLDAP's overlay ppolicy`,
  );
}

/** The names of `( 1.2.3 NAME ( 'a' 'b' ) …`, in lower case. RFC 4512 §4.1.2. */
function namesOf(attributeType: string): readonly string[] {
  const names = /\bNAME\s+(?:\(([^)]*)\)|('[^']*'))/.exec(attributeType);
  return [...(names?.[1] ?? names?.[2] ?? '').matchAll(/'([^']*)'/g)].map(([, name = '']) =>
    name.toLowerCase(),
  );
}

async function countGroups(server: LdapServer, signal?: AbortSignal): Promise<string> {
  const { base, filter } = await server.groups(signal);
  const search = { scope: 'sub', filter, attributes: ['1.1'] } as const;
  const found = await server.client.search(base, search, COUNTED_MAX, signal);
  if (found.length === 0) throw new Error(`Found no groups below ${base}; check \`groups\``);
  return count(found.length, 'group', 'groups');
}

function count(found: number, one: string, many: string): string {
  return `${found === COUNTED_MAX ? 'at least ' : ''}${found} ${found === 1 ? one : many}`;
}
