/** The whole model: what `$metadata` publishes, and what the routes take their types from. */
import { COMPLEX_TYPES } from './complex-types.ts';
import { CONTAINER, CONTAINER_TYPES } from './container-types.ts';
import { DIRECTORY_TYPES } from './directory-types.ts';
import type { ComplexType, EntityType, Link, Operation } from './edm.ts';
import { RESOURCE_TYPES } from './entity-types.ts';
import { OPERATIONS } from './operation-types.ts';
import { SUMMARY_TYPES } from './summary-types.ts';

/** The namespace of what names none. */
export const NAMESPACE = 'microsoft.graph.identityGovernance';

/** The resource types, those that others are derived from first. */
export const ENTITY_TYPES: readonly EntityType[] = [
  ...DIRECTORY_TYPES,
  ...RESOURCE_TYPES,
  ...CONTAINER_TYPES,
];

/** All complex types, in such an order too. */
export const ALL_COMPLEX_TYPES: readonly ComplexType[] = [...COMPLEX_TYPES, ...SUMMARY_TYPES];

const byName = new Map(ENTITY_TYPES.map((type) => [type.name, type]));

/** `#microsoft.graph.user` without its sign. */
export function fullName({ name, namespace = NAMESPACE }: Pick<EntityType, 'name' | 'namespace'>): string {
  return `${namespace}.${name}`;
}

/** All that a resource leads to, shown by values or not. */
export function linksOf({ navigation, links }: EntityType): Readonly<Record<string, Link>> {
  return { ...navigation, ...links };
}

/** The type that a link leads to. @throws Error for a model that does not hold together. */
export function targetOf({ to }: Link): EntityType {
  const type = byName.get(to);
  if (type === undefined) throw new Error(`Expected the model to have an entity type ${to}, got none`);
  return type;
}

/** What stands at a path. */
export type Place =
  | { readonly kind: 'resource'; readonly type: EntityType; readonly isMany: boolean }
  | { readonly kind: 'operation'; readonly operation: Operation };

/**
 * What a path of the route table leads to: `workflows/{workflow}/runs/summary()`.
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
