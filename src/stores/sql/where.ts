import { InvariantError } from '../../errors/lifecycle-error.ts';
import { checkFilter } from '../../filter/list-filter.ts';
import type {
  ComparisonOperator,
  Filter,
  FilterCall,
  FilterExpression,
  FilterLiteral,
} from '../../model/filter.ts';
import type { PropertyTable } from '../../model/resources/properties.ts';
import type { Cell } from './cells.ts';
import { columnOf } from './columns.ts';

/** A condition with the values of its `?`, in order. */
export interface Where {
  readonly sql: string;
  readonly params: readonly Cell[];
}

const TRUE = '(1 = 1)';
const FALSE = '(1 = 0)';

type Kind<K extends Filter['kind']> = Extract<Filter, { kind: K }>;

const OPERATORS: Readonly<Partial<Record<ComparisonOperator, string>>> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  ge: '>=',
  lt: '<',
  le: '<=',
};

/** Where the databases differ. */
export interface Dialect {
  /** The placeholder of a value. */
  placeholder(value: Cell): string;
  /** Whether a column can hold this text at all; one that it cannot is equal to no row, and part of none. */
  canHold(text: string): boolean;
  /** The column in a test for several values. */
  memberColumn(column: string): string;
  /**
   * Tests of a column that is not null for a part that is not empty, by bytes: letter case counts, `%` and `_` are
   * letters like others, and a NUL ends nothing. `bind` gives the placeholder of a value.
   */
  readonly tests: Readonly<Record<string, TextTest>>;
}

/** Writes the condition of a call of `contains`, `startswith` or `endswith`. */
type TextTest = (column: string, part: string, bind: (value: Cell) => string) => string;

/**
 * `filter` as a condition that is never NULL, so that NOT is the opposite. Values are bound, never spelt.
 *
 * @throws LifecycleError `InvalidFilter` for what a list cannot be filtered by.
 */
export function conditionOf<Row>(filter: Filter, table: PropertyTable<Row>, dialect: Dialect): Where {
  const params: Cell[] = [];
  return { sql: new Translation(table, params, dialect).condition(checkFilter(filter, table)), params };
}

/** Writes the nodes that `checkFilter` lets through: see the top of `filter/list-filter.ts`. */
class Translation<Row> {
  readonly #table: PropertyTable<Row>;
  readonly #params: Cell[];
  readonly #dialect: Dialect;

  constructor(table: PropertyTable<Row>, params: Cell[], dialect: Dialect) {
    this.#table = table;
    this.#params = params;
    this.#dialect = dialect;
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
    if (!this.#canHold(literal)) return operator === 'ne' ? TRUE : FALSE;
    const test = `${column} ${sql} ${this.#bind(literal)}`;
    // The planner drops a test for null of a column that cannot be; an index is used for `=`, not for IS.
    return operator === 'ne' ? `(${column} IS NULL OR ${test})` : `(${column} IS NOT NULL AND ${test})`;
  }

  #membership({ operand, values }: Kind<'in'>): string {
    const column = this.#dialect.memberColumn(this.#column(operand));
    const possible = values.filter((value) => this.#canHold(value));
    if (possible.length === 0) return FALSE;
    return `(${column} IS NOT NULL AND ${column} IN (${possible.map((value) => this.#bind(value)).join(', ')}))`;
  }

  #call({ name, args }: FilterCall): string {
    const [path, part] = args;
    const text = part?.kind === 'literal' && part.type === 'string' ? part.value : undefined;
    const test = this.#dialect.tests[name];
    if (path === undefined || text === undefined || test === undefined) throw unchecked(name);
    const column = this.#column(path);
    if (text === '') return `(${column} IS NOT NULL)`;
    if (!this.#dialect.canHold(text)) return FALSE;
    return `(${column} IS NOT NULL AND ${test(column, text, (value) => this.#value(value))})`;
  }

  #canHold(literal: FilterLiteral): boolean {
    return literal.type !== 'string' || this.#dialect.canHold(literal.value);
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
    return this.#dialect.placeholder(value);
  }
}

/** Joined as a tree of small depth: SQLite refuses expressions deeper than 1,000. */
function balanced(parts: readonly string[], operator: 'AND' | 'OR'): string {
  if (parts.length <= 1) return parts[0] ?? (operator === 'AND' ? TRUE : FALSE);
  const middle = parts.length >> 1;
  return `(${balanced(parts.slice(0, middle), operator)} ${operator} ${balanced(parts.slice(middle), operator)})`;
}

function unchecked(what: string): InvariantError {
  return new InvariantError(`Expected a filter that has been checked, got \`${what}\``);
}
