/**
 * `$filter` against a resource type, before anything is read: what a property cannot be asked is refused, naming
 * it and where it stands, so that no filter quietly finds the wrong rows. Source: OData 4.01 §5.1.1.
 */

import { type FilterFault, filterError } from '../../filter/filter-error.ts';
import { dayTimeMs } from '../../input/durations.ts';
import type { Filter, FilterCall, FilterExpression, FilterLiteral, FilterPath } from '../../model/filter.ts';
import type { QueryFilter } from '../protocol/query.ts';
import { type EntityType, type Enumeration, type Kind, memberNamed, SENTINEL } from '../schema/edm.ts';

/** Type of an expression. A bare id is distinguished from text, since GUIDs read the same in any letter case. */
type Sort =
  | 'id'
  | 'string'
  | 'number'
  | 'boolean'
  | 'dateTime'
  | 'timeOfDay'
  | 'duration'
  | 'enumeration'
  | 'flags'
  | 'null';

/** Function → what its arguments have to be, and what it is worth. */
const SIGNATURES: Readonly<Record<string, { readonly args: readonly Sort[]; readonly result: Sort }>> = {
  startswith: { args: ['string', 'string'], result: 'boolean' },
  endswith: { args: ['string', 'string'], result: 'boolean' },
  contains: { args: ['string', 'string'], result: 'boolean' },
  concat: { args: ['string', 'string'], result: 'string' },
  indexof: { args: ['string', 'string'], result: 'number' },
  substring: { args: ['string', 'number', 'number'], result: 'string' },
  length: { args: ['string'], result: 'number' },
  tolower: { args: ['string'], result: 'string' },
  toupper: { args: ['string'], result: 'string' },
  trim: { args: ['string'], result: 'string' },
  year: { args: ['dateTime'], result: 'number' },
  month: { args: ['dateTime'], result: 'number' },
  day: { args: ['dateTime'], result: 'number' },
  hour: { args: ['dateTime'], result: 'number' },
  minute: { args: ['dateTime'], result: 'number' },
  second: { args: ['dateTime'], result: 'number' },
  fractionalseconds: { args: ['dateTime'], result: 'number' },
  date: { args: ['dateTime'], result: 'dateTime' },
  time: { args: ['dateTime'], result: 'timeOfDay' },
  totalseconds: { args: ['duration'], result: 'number' },
  round: { args: ['number'], result: 'number' },
  floor: { args: ['number'], result: 'number' },
  ceiling: { args: ['number'], result: 'number' },
  now: { args: [], result: 'dateTime' },
  mindatetime: { args: [], result: 'dateTime' },
  maxdatetime: { args: [], result: 'dateTime' },
};
const TEXTS: readonly Sort[] = ['id', 'string', 'enumeration', 'flags'];
const ORDERED = ['gt', 'ge', 'lt', 'le'];

/**
 * A filter over the properties of `type`. Ids that it names come out in lower case, members of enumerations in their
 * own.
 *
 * @throws LifecycleError `InvalidFilter`, with `position` and, where one is at fault, `property`.
 */
export function checkEntityFilter({ text, tree }: QueryFilter, type: EntityType): Filter {
  return new FilterCheck(text, type).filter(tree, new Map());
}

/** The kind that `segments` lead to over `type`; `undefined`: there is no such property. */
export function kindAt(type: EntityType, segments: readonly string[]): Kind | undefined {
  const [first = '', ...rest] = segments;
  const navigation = Object.hasOwn(type.navigation, first) ? type.navigation[first] : undefined;
  const linked = navigation?.isFetched ? undefined : navigation?.type;
  const kind = Object.hasOwn(type.properties, first) ? type.properties[first] : linked;
  return rest.reduce<Kind | undefined>(childKind, kind);
}

function childKind(kind: Kind | undefined, name: string): Kind | undefined {
  if (typeof kind !== 'object' || !('complex' in kind)) return undefined;
  return Object.hasOwn(kind.complex, name) ? kind.complex[name] : undefined;
}

