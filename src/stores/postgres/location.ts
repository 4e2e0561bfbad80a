import { shown } from '../../errors/shown.ts';
import { invalid, type Place } from '../../input/refuse.ts';

const SCHEMES = ['postgres:', 'postgresql:'];
/** Bytes of a name that Postgres keeps; it would cut longer ones. */
const NAME_BYTES_MAX = 63;

/** Whether a text is meant to be the URL of a Postgres database. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:/i.test(text);
}

/** A connection string, checked. The password is in no message. @throws LifecycleError `InvalidArgument`. */
export function readConnectionString(place: Place): string {
  const url = typeof place.value === 'string' && !place.value.includes('\0') ? URL.parse(place.value) : null;
  if (url && SCHEMES.includes(url.protocol) && isEncoded(url)) return place.value as string;
  const got = typeof place.value === 'string' ? 'a text that is none' : shown(place.value);
  throw invalid(
    place,
    'a URL like postgres://user@host:5432/database, with special characters of its parts percent-encoded',
    got,
  );
}

/** What messages call the database of a connection string: without the password and parameters. */
export function nameOfUrl(connectionString: string): string {
  const url = new URL(connectionString);
  const user = url.username === '' ? '' : `${url.username}@`;
  return `postgres://${user}${url.host}${url.pathname}`;
}

/** The name of a schema, checked. @throws LifecycleError `InvalidArgument`. */
export function readSchemaName(place: Place): string {
  const { value } = place;
  const isName =
    typeof value === 'string' &&
    value !== '' &&
    Buffer.byteLength(value) <= NAME_BYTES_MAX &&
    value.isWellFormed() &&
    !/\p{Cc}/u.test(value) &&
    !/^pg_/i.test(value);
  if (isName) return value;
  throw invalid(place, `the name of a schema: 1..${NAME_BYTES_MAX} bytes, not beginning with pg_`);
}

/** Whether all parts are percent-encoded: else a part of the password may have ended up in another part. */
function isEncoded({ username, password, pathname, search, hash }: URL): boolean {
  if (hash !== '' || /@/.test(pathname + search)) return false;
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
