/**
 * Filters over lists of records, limited to what both stores answer identically.
 *
 * After {@link checkFilter} a tree has only these nodes: `and`, `or`, `not`; `compare` (never `has`) with a path
 * on the left and a literal on the right; `in` with a path and literals, none null; `truth` of a call of
 * `startswith`, `endswith` or `contains` with a path and a text. `gt`, `ge`, `lt`, `le` never meet a null
 * literal, and are **false** for a row whose value is null (so `not (x lt …)` is true for it); `ne` is true for
 * it.
 */
import type { Filter, FilterCall, FilterExpression, FilterLiteral, FilterPath } from '../model/filter.ts';
import type { Property, PropertyTable, PropertyType } from '../model/resources/properties.ts';
import { compileFilter } from './evaluation/evaluate.ts';
import type { PathResolver } from './evaluation/paths.ts';
import { Instant } from './evaluation/values.ts';
import { type FilterFault, filterError } from './filter-error.ts';
import { parseOData } from './parsing/parse.ts';
import { pathText } from './tree.ts';

type Compare = Filter & { kind: 'compare' };

/** Operators of each type, as Graph documents them; text has no order, because stores collate differently. */
const OPERATORS: Readonly<Record<PropertyType, readonly string[]>> = {
  string: ['eq', 'ne', 'in'],
  number: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in'],
  dateTime: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in'],
};
const TEXT_FUNCTIONS: Readonly<Record<string, string>> = {
  startswith: 'startsWith',
  endswith: 'endsWith',
  contains: 'contains',
};
const LITERAL_HINTS: Readonly<Record<PropertyType, string>> = {
  string: "a text in quotes, like 'completed'",
  number: 'a number',
  dateTime: 'a date without quotes, like 2026-01-31T09:00:00Z',
};
/** The same for a filter that comes as a tree. */
const VALUE_HINTS: Readonly<Record<PropertyType, string>> = {
  string: 'a text',
  number: 'a number',
  dateTime: 'a Date',
};
/** `5 lt x` is `x gt 5`. */
const MIRRORED = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge', has: 'has' } as const;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Parses a `$filter` over the properties of `table`, ready for a store.
 *
 * @throws LifecycleError `InvalidFilter` with `position`, `near` and, where a property is at fault, `property`.
 */
export function parseListFilter<Row>(text: string, table: PropertyTable<Row>): Filter {
  return checkFilter(parseOData(text), table, text);
}

/**
 * The filter in the form that stores translate (see the top of this file).
 *
 * @param text what `filter` was parsed from, for the caret of the message; `null`: it came as a tree.
 * @throws LifecycleError `InvalidFilter` for a property that is not in `table`, a literal that does not fit it,
 *   or something that a store cannot answer.
 */
export function checkFilter<Row>(
  filter: Filter,
  table: PropertyTable<Row>,
  text: string | null = null,
): Filter {
  return new ListCheck(table, text).check(filter);
}

/** Tests of filters that have been compiled already; both keys live as long as their owners. */
const compiled = new WeakMap<Filter, WeakMap<object, (row: never) => boolean>>();

/**
 * Whether a record matches a filter, by the semantics of stores. Checks and compiles a tree the first time.
 *
 * @throws LifecycleError `InvalidFilter` as {@link checkFilter}.
 */
export function matchesRow<Row>(filter: Filter, table: PropertyTable<Row>, row: Row): boolean {
  const tests = compiled.get(filter) ?? new WeakMap<object, (row: never) => boolean>();
  const known = tests.get(table) as ((row: Row) => boolean) | undefined;
  if (known) return known(row);
  const test = compileFilter(checkFilter(filter, table), fieldsOf(table));
  compiled.set(filter, tests.set(table, test));
  return test(row);
}

function fieldsOf<Row>(table: PropertyTable<Row>): PathResolver<Row> {
  return ({ segments }) => {
    const property = propertyOf(table, segments);
    if (!property) return () => null;
    const { field, type } = property;
    if (type !== 'dateTime') return (row) => row[field];
    return (row) => {
      const atMs = row[field];
      return typeof atMs === 'number' ? new Instant(atMs) : null;
    };
  };
}

