import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readString } from '../../input/fields.ts';
import { nearest } from '../../input/nearest.ts';
import { invalid, type Place } from '../../input/refuse.ts';

/** Subject attribute (`employeeOrgData/division`) → column or property of the file (`Division`). */
export type AttributeMapping = ReadonlyMap<string, string>;

/** An object without a prototype: a column may be called `__proto__`. */
export type Attributes = Record<string, unknown>;

const ATTRIBUTE = /^[\p{L}_][\p{L}\p{N}_]*(?:\/[\p{L}_][\p{L}\p{N}_]*)*$/u;
const ENTRY = /\s*([^=,"]*?)\s*=\s*("(?:[^"]|"")*"|[^,"]*?)\s*(?:,|$)/y;

/**
 * Reads `id=WorkerID,employeeHireDate=HireDate,employeeOrgData/division=Division`. A column with a comma or quote
 * in its name stands in double quotes: `id="Worker, ID"`.
 *
 * @throws LifecycleError `InvalidArgument` (`details.field` is `map`) for what is no such list, an attribute that
 *   occurs twice, or one that lies inside another (`a=X,a/b=Y`).
 */
export function parseMapping(text: string): AttributeMapping {
  readString({ path: 'text', value: text });
  const mapping = new Map<string, string>();
  for (ENTRY.lastIndex = 0; ENTRY.lastIndex < text.length; ) {
    const at = ENTRY.lastIndex;
    const [, attribute = '', quoted = ''] = ENTRY.exec(text) ?? [];
    const column = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
    if (!ATTRIBUTE.test(attribute) || column === '') {
      throw badMapping('a list like id=WorkerID,city=City', text.slice(at), text);
    }
    const rival = [...mapping.keys()].find((other) => overlap(other, attribute));
    if (rival !== undefined) throw badMapping(`one column for ${rival}`, attribute, text);
    mapping.set(attribute, column);
  }
  return mapping;
}

/** A column as it stands in a mapping. */
export function columnText(column: string): string {
  return /[",=]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column;
}

/** What to do about columns that a mapping names and a file does not have; names those that were probably meant. */
export function mappingRemedy(missing: readonly string[], columns: readonly string[]): string {
  const meant = missing.flatMap((name) => nearest(name, columns) ?? []);
  return meant.length === 0 ? 'Correct the mapping' : `Correct the mapping; ${meant.join(', ')} may be meant`;
}

/** What to do when nothing says where the ids are. */
export function idRemedy(names: readonly string[], noun: 'column' | 'property'): string {
  const inOtherCase = names.find((name) => name.toLowerCase() === 'id');
  if (inOtherCase !== undefined) return `Letter case counts; say so: --map id=${inOtherCase} (library: map)`;
  return `Say which ${noun} holds the id: --map id=${noun.toUpperCase()} (library: map)`;
}

/** A mapping that came from outside. @throws LifecycleError `InvalidArgument`. */
export function readMapping(place: Place): AttributeMapping {
  if (place.value instanceof Map) return place.value;
  throw invalid(place, "a Map such as parseMapping('id=WorkerID') gives");
}

/** Whether two paths cannot both have a value: they are the same, or one lies inside the other. */
export function overlap(first: string, second: string): boolean {
  return first === second || first.startsWith(`${second}/`) || second.startsWith(`${first}/`);
}

/** Whether a column's name is a path that a filter can name. */
export function isAttributePath(name: string): boolean {
  return ATTRIBUTE.test(name);
}

/**
 * Sets the value at a path, with objects on the way as needed; one that is there is copied, so that neither it nor
 * a prototype is ever written to.
 */
export function putAttribute(target: Attributes, segments: readonly string[], value: unknown): void {
  let holder = target;
  for (const segment of segments.slice(0, -1)) {
    const inner = holder[segment];
    const next = emptyAttributes();
    if (typeof inner === 'object' && !Array.isArray(inner)) Object.assign(next, inner);
    holder[segment] = next;
    holder = next;
  }
  holder[segments.at(-1) ?? ''] = value;
}

/** A new {@link Attributes}. */
export function emptyAttributes(): Attributes {
  return Object.create(null) as Attributes;
}

function badMapping(expected: string, got: string, text: string): LifecycleError<'InvalidArgument'> {
  return new LifecycleError('InvalidArgument', `Expected the mapping to be ${expected}, got \`${got}\``, {
    field: 'map',
    value: text,
  });
}
