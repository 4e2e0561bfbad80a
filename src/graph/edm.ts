/** The vocabulary of the entity data model (EDM). The model itself is in tables, which `schema.ts` combines. */

/** An enumeration type. `hidden` members are declared after the sentinel and shown only to clients that ask for them. */
export interface Enumeration {
  /** Without the namespace: `matchMode`. */
  readonly name: string;
  readonly members: readonly string[];
  readonly hidden: readonly string[];
  /** A value is a set of members, joined by commas: `joiner,leaver`. */
  readonly isFlags?: true;
  /** Numeric value of the first member; default 0. */
  readonly from?: 1;
  /** Other spellings in Microsoft's pages, in lower case → the member. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** The sentinel of evolvable enumerations. It replaces hidden members in answers, and no resource has it as a value. */
export const SENTINEL = 'unknownFutureValue';

/**
 * The member of that name, in any letter case, as Graph takes them; the sentinel is one too. `undefined`: there is
 * none.
 */
export function memberNamed({ members, aliases = {} }: Enumeration, name: string): string | undefined {
  const word = name.trim().toLowerCase();
  if (Object.hasOwn(aliases, word)) return aliases[word];
  return [...members, SENTINEL].find((member) => member.toLowerCase() === word);
}

/** Properties with their kinds. */
export type Properties = Readonly<Record<string, Kind>>;

/**
 * The type of a property. `complex` and `collection` list the properties of the type and of all types derived from it,
 * so that filters can use them. Without `type` they are references that show an id.
 */
export type Kind =
  | 'id'
  | 'string'
  | 'int'
  | 'long'
  | 'boolean'
  | 'dateTime'
  | 'duration'
  | { readonly enumeration: Enumeration }
  | { readonly complex: Properties; readonly type?: ComplexType }
  | { readonly collection: Properties; readonly type?: ComplexType | 'string' };

/** A navigation property. */
export interface Link {
  /** The name of an entity type. */
  readonly to: string;
  readonly isMany?: true;
  /** A single one that is never null. */
  readonly isRequired?: true;
  /** The target is contained: its own navigation properties have paths below this one. */
  readonly isContained?: true;
}

/** A complex type. */
export interface ComplexType {
  /** Without the namespace: `emailSettings`. */
  readonly name: string;
  /** Default: `microsoft.graph.identityGovernance`. */
  readonly namespace?: string;
  readonly base?: ComplexType;
  readonly isAbstract?: true;
  /** Without the properties of its base type. */
  readonly properties: Properties;
  /** The properties that are never null. */
  readonly required?: readonly string[];
  /** Its navigation properties; values show the ids. */
  readonly links?: Readonly<Record<string, Link>>;
}

/** A navigation property that can be shown inside a resource. */
export interface Navigation extends Link {
  /** When it is shown: in lists and on single resources (`list`), on single resources (`get`), or with `$expand` only. */
  readonly shown: 'list' | 'get' | 'expand';
  /** Its shape inside the resource. */
  readonly type: Kind;
  /** A user by id; `$expand` shows what the directory has of that user. */
  readonly isUser?: true;
  /** Read only where it is expanded, so that nothing can be filtered by it. */
  readonly isFetched?: true;
}

/** An entity type: a resource with a path. */
export interface EntityType {
  /** Without the namespace: `run`. */
  readonly name: string;
  /** Default: `microsoft.graph.identityGovernance`. */
  readonly namespace?: string;
  readonly base?: EntityType;
  readonly isAbstract?: true;
  /** The key property, which is in the resource's address: `id`. Empty for singletons. */
  readonly key: string;
  /** Including the properties of its base type. */
  readonly properties: Properties;
  /** The properties that are never null. */
  readonly required?: readonly string[];
  /** Navigation properties that can be shown inside the resource, including those of its base type. */
  readonly navigation: Readonly<Record<string, Navigation>>;
  /** Navigation properties that only have a path, including those of its base type. */
  readonly links?: Readonly<Record<string, Link>>;
  /** Structural properties that a list leaves out unless `$select` names them. */
  readonly hiddenInLists?: readonly string[];
  /** Structural properties that are shown without `$select`; default: all. */
  readonly defaults?: readonly string[];
  /** Whether `$search` works, on `displayName`. */
  readonly isSearchable?: true;
}

/** The type of a parameter or of a result. */
export interface OperationValue {
  readonly type: EntityType | ComplexType | 'string' | 'dateTime';
  readonly isMany?: true;
}

/** A bound action (POST) or function (GET). */
export interface Operation {
  readonly name: string;
  readonly kind: 'action' | 'function';
  /** The binding parameter: a resource or a collection of them. */
  readonly of: { readonly type: EntityType; readonly isMany?: true };
  readonly parameters: Readonly<Record<string, OperationValue>>;
  /** Absent: it answers 204. */
  readonly returns?: OperationValue;
}

/** A reference, shown as an object with an id. */
export const REFERENCE: Kind = { complex: { id: 'string' } };
/** A collection of references. */
export const REFERENCES: Kind = { collection: { id: 'string' } };

/** The properties of these types and of their base types. */
export function propertiesOf(...types: readonly ComplexType[]): Properties {
  const each = types.map(({ base, properties, links = {} }) => ({
    ...(base && propertiesOf(base)),
    ...properties,
    ...Object.fromEntries(
      Object.entries(links).map(([name, { isMany }]) => [name, isMany ? REFERENCES : REFERENCE]),
    ),
  }));
  return Object.assign({}, ...each);
}

/** A property of a complex type, or of a type derived from it. */
export function one(type: ComplexType, ...derived: readonly ComplexType[]): Kind {
  return { complex: propertiesOf(type, ...derived), type };
}

/** A collection of values of a complex type, or of types derived from it. */
export function many(type: ComplexType, ...derived: readonly ComplexType[]): Kind {
  return { collection: propertiesOf(type, ...derived), type };
}