/** Lambda variables in sight, with the properties of their elements. */
type Variables = ReadonlyMap<string, Kind>;

class FilterCheck {
  readonly #text: string;
  readonly #type: EntityType;

  constructor(text: string, type: EntityType) {
    this.#text = text;
    this.#type = type;
  }

  filter(node: Filter, variables: Variables): Filter {
    switch (node.kind) {
      case 'and':
      case 'or':
        return { ...node, operands: node.operands.map((operand) => this.filter(operand, variables)) };
      case 'not':
        return { ...node, operand: this.filter(node.operand, variables) };
      case 'truth':
        this.#expect(node.operand, 'boolean', variables);
        return node;
      case 'in':
        return this.#in(node, variables);
      case 'lambda':
        return this.#lambda(node, variables);
      case 'compare':
        return this.#compare(node, variables);
    }
  }

  #compare(given: Filter & { kind: 'compare' }, variables: Variables): Filter {
    const node = {
      ...given,
      left: this.#asDuration(given.right, given.left, variables),
      right: this.#asDuration(given.left, given.right, variables),
    };
    const left = this.#sortOf(node.left, variables);
    const right = this.#sortOf(node.right, variables);
    if (node.operator === 'has' && left !== 'flags') {
      throw this.#refuse(node.left, {
        expected: 'a property of several members before has',
        remedy: 'Use eq',
      });
    }
    if (
      ORDERED.includes(node.operator) &&
      [left, right].some((sort) => sort === 'enumeration' || sort === 'flags')
    ) {
      throw this.#refuse(node.left, { expected: 'a value that has an order', remedy: 'Use eq, ne or in' });
    }
    if (!alike(left, right)) {
      throw this.#refuse(node.right, {
        expected: `a ${left} to compare a ${left} with, not a ${right}`,
        ...this.#property(node.left),
      });
    }
    return {
      ...node,
      left: this.#beside(node.right, node.left, variables),
      right: this.#beside(node.left, node.right, variables),
    };
  }

  #in(given: Filter & { kind: 'in' }, variables: Variables): Filter {
    const values = given.values.map((value) => this.#asDuration(given.operand, value, variables));
    const node = { ...given, values };
    const sort = this.#sortOf(node.operand, variables);
    for (const value of node.values) {
      if (!alike(sort, this.#sortOf(value, variables))) {
        throw this.#refuse(value, { expected: `a ${sort} in the list`, ...this.#property(node.operand) });
      }
    }
    return { ...node, values: node.values.map((value) => this.#beside(node.operand, value, variables)) };
  }

  /** A text beside a duration is one, as in OData 4.01. */
  #asDuration<Node extends FilterExpression>(
    beside: FilterExpression,
    node: Node,
    variables: Variables,
  ): Node | FilterLiteral {
    if (node.kind !== 'literal' || node.type !== 'string' || beside.kind !== 'path') return node;
    if (this.#kindOf(beside, variables) !== 'duration') return node;
    const value = dayTimeMs(node.value);
    if (value !== null) return { kind: 'literal', type: 'duration', value, at: node.at };
    throw this.#refuse(node, { expected: "a duration like 'PT5M'", ...this.#property(beside) });
  }

  /** A text as the property that it is compared with has it. */
  #beside<Node extends FilterExpression>(
    property: FilterExpression,
    node: Node,
    variables: Variables,
  ): Node | FilterLiteral {
    if (property.kind !== 'path' || node.kind !== 'literal' || node.type !== 'string') return node;
    const kind = this.#kindOf(property, variables);
    if (kind === 'id') return { ...node, value: node.value.toLowerCase() };
    if (typeof kind === 'string' || !('enumeration' in kind)) return node;
    return { ...node, value: this.#members(kind.enumeration, property, node) };
  }

  /** Several stand in the order of the enumeration. The sentinel is a member, and nothing has it (domain §6.7). */
  #members(enumeration: Enumeration, property: FilterPath, node: FilterLiteral & { type: 'string' }): string {
    const members = [...enumeration.members, SENTINEL];
    const names = enumeration.isFlags ? node.value.split(',') : [node.value];
    const found = names.map((name) => memberNamed(enumeration, name));
    if (!found.includes(undefined)) return members.filter((member) => found.includes(member)).join(',');
    throw this.#refuse(node, {
      expected: `${property.segments.join('/')} to be compared with one of ${members.join(', ')}`,
      ...this.#property(property),
    });
  }

  #lambda(node: Filter & { kind: 'lambda' }, variables: Variables): Filter {
    const kind = this.#kindOf(node.path, variables);
    if (typeof kind !== 'object' || !('collection' in kind)) {
      throw this.#refuse(node.path, {
        expected: `a collection before ${node.quantifier}`,
        ...this.#property(node.path),
      });
    }
    if (node.condition === null || node.variable === null) return node;
    const element: Kind = kind.type === 'string' ? 'string' : { complex: kind.collection };
    const inner = new Map(variables).set(node.variable, element);
    return { ...node, condition: this.filter(node.condition, inner) };
  }

  #expect(node: FilterExpression, wanted: Sort, variables: Variables): void {
    const sort = this.#sortOf(node, variables);
    if (alike(wanted, sort)) return;
    throw this.#refuse(node, { expected: `a ${wanted}, not a ${sort}`, ...this.#property(node) });
  }

  #sortOf(node: FilterExpression, variables: Variables): Sort {
    switch (node.kind) {
      case 'literal':
        return node.type;
      case 'condition':
        this.filter(node.condition, variables);
        return 'boolean';
      case 'arithmetic':
        this.#expect(node.left, 'number', variables);
        if (node.right) this.#expect(node.right, 'number', variables);
        return 'number';
      case 'call':
        return this.#call(node, variables);
      case 'path':
        return this.#path(node, variables);
    }
  }

  #call(node: FilterCall, variables: Variables): Sort {
    const signature = Object.hasOwn(SIGNATURES, node.name) ? SIGNATURES[node.name] : undefined;
    if (!signature)
      throw this.#refuse(node, {
        expected: `a function other than ${node.name}, which is not available here`,
      });
    for (const [index, arg] of node.args.entries())
      this.#expect(arg, signature.args[index] ?? 'null', variables);
    return signature.result;
  }

  #path(node: FilterPath, variables: Variables): Sort {
    if (node.segments.length > 1 && node.segments.at(-1) === '$count') {
      const kind = this.#kindOf({ ...node, segments: node.segments.slice(0, -1) }, variables);
      if (typeof kind === 'object' && 'collection' in kind) return 'number';
    }
    const kind = this.#kindOf(node, variables);
    if (kind === 'int' || kind === 'long') return 'number';
    if (typeof kind === 'string') return kind;
    if ('enumeration' in kind) return kind.enumeration.isFlags ? 'flags' : 'enumeration';
    throw this.#refuse(node, { expected: 'a property with a single value', ...this.#property(node) });
  }

  #kindOf(node: FilterPath, variables: Variables): Kind {
    const [first = '', ...rest] = node.segments;
    const variable = variables.get(first);
    const kind = variable
      ? rest.reduce<Kind | undefined>(childKind, variable)
      : kindAt(this.#type, first === '$it' ? rest : node.segments);
    if (kind !== undefined) return kind;
    throw this.#refuse(node, {
      expected: `a property of ${this.#type.name}`,
      remedy: `There are ${Object.keys(this.#type.properties).join(', ')}`,
      ...this.#property(node),
    });
  }

  #property(node: FilterExpression): Pick<FilterFault, 'details'> {
    return node.kind === 'path' ? { details: { property: node.segments.join('/') } } : {};
  }

  #refuse(node: FilterExpression, fault: FilterFault): Error {
    return filterError(this.#text, node.at, fault);
  }
}

/** Whether the two can be compared; null goes with all. */
function alike(left: Sort, right: Sort): boolean {
  return (
    left === right || left === 'null' || right === 'null' || (TEXTS.includes(left) && TEXTS.includes(right))
  );
}
