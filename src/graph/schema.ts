/** The entity data model of the service: `$metadata` publishes it, and the routes take their types from it. */
import { COMPLEX_TYPES } from './complex-types.ts';
import { CONTAINER, CONTAINER_TYPES } from './container-types.ts';
import { DIRECTORY_TYPES } from './directory-types.ts';
import type { ComplexType, EntityType, Link, Operation } from './edm.ts';
import { RESOURCE_TYPES } from './entity-types.ts';
import { OPERATIONS } from './operation-types.ts';
import { SUMMARY_TYPES } from './summary-types.ts';

/** The namespace of types that name none. */
export const NAMESPACE = 'microsoft.graph.identityGovernance';

/** All entity types, base types before derived ones. */
export const ENTITY_TYPES: readonly EntityType[] = [
  ...DIRECTORY_TYPES,
  ...RESOURCE_TYPES,
  ...CONTAINER_TYPES,
];

/** All complex types, base types before derived ones. */
export const ALL_COMPLEX_TYPES: readonly ComplexType[] = [...COMPLEX_TYPES, ...SUMMARY_TYPES];

const byName = new Map(ENTITY_TYPES.map((type) => [type.name, type]));

/** The qualified name: `microsoft.graph.user`. */
export function fullName({ name, namespace = NAMESPACE }: Pick<EntityType, 'name' | 'namespace'>): string {
  return `${namespace}.${name}`;
}

/** All navigation properties of an entity type. */
export function linksOf({ navigation, links }: EntityType): Readonly<Record<string, Link>> {
  return { ...navigation, ...links };
}

/** The target type of a navigation property. @throws Error when the model has no such type. */
export function targetOf({ to }: Link): EntityType {
  const type = byName.get(to);
  if (type === undefined) throw new Error(`Expected the model to have an entity type ${to}, got none`);
  return type;
}

/** What a path addresses. */
export type Place =
  | { readonly kind: 'resource'; readonly type: EntityType; readonly isMany: boolean }
  | { readonly kind: 'operation'; readonly operation: Operation };

/**
 * What a path of the route table addresses: `workflows/{workflow}/runs/summary()`.
 *
 * @throws Error for a path that the model does not have.
 */
export function placeOf(path: string): Place {
  let place: Place = { kind: 'resource', type: CONTAINER, isMany: false };
  for (const part of path.split('/')) {
    if (part === '' || part === '$ref') continue;
    const next: Place | null = place.kind === 'resource' ? stepFrom(place, part) : null;
    if (next === null) throw new Error(`Expected the model to have ${path}, got nothing at ${part}`);
    place = next;
  }
  return place;
}

function stepFrom({ type, isMany }: Place & { kind: 'resource' }, part: string): Place | null {
  if (part.startsWith('{')) return isMany ? { kind: 'resource', type, isMany: false } : null;
  const link = isMany ? undefined : linksOf(type)[part];
  if (link) return { kind: 'resource', type: targetOf(link), isMany: link.isMany ?? false };
  const name = part.replace(/\(\)$/, '');
  const operation = OPERATIONS.find(
    ({ name: one, of }) => one === name && of.type === type && (of.isMany ?? false) === isMany,
  );
  return operation ? { kind: 'operation', operation } : null;
}
