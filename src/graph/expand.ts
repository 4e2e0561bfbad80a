/** `$expand`: what may be expanded, and the people in place of their ids. Source: domain §2, §5. */
import type { Subject } from '../model/subject.ts';
import type { EntityType, Kind } from './entity-types.ts';
import { badRequest } from './graph-error.ts';
import type { Expansion } from './query.ts';
import type { Row } from './represent.ts';
import { isUserProperty, userOf } from './user.ts';

/** Refuses what the type cannot expand, and names that are not there to be selected. @throws GraphError 400. */
export function checkExpand(type: EntityType, expand: readonly Expansion[]): void {
  const navigation = Object.keys(type.navigation);
  for (const { name, select } of expand) {
    const target = Object.hasOwn(type.navigation, name) ? type.navigation[name] : undefined;
    if (!target) {
      const remedy = navigation.length === 0 ? 'it has none' : `it has ${navigation.join(', ')}`;
      throw badRequest(
        `Expected $expand on type '${type.name}' to name a navigation property (${remedy}), got '${name}'.`,
      );
    }
    const isKnown = target.isUser ? isUserProperty : hasProperty(target.type);
    const stray = select?.find((one) => one !== '*' && !isKnown(one));
    if (stray !== undefined) throw badRequest(`Could not find a property named '${stray}' on '${name}'.`);
  }
}

/**
 * The rows with the users that are expanded in place of their ids, fetched all at once. Whoever the directory does
 * not know keeps his id.
 */
export async function withUsers(
  type: EntityType,
  rows: readonly Row[],
  expand: readonly Expansion[],
  fetch: (ids: readonly string[]) => Promise<readonly Subject[]>,
): Promise<readonly Row[]> {
  const wanted = expand.filter(({ name }) => type.navigation[name]?.isUser);
  const ids = new Set(rows.flatMap((row) => wanted.flatMap(({ name }) => idOf(row[name]) ?? [])));
  if (ids.size === 0) return rows;
  const users = new Map((await fetch([...ids])).map((user) => [user.id, user]));
  const shown = (reference: unknown, select: Expansion['select']): unknown => {
    const user = users.get(idOf(reference) ?? '');
    return user ? userOf(user, select) : reference;
  };
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(wanted.map(({ name, select }) => [name, shown(row[name], select)])),
  }));
}

function idOf(reference: unknown): string | null {
  const id = (reference as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
}

function hasProperty(kind: Kind): (name: string) => boolean {
  if (typeof kind !== 'object' || 'enumeration' in kind) return () => false;
  const properties = 'complex' in kind ? kind.complex : kind.collection;
  return (name) => Object.hasOwn(properties, name);
}
