/**
 * The tree that scope rules and `$filter` parse to (OData 4 `boolCommonExpr`). Every node knows where
 * it stood in the text, so that an error can point at the character.
 */

/**
 * A value in a filter. Dates are `dateTime` literals with epoch milliseconds as their value; a `duration` has
 * milliseconds, a `timeOfDay` a text like `09:05:00.000`.
 */
export type FilterLiteral =
  | { readonly kind: 'literal'; readonly type: 'string'; readonly value: string; readonly at: number }
  | { readonly kind: 'literal'; readonly type: 'number'; readonly value: number; readonly at: number }
  | { readonly kind: 'literal'; readonly type: 'boolean'; readonly value: boolean; readonly at: number }
  | { readonly kind: 'literal'; readonly type: 'dateTime'; readonly value: number; readonly at: number }
  | { readonly kind: 'literal'; readonly type: 'timeOfDay'; readonly value: string; readonly at: number }
  | { readonly kind: 'literal'; readonly type: 'duration'; readonly value: number; readonly at: number }
  | { readonly kind: 'literal'; readonly type: 'null'; readonly value: null; readonly at: number };

/** `employeeOrgData/division`: the names between the slashes. */
export interface FilterPath {
  readonly kind: 'path';
  readonly segments: readonly string[];
  readonly at: number;
}

/** A function call: `tolower(displayName)`, `startsWith(jobTitle, 'Sales')`. Name in lower case. */
export interface FilterCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly FilterExpression[];
  readonly at: number;
}

/** `add`, `sub`, `mul`, `div`, `divby`, `mod`, or unary minus (`negate`, `right` absent). */
export interface FilterArithmetic {
  readonly kind: 'arithmetic';
  readonly operator: 'add' | 'sub' | 'mul' | 'div' | 'divby' | 'mod' | 'negate';
  readonly left: FilterExpression;
  readonly right?: FilterExpression;
  readonly at: number;
}

/** A condition used as a value: `(city eq 'Rome') eq true`. Never in a scope rule or a list filter. */
interface FilterCondition {
  readonly kind: 'condition';
  readonly condition: Filter;
  readonly at: number;
}

/** Something that has a value. */
export type FilterExpression = FilterLiteral | FilterPath | FilterCall | FilterArithmetic | FilterCondition;

/** The operators that compare two values. */
export const COMPARISON_OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'has'] as const;
/** One of {@link COMPARISON_OPERATORS}. */
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** Something that is true or false. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Filter[]; readonly at: number }
  | { readonly kind: 'not'; readonly operand: Filter; readonly at: number }
  | {
      readonly kind: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: FilterExpression;
      readonly right: FilterExpression;
      readonly at: number;
    }
  | {
      readonly kind: 'in';
      readonly operand: FilterExpression;
      readonly values: readonly FilterLiteral[];
      readonly at: number;
    }
  /** A function, a path or a literal that is itself a boolean: `startsWith(a, 'b')`, `isEnabled`. */
  | { readonly kind: 'truth'; readonly operand: FilterExpression; readonly at: number }
  /** `proxyAddresses/any(p: startsWith(p, 'smtp:'))`. */
  | {
      readonly kind: 'lambda';
      readonly quantifier: 'any' | 'all';
      readonly path: FilterPath;
      readonly variable: string | null;
      readonly condition: Filter | null;
      readonly at: number;
    };
