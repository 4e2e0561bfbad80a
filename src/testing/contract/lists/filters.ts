/** Filters made by hand, and a naive evaluation of them: the suite's own opinion of what matches. */
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import type {
  ComparisonOperator,
  Filter,
  FilterExpression,
  FilterLiteral,
  FilterPath,
} from '../../../model/filter.ts';
import type { PropertyTable } from '../../../model/resources/properties.ts';

/** `subject/id` as a path. */
export function path(text: string): FilterPath {
  return { kind: 'path', segments: text.split('/'), at: 0 };
}

/** A string literal. */
export function textLiteral(value: string): FilterLiteral {
  return { kind: 'literal', type: 'string', value, at: 0 };
}

/** A number literal. */
export function numberLiteral(value: number): FilterLiteral {
  return { kind: 'literal', type: 'number', value, at: 0 };
}

/** A dateTime literal. */
export function dateLiteral(value: number): FilterLiteral {
  return { kind: 'literal', type: 'dateTime', value, at: 0 };
}

/** `null`. */
export const NULL_LITERAL: FilterLiteral = { kind: 'literal', type: 'null', value: null, at: 0 };

/** `property operator right`. */
export function compare(property: string, operator: ComparisonOperator, right: FilterLiteral): Filter {
  return { kind: 'compare', operator, left: path(property), right, at: 0 };
}

/** `property in (values)`. */
export function oneOf(property: string, values: readonly FilterLiteral[]): Filter {
  return { kind: 'in', operand: path(property), values, at: 0 };
}

/** All of them hold. */
export function and(...operands: readonly Filter[]): Filter {
  return { kind: 'and', operands, at: 0 };
}

/** One of them holds. */
export function or(...operands: readonly Filter[]): Filter {
  return { kind: 'or', operands, at: 0 };
}

/** It does not hold. */
export function not(operand: Filter): Filter {
  return { kind: 'not', operand, at: 0 };
}

/** A function of strings: `startswith(property, 'text')`. */
export function call(name: string, property: string, text: string): Filter {
  return {
    kind: 'truth',
    operand: { kind: 'call', name, args: [path(property), textLiteral(text)], at: 0 },
    at: 0,
  };
}

type Value = string | number | boolean | null;

/** Whether the row matches. Throws `InvalidFilter` for what is not needed here. */
export function matches<Row>(filter: Filter | null, table: PropertyTable<Row>, row: Row): boolean {
  if (filter === null) return true;
  switch (filter.kind) {
    case 'and':
      return filter.operands.map((operand) => matches(operand, table, row)).every(Boolean);
    case 'or':
      return filter.operands.map((operand) => matches(operand, table, row)).some(Boolean);
    case 'not':
      return !matches(filter.operand, table, row);
    case 'compare':
      return compares(filter.operator, evaluate(filter.left, table, row), evaluate(filter.right, table, row));
    case 'in': {
      const value = evaluate(filter.operand, table, row);
      return filter.values.some((literal) => literal.value === value);
    }
    case 'truth':
      return evaluate(filter.operand, table, row) === true;
    case 'lambda':
      throw new LifecycleError('InvalidFilter', 'Expected no lambda');
  }
}

/** OData: null equals null only, and no order holds with it. */
function compares(operator: ComparisonOperator, left: Value, right: Value): boolean {
  if (operator === 'eq') return left === right;
  if (operator === 'ne') return left !== right;
  if (left === null || right === null) return false;
  switch (operator) {
    case 'gt':
      return left > right;
    case 'ge':
      return left >= right;
    case 'lt':
      return left < right;
    case 'le':
      return left <= right;
    default:
      throw new LifecycleError('InvalidFilter', `Expected another operator than ${operator}`);
  }
}

function evaluate<Row>(expression: FilterExpression, table: PropertyTable<Row>, row: Row): Value {
  if (expression.kind === 'literal') return expression.value;
  if (expression.kind === 'path') {
    const name = expression.segments.join('/');
    const property = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!property) throw new LifecycleError('InvalidFilter', `Expected a known property, got ${name}`);
    return row[property.field] as Value;
  }
  if (expression.kind === 'call') {
    const [left, right] = expression.args.map((arg) => evaluate(arg, table, row));
    if (typeof left === 'string' && typeof right === 'string') {
      if (expression.name === 'startswith') return left.startsWith(right);
      if (expression.name === 'endswith') return left.endsWith(right);
      if (expression.name === 'contains') return left.includes(right);
    }
  }
  throw new LifecycleError('InvalidFilter', `Expected a simpler expression than ${expression.kind}`);
}