function propertyOf<Row>(table: PropertyTable<Row>, segments: readonly string[]): Property<Row> | undefined {
  const name = pathText(segments);
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

class ListCheck<Row> {
  readonly #table: PropertyTable<Row>;
  readonly #text: string | null;
  readonly #hints: Readonly<Record<PropertyType, string>>;

  constructor(table: PropertyTable<Row>, text: string | null) {
    this.#table = table;
    this.#text = text;
    this.#hints = text === null ? VALUE_HINTS : LITERAL_HINTS;
  }

  check(filter: Filter): Filter {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return { ...filter, operands: filter.operands.map((operand) => this.check(operand)) };
      case 'not':
        return { ...filter, operand: this.check(filter.operand) };
      case 'compare':
        return this.#checkComparison(filter);
      case 'in':
        return this.#checkIn(filter);
      case 'truth':
        return { ...filter, operand: this.#checkCall(filter.operand) };
      case 'lambda':
        throw this.#refuse(filter.at, {
          expected: 'a comparison',
          remedy: 'any and all are not available here',
        });
    }
  }

  #checkComparison(filter: Compare): Filter {
    const { left, right } = filter;
    if (left.kind === 'literal' && right.kind !== 'literal') {
      return this.#checkComparison({
        ...filter,
        operator: MIRRORED[filter.operator],
        left: right,
        right: left,
      });
    }
    if (right.kind === 'literal' && right.type === 'boolean' && left.kind === 'call') {
      return this.#checkCallComparison(filter, left, right.value);
    }
    const { path, property } = this.#property(left);
    this.#checkOperator(filter.operator, filter.at, path, property.type);
    if (right.kind !== 'literal') {
      throw this.#refuse(right.at, { expected: this.#hints[property.type], details: { property: path } });
    }
    const isEquality = filter.operator === 'eq' || filter.operator === 'ne';
    if (right.type === 'null' && !isEquality) {
      throw this.#refuse(right.at, {
        expected: this.#hints[property.type],
        remedy: `A missing value has no order; write ${path} eq null`,
        details: { property: path },
      });
    }
    return { ...filter, right: this.#checkLiteral(right, path, property.type) };
  }

  /** `startsWith(a, 'b') eq true`, as some clients write it. */
  #checkCallComparison(filter: Compare, call: FilterCall, wanted: boolean): Filter {
    if (filter.operator !== 'eq' && filter.operator !== 'ne') {
      throw this.#refuse(filter.at, { expected: 'eq or ne' });
    }
    const truth: Filter = { kind: 'truth', operand: this.#checkCall(call), at: call.at };
    const isPlain = (filter.operator === 'eq') === wanted;
    return isPlain ? truth : { kind: 'not', operand: truth, at: filter.at };
  }

  /** A null in the list becomes a comparison of its own: stores' `in` does not find nulls. */
  #checkIn(filter: Filter & { kind: 'in' }): Filter {
    const { path, property } = this.#property(filter.operand);
    const checked = filter.values.map((value) => this.#checkLiteral(value, path, property.type));
    const values = checked.filter((value) => value.type !== 'null');
    const hole = checked.find((value) => value.type === 'null');
    const list: Filter = { ...filter, values };
    if (!hole) return list;
    const isNull: Filter = {
      kind: 'compare',
      operator: 'eq',
      left: filter.operand,
      right: hole,
      at: filter.at,
    };
    return values.length === 0 ? isNull : { kind: 'or', operands: [list, isNull], at: filter.at };
  }

  #checkCall(operand: FilterExpression): FilterCall {
    if (operand.kind !== 'call' || !Object.hasOwn(TEXT_FUNCTIONS, operand.name)) {
      throw this.#refuse(operand.at, {
        expected: 'a comparison, startsWith, endsWith or contains',
        remedy: 'Other functions and bare values are not available here',
      });
    }
    const [subject, part] = operand.args;
    if (!subject || !part) throw this.#refuse(operand.at, { expected: `2 arguments for ${operand.name}` });
    const { path, property } = this.#property(subject);
    if (property.type !== 'string') {
      throw this.#refuse(subject.at, {
        expected: `a text property in ${TEXT_FUNCTIONS[operand.name]}`,
        remedy: `${path} is a ${property.type}; use ${OPERATORS[property.type].join(', ')}`,
        details: { property: path },
      });
    }
    if (part.kind === 'literal' && part.type === 'string') return operand;
    throw this.#refuse(part.at, { expected: this.#hints.string, details: { property: path } });
  }

  #property(operand: FilterExpression): { readonly path: string; readonly property: Property<Row> } {
    if (operand.kind !== 'path') {
      throw this.#refuse(operand.at, {
        expected: 'a property',
        remedy: 'Compare a property with a value; calculations and functions of it are not available here',
      });
    }
    const path = pathText(operand.segments);
    const property = propertyOf(this.#table, operand.segments);
    if (property) return { path, property };
    throw this.#unknownProperty(operand, path);
  }

  #unknownProperty(operand: FilterPath, path: string): Error {
    const names = Object.keys(this.#table);
    const sameLetters = names.find((name) => name.toLowerCase() === path.toLowerCase());
    return this.#refuse(operand.at, {
      expected: 'a property that can be filtered',
      got: `\`${path}\``,
      remedy: sameLetters ? `Letter case counts: ${sameLetters}` : `There are ${names.join(', ')}`,
      details: { property: path },
    });
  }

  #checkOperator(operator: string, at: number, path: string, type: PropertyType): void {
    if (OPERATORS[type].includes(operator)) return;
    const more = type === 'string' ? ', startsWith, endsWith, contains' : '';
    throw this.#refuse(at, {
      expected: `an operator that ${path} has`,
      got: `\`${operator}\``,
      remedy: `It has ${OPERATORS[type].join(', ')}${more}`,
      details: { property: path },
    });
  }

  #checkLiteral(literal: FilterLiteral, path: string, type: PropertyType): FilterLiteral {
    if (literal.type === 'null') return literal;
    const fits = literal.type === type && (literal.type !== 'number' || Number.isFinite(literal.value));
    if (!fits) {
      throw this.#refuse(literal.at, {
        expected: `${path} to be compared with ${this.#hints[type]}`,
        details: { property: path },
      });
    }
    // Ids are GUIDs in lower case, and letter case of GUIDs does not matter (domain §5).
    if (path === 'id' && literal.type === 'string' && GUID.test(literal.value)) {
      return { ...literal, value: literal.value.toLowerCase() };
    }
    return literal;
  }

  #refuse(at: number, fault: FilterFault): Error {
    return filterError(this.#text, at, fault);
  }
}
