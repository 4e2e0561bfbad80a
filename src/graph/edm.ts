/** What the model of the service is made of. Its parts stand in tables of their own; `schema.ts` puts them together. */

/** An enumeration: its members, and those that come after the sentinel, which a client has to ask for. */
export interface Enumeration {
  /** Without the namespace: `matchMode`. */
  readonly name: string;
  readonly members: readonly string[];
  readonly hidden: readonly string[];
  /** Several members at once, comma-joined: `joiner,leaver`. */
  readonly isFlags?: true;
  /** Value of the first member; default 0. */
  readonly from?: 1;
  /** Other spellings in Microsoft's pages, in lower case → the member. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** What stands for members that came later; nothing has it as its value. */
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

/** What a property is. Objects come with all that they can have, whichever derived type they are of. */
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

/** Where a navigation property leads. */
export interface Link {
  /** The name of an entity type. */
  readonly to: string;
  readonly isMany?: true;
  /** There always is one. */
  readonly isRequired?: true;
  /** What it leads to stands only there: its own path goes on from it. */
  readonly isContained?: true;
}

/** The properties of a complex type. */
export interface ComplexType {
  /** Without the namespace: `emailSettings`. */
  readonly name: string;
  /** Default: `microsoft.graph.identityGovernance`. */
  readonly namespace?: string;
  readonly base?: ComplexType;
  readonly isAbstract?: true;
  /** Its own, without those of its base. */
  readonly properties: Properties;
  /** Which of them are never null. */
  readonly required?: readonly string[];
  /** What it leads to; values show it by id. */
  readonly links?: Readonly<Record<string, Link>>;
}

/** A navigation property that values can show. */
export interface Navigation extends Link {
  /** Present without being asked for, on one (`get`) or in lists too (`list`), or only by `$expand`. */
  readonly shown: 'list' | 'get' | 'expand';
  /** How it is shown. */
  readonly type: Kind;
  /** A user by id, whom `$expand` shows as the directory knows them. */
  readonly isUser?: true;
  /** Read only where it is expanded, so that nothing can be filtered by it. */
  readonly isFetched?: true;
}

/** A resource type. */
export interface EntityType {
  /** Without the namespace: `run`. */
  readonly name: string;
  /** Default: `microsoft.graph.identityGovernance`. */
  readonly namespace?: string;
  readonly base?: EntityType;
  readonly isAbstract?: true;
  /** The property that its address has: `id`; empty for what there is one of. */
  readonly key: string;
  /** All of them, those of its base too. */
  readonly properties: Properties;
  /** Which of them are never null. */
  readonly required?: readonly string[];
  /** What values can show beside their properties; with those of its base. */
  readonly navigation: Readonly<Record<string, Navigation>>;
  /** What is reached by its path only; with those of its base. */
  readonly links?: Readonly<Record<string, Link>>;
  /** Structural properties that a list leaves out unless `$select` names them. */
  readonly hiddenInLists?: readonly string[];
  /** Structural properties that are shown without `$select`; default: all. */
  readonly defaults?: readonly string[];
  /** Whether `$search` works, on `displayName`. */
  readonly isSearchable?: true;
}

/** What an operation takes or gives. */
export interface OperationValue {
  readonly type: EntityType | ComplexType | 'string' | 'dateTime';
  readonly isMany?: true;
}

/** An action (POST) or a function (GET). */
export interface Operation {
  readonly name: string;
  readonly kind: 'action' | 'function';
  /** The resource, or the collection of resources, that it stands behind. */
  readonly of: { readonly type: EntityType; readonly isMany?: true };
  readonly parameters: Readonly<Record<string, OperationValue>>;
  /** Absent: it gives nothing back. */
  readonly returns?: OperationValue;
}

/** Something that is shown by its id. */
export const REFERENCE: Kind = { complex: { id: 'string' } };
/** Several of them. */
export const REFERENCES: Kind = { collection: { id: 'string' } };

/** All that a value of one of these types can have. */
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

/** The kind of a value of a type, or of one that is derived from it. */
export function one(type: ComplexType, ...derived: readonly ComplexType[]): Kind {
  return { complex: propertiesOf(type, ...derived), type };
}

/** The kind of several of them. */
export function many(type: ComplexType, ...derived: readonly ComplexType[]): Kind {
  return { collection: propertiesOf(type, ...derived), type };
}
