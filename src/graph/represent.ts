/** Resources → JSON, as Graph writes them. Source: domain §2.6, §5. */
import { type EntityType, type Enumeration, type Kind, SENTINEL } from './edm.ts';
import { badRequest } from './graph-error.ts';
import type { MetadataLevel } from './prefer.ts';
import type { Expansion } from './query.ts';
import { fullName, linksOf } from './schema.ts';

/** A resource, or a part of one. */
export type Row = Readonly<Record<string, unknown>>;

/** How the client wants to see resources. */
export interface View {
  readonly level: MetadataLevel;
  /** Names of members that came after the sentinel are shown. */
  readonly unknownEnumMembers: boolean;
  readonly select: readonly string[] | null;
  readonly expand: readonly Expansion[];
  /** Navigation and hidden properties are fewer in a list; what was just made comes without its tasks. */
  readonly place: 'list' | 'get' | 'made' | 'link';
  /** Where the resources stand: `https://host/v1.0/…/runs`, without a key. */
  readonly address: string;
}

/** Refuses names that the type does not have. @throws GraphError 400. */
export function checkSelect(type: EntityType, select: readonly string[] | null): void {
  const known = [...Object.keys(type.properties), ...Object.keys(linksOf(type))];
  const unknown = select?.find((name) => name !== '*' && !known.includes(name));
  if (unknown === undefined) return;
  throw badRequest(`Could not find a property named '${unknown}' on type '${fullName(type)}'.`);
}

/** A resource as JSON. `null` stands for what has no value; absent is only what was not asked for. */
export function represent(type: EntityType, row: Row, view: View): Record<string, unknown> {
  return representer(type, view)(row);
}

/** {@link represent} for many rows. */
export function representer(type: EntityType, view: View): (row: Row) => Record<string, unknown> {
  const { level, select, expand, place } = view;
  const shown = Object.entries(type.properties).filter(([name]) => isShown(type, name, view));
  const linked = Object.entries(type.navigation).flatMap(([name, { shown: where, type: kind, isUser }]) => {
    const expansion = expand.find((one) => one.name === name);
    const isAll = select === null || select.includes('*');
    const isDefault = where === 'list' || (where === 'get' && place === 'get');
    // `$select` does not expand, as in Microsoft's examples: it shows only what is shown by default somewhere.
    const isWanted = isAll ? isDefault : where !== 'expand' && select.includes(name);
    if (!isWanted && !expansion) return [];
    const isCollection = typeof kind === 'object' && 'collection' in kind;
    const hasContext = where === 'get' && isCollection && level !== 'none';
    // Users are selected when they are fetched.
    const names = isUser ? null : (expansion?.select ?? null);
    return [{ name, kind, hasContext, names }];
  });
  return (row) => {
    const out: Record<string, unknown> = {};
    const derived = row['@odata.type'];
    if (level === 'full') {
      out['@odata.type'] = derived ?? `#${fullName(type)}`;
      if (view.place !== 'link') out['@odata.id'] = addressOf(type, row, view.address);
    } else if (level === 'minimal' && derived !== undefined) out['@odata.type'] = derived;
    for (const [name, kind] of shown) out[name] = wireValue(kind, row[name], view);
    for (const { name, kind, hasContext, names } of linked) {
      if (hasContext)
        out[`${name}@odata.context`] = contextOf(`${addressOf(type, row, view.address)}/${name}`);
      const value = wireValue(kind, row[name], view);
      out[name] = names === null ? value : selectedOf(value, names);
    }
    return out;
  };
}

function selectedOf(value: unknown, names: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((one) => selectedOf(one, names));
  if (names.includes('*') || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => name.startsWith('@odata.') || names.includes(name)),
  );
}

/** The address of a resource that stands at `address`. */
export function addressOf(type: EntityType, row: Row, address: string): string {
  return type.key === '' ? address : `${address}('${encodeURIComponent(String(row[type.key]))}')`;
}

/** `https://host/v1.0/a/b` → `https://host/v1.0/$metadata#a/b`. */
export function contextOf(address: string): string {
  return address.replace(/\/(v1\.0|beta)(?:\/|$)/, '/$1/$metadata#');
}

/** A date as Graph writes it: no zeros at the end of the fraction, and no fraction that is zero. */
export function wireDate(text: string): string {
  let end = text.length - 1;
  if (text[end] !== 'Z' || !text.includes('.')) return text;
  while (text[end - 1] === '0') end -= 1;
  if (text[end - 1] === '.') end -= 1;
  return `${text.slice(0, end)}Z`;
}

/** A complex value as JSON. */
export function representComplex(
  kinds: Readonly<Record<string, Kind>>,
  value: Row,
  view: Pick<View, 'level' | 'unknownEnumMembers'>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => view.level !== 'none' || !name.startsWith('@odata.'))
      .map(([name, part]) => [
        name,
        wireValue(Object.hasOwn(kinds, name) ? kinds[name] : undefined, part, view),
      ]),
  );
}

function isShown(type: EntityType, name: string, { select, place }: View): boolean {
  if (select === null && type.defaults) return type.defaults.includes(name);
  if (select !== null) return select.includes('*') || select.includes(name);
  return place !== 'list' || !type.hiddenInLists?.includes(name);
}

/** A value of a kind as JSON. */
export function wireValue(
  kind: Kind | undefined,
  value: unknown,
  view: Pick<View, 'level' | 'unknownEnumMembers'>,
): unknown {
  if (value === undefined || value === null) return null;
  if (kind === 'dateTime' && typeof value === 'string') return wireDate(value);
  if (typeof kind !== 'object') return value;
  if ('enumeration' in kind) return masked(kind.enumeration, value, view.unknownEnumMembers);
  if ('collection' in kind) {
    if (kind.type === 'string') return value;
    return (value as readonly Row[]).map((part) => representComplex(kind.collection, part, view));
  }
  return representComplex(kind.complex, value as Row, view);
}

/** Members that came after the sentinel read as the sentinel. */
function masked({ hidden }: Enumeration, value: unknown, isUnmasked: boolean): string {
  const shown = (member: unknown): string =>
    !isUnmasked && hidden.includes(String(member)) ? SENTINEL : String(member);
  return Array.isArray(value) ? [...new Set(value.map(shown))].join(',') : shown(value);
}
