/**
 * Rules as conditions of SQL. A database compares text by the collation of a column, so that `Sales` may be `sales`;
 * rules compare it exactly. What is translated therefore selects all people that the rule selects, and perhaps more, who are
 * then examined:
 *
 * | rule                                        | condition                                                |
 * |---------------------------------------------|----------------------------------------------------------|
 * | `eq`, `in` with texts, `startsWith`         | translated where it selects, nothing where it excludes   |
 * | `eq`, `ne`, `in` with a boolean or a number | translated, for a column of that type                    |
 * | `eq null`, `ne null`                        | translated                                               |
 * | `and`, `or`, `not`                          | of what their parts are                                  |
 * | everything else                             | nothing: all people are examined                         |
 */
import type { Filter, FilterExpression, FilterLiteral } from '../../model/filter.ts';
import type { RuleFilter } from '../kernel/rule-filter.ts';
import type { ComparedKind, DialectRules } from './sql-dialect.ts';
import type { Mapped } from './sql-options.ts';
import { type Condition, joined } from './sql-statement.ts';

/** Columns by attribute, and how they are compared. */
export interface RuleColumns {
  readonly columns: ReadonlyMap<string, Mapped>;
  readonly rules: DialectRules;
}

/** A condition that holds for everyone that the rule may want; `null`: there is none. */
export function conditionOf({ filter, keepsUnknown }: RuleFilter, columns: RuleColumns): Condition | null {
  return new Translation(columns, keepsUnknown).translate(filter, true);
}

class Translation {
  readonly #columns: RuleColumns;
  readonly #keepsUnknown: boolean;

  constructor(columns: RuleColumns, keepsUnknown: boolean) {
    this.#columns = columns;
    this.#keepsUnknown = keepsUnknown;
  }

  /** A condition that holds wherever the filter is `wanted`. */
  translate(filter: Filter, wanted: boolean): Condition | null {
    switch (filter.kind) {
      case 'not':
        return this.translate(filter.operand, !wanted);
      case 'and':
      case 'or':
        return combined(
          filter.operands.map((operand) => this.translate(operand, wanted)),
          (filter.kind === 'and') === wanted,
        );
      case 'in':
        return combined(
          filter.values.map((value) => this.#equal(filter.operand, value, wanted)),
          !wanted,
        );
      case 'compare':
        return this.#comparison(filter, wanted);
      case 'truth':
        return this.#startsWith(filter.operand, wanted);
      case 'lambda':
        return null;
    }
  }

  #comparison({ operator, left, right }: Filter & { kind: 'compare' }, wanted: boolean): Condition | null {
    if (operator !== 'eq' && operator !== 'ne') return null;
    const isEqual = (operator === 'eq') === wanted;
    if (right.kind === 'literal') return this.#equal(left, right, isEqual);
    return left.kind === 'literal' ? this.#equal(right, left, isEqual) : null;
  }

  #equal(operand: FilterExpression, literal: FilterLiteral, isEqual: boolean): Condition | null {
    const mapped = this.#columnOf(operand);
    if (mapped === null) return null;
    const { rules } = this.#columns;
    const column = rules.quote(mapped.column);
    if (literal.type === 'null') return () => `${column} IS ${isEqual ? '' : 'NOT '}NULL`;
    const kind = kindCompared(mapped, literal);
    if (kind === null || (kind === 'text' && !isEqual)) return null;
    const value = typeof literal.value === 'boolean' ? rules.boolean(literal.value) : literal.value;
    const side = rules.compared(column, kind);
    return this.#withExceptions(column, kind, !isEqual, (values) => {
      const parameter = rules.parameter(values.add(value), kind);
      return `${side} ${isEqual ? '=' : '<>'} ${parameter}`;
    });
  }

  #startsWith(operand: FilterExpression, wanted: boolean): Condition | null {
    if (!wanted || operand.kind !== 'call' || operand.name !== 'startswith') return null;
    const [of, start] = operand.args;
    const mapped = of === undefined ? null : this.#columnOf(of);
    if (mapped?.type !== 'text' || start?.kind !== 'literal' || start.type !== 'string') return null;
    if (!isPlain(start.value) || start.value === '') return null;
    const { rules } = this.#columns;
    const column = rules.quote(mapped.column);
    // Characters are code points in SQL.
    const length = [...start.value].length;
    return this.#withExceptions(column, 'text', this.#keepsUnknown, (values) => {
      const begin = `SUBSTR(${rules.compared(column, 'text')}, 1, ${length})`;
      return `${begin} = ${rules.parameter(values.add(start.value), 'text')}`;
    });
  }

  #withExceptions(column: string, kind: ComparedKind, orNull: boolean, condition: Condition): Condition {
    const exceptions = this.#columns.rules.exceptions(column, kind);
    if (exceptions === null && !orNull) return condition;
    return joined(
      [
        condition,
        ...(orNull ? [() => `${column} IS NULL`] : []),
        ...(exceptions === null ? [] : [() => exceptions]),
      ],
      'OR',
    );
  }

  #columnOf(operand: FilterExpression): Mapped | null {
    if (operand.kind !== 'path') return null;
    return this.#columns.columns.get(operand.segments.join('/')) ?? null;
  }
}

/** `null`: no condition, which holds for everyone. */
function combined(parts: readonly (Condition | null)[], all: boolean): Condition | null {
  const conditions = parts.filter((part) => part !== null);
  if (conditions.length === 0 || (!all && conditions.length < parts.length)) return null;
  return joined(conditions, all ? 'AND' : 'OR');
}

function kindCompared({ type }: Mapped, literal: FilterLiteral): ComparedKind | null {
  if (type === 'text') return literal.type === 'string' && isPlain(literal.value) ? 'text' : null;
  if (type === 'boolean') return literal.type === 'boolean' ? 'boolean' : null;
  if (type === 'integer')
    return literal.type === 'number' && Number.isSafeInteger(literal.value) ? 'integer' : null;
  return null;
}

/** Whether a text is the same in every database: blanks at the ends can be padding, and not every character can be stored. */
function isPlain(text: string): boolean {
  return text.trim() === text && text.isWellFormed() && !/[\0\uFFFD]/.test(text);
}
