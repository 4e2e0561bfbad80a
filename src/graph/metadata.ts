/** The model as CSDL 4.01 in JSON, from which `metadata-xml.ts` writes the XML. */
import {
  type ComplexType,
  type EntityType,
  type Enumeration,
  type Kind,
  type Link,
  type Operation,
  type OperationValue,
  type Properties,
  SENTINEL,
} from './edm.ts';
import { ENUMERATIONS } from './enumerations.ts';
import { OPERATIONS } from './operation-types.ts';
import { ALL_COMPLEX_TYPES, ENTITY_TYPES, fullName, linksOf, NAMESPACE, targetOf } from './schema.ts';

/** An object of CSDL JSON. */
export interface Csdl {
  readonly [name: string]: CsdlValue;
}

/** A value in it. */
export type CsdlValue = string | number | boolean | readonly string[] | readonly Csdl[] | Csdl;

const GRAPH = 'microsoft.graph';
const CONTAINER = 'GraphService';

/** The whole document. */
export function metadataOf(): Csdl {
  const schema = (namespace: string): Csdl => ({
    ...typesIn(namespace),
    ...(namespace === NAMESPACE ? operations() : { [CONTAINER]: container() }),
  });
  return {
    $Version: '4.01',
    $EntityContainer: `${GRAPH}.${CONTAINER}`,
    [GRAPH]: schema(GRAPH),
    [NAMESPACE]: schema(NAMESPACE),
  };
}

/** What the service root lists. */
export const ROOT_SINGLETON = 'identityGovernance';

function container(): Csdl {
  return { $Kind: 'EntityContainer', [ROOT_SINGLETON]: { $Type: `${GRAPH}.${ROOT_SINGLETON}` } };
}

function typesIn(namespace: string): Csdl {
  const isHere = (type: EntityType | ComplexType): boolean => (type.namespace ?? NAMESPACE) === namespace;
  const named = [
    ...(namespace === NAMESPACE ? ENUMERATIONS : []).map((one) => [one.name, enumerationOf(one)] as const),
    ...ALL_COMPLEX_TYPES.filter(isHere).map((one) => [one.name, complexOf(one)] as const),
    ...ENTITY_TYPES.filter(isHere).map((one) => [one.name, entityOf(one)] as const),
  ];
  return Object.fromEntries(named);
}

/** Members that came after the sentinel have values after it. */
function enumerationOf({ members, hidden, isFlags, from }: Enumeration): Csdl {
  const shown = members.filter((member) => !hidden.includes(member));
  const all = [...shown, SENTINEL, ...members.filter((member) => hidden.includes(member))];
  const valueAt = (index: number): number => (isFlags ? 2 ** index : (from ?? 0) + index);
  return {
    $Kind: 'EnumType',
    ...(isFlags ? { $IsFlags: true } : {}),
    ...Object.fromEntries(all.map((member, index) => [member, valueAt(index)])),
  };
}

function complexOf(type: ComplexType): Csdl {
  return {
    $Kind: 'ComplexType',
    ...derivation(type),
    ...propertiesOf(type.properties, type.required),
    ...linkProperties(type.links ?? {}),
  };
}

function entityOf(type: EntityType): Csdl {
  const { base, key, properties, required } = type;
  const own = <Of>(all: Readonly<Record<string, Of>>, known: object = {}): Readonly<Record<string, Of>> =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !Object.hasOwn(known, name)));
  const hasOwnKey = key !== '' && !Object.hasOwn(base?.properties ?? {}, key);
  return {
    $Kind: 'EntityType',
    ...derivation(type),
    ...(hasOwnKey ? { $Key: [key] } : {}),
    ...propertiesOf(own(properties, base?.properties), required),
    ...linkProperties(own(linksOf(type), base && linksOf(base))),
  };
}

function derivation({ base, isAbstract }: Pick<EntityType | ComplexType, 'base' | 'isAbstract'>): Csdl {
  return {
    ...(base ? { $BaseType: fullName(base) } : {}),
    ...(isAbstract ? { $Abstract: true } : {}),
  };
}

function propertiesOf(properties: Properties, required: readonly string[] = []): Csdl {
  return Object.fromEntries(
    Object.entries(properties).map(([name, kind]) => {
      const type = typeOf(kind);
      const isNullable = !required.includes(name) && !('$Collection' in type);
      return [name, { ...type, ...(isNullable ? { $Nullable: true } : {}) }];
    }),
  );
}

/** A type without `$Type` is `Edm.String`. */
function typeOf(kind: Kind): Csdl {
  if (typeof kind === 'string') return PRIMITIVES[kind];
  if ('enumeration' in kind) return { $Type: fullName(kind.enumeration) };
  if (kind.type === undefined)
    throw new Error('Expected the properties of types to have types, got a reference');
  const named: Csdl = kind.type === 'string' ? {} : { $Type: fullName(kind.type) };
  return 'collection' in kind ? { $Collection: true, ...named } : named;
}

const PRIMITIVES: Readonly<Record<Kind & string, Csdl>> = {
  id: {},
  string: {},
  int: { $Type: 'Edm.Int32' },
  long: { $Type: 'Edm.Int64' },
  boolean: { $Type: 'Edm.Boolean' },
  // Milliseconds are kept.
  dateTime: { $Type: 'Edm.DateTimeOffset', $Precision: 3 },
  duration: { $Type: 'Edm.Duration' },
};

function linkProperties(links: Readonly<Record<string, Link>>): Csdl {
  return Object.fromEntries(
    Object.entries(links).map(([name, link]) => [
      name,
      {
        $Kind: 'NavigationProperty',
        ...(link.isMany ? { $Collection: true } : {}),
        $Type: fullName(targetOf(link)),
        ...(link.isMany || link.isRequired ? {} : { $Nullable: true }),
        ...(link.isContained ? { $ContainsTarget: true } : {}),
      },
    ]),
  );
}

/** Name → the operations of that name, each behind another type. */
function operations(): Csdl {
  const byName = Map.groupBy(OPERATIONS, ({ name }) => name);
  return Object.fromEntries([...byName].map(([name, ones]) => [name, ones.map(operationOf)]));
}

function operationOf({ kind, of, parameters, returns }: Operation): Csdl {
  const bound = { $Name: 'bindingParameter', ...valueTypeOf(of) };
  const given = Object.entries(parameters).map(([name, value]) => ({ $Name: name, ...valueTypeOf(value) }));
  return {
    $Kind: kind === 'action' ? 'Action' : 'Function',
    $IsBound: true,
    $Parameter: [bound, ...given],
    ...(returns === undefined ? {} : { $ReturnType: valueTypeOf(returns) }),
  };
}

function valueTypeOf({ type, isMany }: OperationValue): Csdl {
  const named = typeof type === 'string' ? PRIMITIVES[type] : { $Type: fullName(type) };
  return { ...(isMany ? { $Collection: true } : {}), ...named };
}
