import { InvariantError } from '../../../errors/lifecycle-error.ts';
import { checkFilter } from '../../../filter/list-filter.ts';
import type {
  ComparisonOperator,
  Filter,
  FilterCall,
  FilterExpression,
  FilterLiteral,
} from '../../../model/filter.ts';
import type { PropertyTable } from '../../../model/resources/properties.ts';
import type { Cell } from '../file/connection.ts';
import { columnOf } from '../rows/columns.ts';

/** A condition with the values of its `?`, in order. */
export interface Where {
  readonly sql: string;
  readonly params: readonly Cell[];
}

type Kind<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

const OPERATORS: Readonly<Partial<Record<ComparisonOperator, string>>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
};

/**
 * `filter` as a condition that is never NULL, so that NOT is the opposite. Values are bound, never spelt.
 *
 * @throws LifecycleError `InvalidFilter` for what a list cannot be filtered by.
 */
export function whereOf<Row>(filter: Filter, table: PropertyTable<Row>): Where {
  const params: Cell[] = [];
  return { sql: new Translation(table, params).condition(checkFilter(filter, table)), params };
}

/** Writes the nodes that `checkFilter` lets through: see the top of `filter/list-filter.ts`. */
class Translation<Row> {
  readonly #table: PropertyTable<Row>;
  readonly #params: Cell[];

  constructor(table: PropertyTable<Row>, params: Cell[]) {
    this.#table = table;
    this.#params = params;
  }

  condition(filter: Filter): string {
    switch (filter.kind) {
      case 'and':
      case 'or': {
        const operands = filter.operands.map((operand) => this.condition(operand));
        return balanced(operands, filter.kind === 'and' ? 'AND' : 'OR');
      }
      case 'not':
        return `(NOT ${this.condition(filter.operand)})`;
      case 'compare':
        return this.#comparison(filter);
      case 'in':
        return this.#membership(filter);
      case 'truth':
        return this.#call(filter.operand as FilterCall);
      case 'lambda':
        throw unchecked(filter.kind);
    }
  }

  #comparison({ left, operator, right }: Kind<'compare'>): string {
    const column = this.#column(left);
    const literal = right as FilterLiteral;
    const sql = OPERATORS[operator];
    if (sql === undefined) throw unchecked(operator);
    if (literal.type === 'null') return `(${column} IS ${operator === 'eq' ? '' : 'NOT '}NULL)`;
    const test = `${column} ${sql} ${this.#bind(literal)}`;
    // SQLite drops a test for null of a column that cannot be; an index is used for `=`, not for IS.
    return operator === 'ne' ? `(${column} IS NULL OR ${test})` : `(${column} IS NOT NULL AND ${test})`;
  }

  #membership({ operand, values }: Kind<'in'>): string {
    // The plus keeps the planner from taking an index per value and then sorting all that it finds.
    const column = `+${this.#column(operand)}`;
    return `(${column} IS NOT NULL AND ${column} IN (${values.map((value) => this.#bind(value)).join(', ')}))`;
  }

  /** By bytes: letter case counts, `%` and `_` are letters like others, and a NUL ends nothing. */
  #call({ name, args }: FilterCall): string {
    const [path, part] = args;
    const text = part?.kind === 'literal' && part.type === 'string' ? part.value : undefined;
    if (path === undefined || text === undefined) throw unchecked(name);
    const column = this.#column(path);
    if (name === 'contains') return `(instr(${column}, ${this.#value(text)}) > 0)`;
    if (name === 'startswith') return `(instr(${column}, ${this.#value(text)}) = 1)`;
    if (name !== 'endswith') throw unchecked(name);
    if (text === '') return `(${column} IS NOT NULL)`;
    const length = this.#value(-Buffer.byteLength(text));
    // Not `=`: SQLite makes NULL of a part of nothing.
    return `(substr(CAST(${column} AS BLOB), ${length}) IS CAST(${this.#value(text)} AS BLOB))`;
  }

  #column(expression: FilterExpression): string {
    const name = expression.kind === 'path' ? expression.segments.join('/') : '';
    const property = Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
    if (!property) throw unchecked(name);
    return columnOf(property.field);
  }

  #bind(literal: FilterLiteral): string {
    if (literal.type === 'boolean' || literal.type === 'null') throw unchecked(literal.type);
    return this.#value(literal.value);
  }

  #value(value: Cell): string {
    this.#params.push(value);
    return '?';
  }
}

/** Joined as a tree of small depth: SQLite refuses expressions deeper than 1,000. */
function balanced(parts: readonly string[], operator: 'AND' | 'OR'): string {
  if (parts.length <= 1) return parts[0] ?? (operator === 'AND' ? '1' : '0');
  const middle = parts.length >> 1;
  return `(${balanced(parts.slice(0, middle), operator)} ${operator} ${balanced(parts.slice(middle), operator)})`;
}

function unchecked(what: string): InvariantError {
  return new InvariantError(`Expected a filter that has been checked, got \`${what}\``);
}
