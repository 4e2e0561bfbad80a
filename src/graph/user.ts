/** People of the directory as Graph's `user`: what `$expand` shows of them. Pure. */
import { ownValue } from '../filter/index.ts';
import { momentOrNull } from '../input/moments.ts';
import type { Subject } from '../model/subject.ts';
import { USER } from './directory-types.ts';
import type { Kind } from './edm.ts';
import { type Row, wireDate } from './represent.ts';

/** Whether a user has such a property. Attributes of the host's own are not Graph's, and stay in the directory. */
export function isUserProperty(name: string): boolean {
  return Object.hasOwn(USER.properties, name);
}

/**
 * Somebody as a `user`. What the directory does not have, or has in another form, is `null`.
 *
 * @param select names that {@link isUserProperty}; `*`: all of them; `null`: Graph's default.
 */
export function userOf(subject: Subject, select: readonly string[] | null): Row {
  const { properties, defaults = [] } = USER;
  const names = select?.includes('*') ? Object.keys(properties) : (select ?? defaults);
  return Object.fromEntries(
    names.map((name) => [name, propertyOf(properties[name], ownValue(subject, [name]))]),
  );
}

function propertyOf(kind: Kind | undefined, value: unknown): unknown {
  if (kind === 'boolean') return flagOf(value);
  if (kind === 'dateTime') {
    const atMs = momentOrNull(value);
    return atMs === null ? null : wireDate(new Date(atMs).toISOString());
  }
  if (typeof kind === 'object' && 'complex' in kind) return partsOf(Object.keys(kind.complex), value);
  if (typeof kind === 'object' && 'collection' in kind)
    return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  return textOf(value);
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Files have texts only. */
function flagOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : null;
  return word === 'true' || word === 'false' ? word === 'true' : null;
}

function partsOf(names: readonly string[], value: unknown): Row | null {
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(names.map((name) => [name, textOf(ownValue(value as Subject, [name]))]));
}
