/**
 * Evaluates a filter. The tree is compiled to closures once; a row then costs a few calls.
 *
 * Null, as in OData 4: `null eq null` is true, `null eq x` false, `ne` the contrary; `gt`, `ge`, `lt`, `le` and
 * `has` with a null are false; arithmetic and functions with a null are null; `not null` is null; `and` and
 * `or` are three-valued; at the top null is false. Values of different types are unequal and unordered, but what
 * cannot be read as the moment or the boolean that it is compared with makes the comparison null (`values.ts`).
 */
import type {
  Filter,
  FilterArithmetic,
  FilterExpression,
  FilterLiteral,
  FilterPath,
} from '../../model/filter.ts';
import type { EpochMs } from '../../model/time.ts';
import { filterFunction } from './functions.ts';
import { ownValue, type PathResolver } from './paths.ts';
import { callSteps, NODE_STEPS, splitSteps, valueSteps } from './steps.ts';
import { booleanOf, compareValues, Instant, numberOf, toValue, type Value, valuesEqual } from './values.ts';

/** Environment of an evaluation. */
export interface EvaluateOptions {
  /** Current time, for `now()`. Absent: `now()` is null. */
  readonly now?: () => EpochMs;
  /** Called before each operation with its cost, in steps of some ns. An error that it throws ends the evaluation. Absent: costs are not counted. */
  readonly spend?: (steps: number) => void;
}

/** The current element of a lambda, and those of the enclosing ones. */
interface Frame {
  readonly element: unknown;
  readonly outer: Frame | null;
}

type Truth = boolean | null;
type Test<Row> = (row: Row, frame: Frame | null) => Truth;
type Read<Row> = (row: Row, frame: Frame | null) => Value;
type ReadRaw<Row> = (row: Row, frame: Frame | null) => unknown;

/** Compiler state at a node of the tree. */
interface Context<Row> {
  readonly resolve: PathResolver<Row>;
  readonly now: (() => EpochMs) | null;
  readonly spend: ((steps: number) => void) | null;
  /** Lambda variables, innermost first. */
  readonly variables: readonly string[];
}

/**
 * A filter as a function.
 *
 * @param resolve how a path is read from a row; called once per path, and may throw for an unknown path.
 */
export function compileFilter<Row>(
  filter: Filter,
  resolve: PathResolver<Row>,
  options: EvaluateOptions = {},
): (row: Row) => boolean {
  const truth = compileTruth(filter, resolve, options);
  return (row) => truth(row) === true;
}

/** As {@link compileFilter}; `null` where the filter is neither true nor false. */
export function compileTruth<Row>(
  filter: Filter,
  resolve: PathResolver<Row>,
  options: EvaluateOptions = {},
): (row: Row) => boolean | null {
  const { now = null, spend = null } = options;
  const test = compileTest(filter, { resolve, now, spend, variables: [] });
  return (row) => test(row, null);
}

/** Whether `row` matches `filter`. For many rows, {@link compileFilter} once. */
export function evaluateFilter<Row>(
  filter: Filter,
  row: Row,
  resolve: PathResolver<Row>,
  options: EvaluateOptions = {},
): boolean {
  return compileFilter(filter, resolve, options)(row);
}

function compileTest<Row>(filter: Filter, context: Context<Row>): Test<Row> {
  const test = compileCondition(filter, context);
  const { spend } = context;
  if (spend === null) return test;
  return (row, frame) => {
    spend(NODE_STEPS);
    return test(row, frame);
  };
}

function compileCondition<Row>(filter: Filter, context: Context<Row>): Test<Row> {
  switch (filter.kind) {
    case 'and':
      return compileList(filter.operands, false, context);
    case 'or':
      return compileList(filter.operands, true, context);
    case 'not': {
      const test = compileTest(filter.operand, context);
      return (row, frame) => {
        const truth = test(row, frame);
        return truth === null ? null : !truth;
      };
    }
    case 'truth':
      return compileBoolean(compileRead(filter.operand, context));
    case 'in':
      return compileIn(filter, context);
    case 'lambda':
      return compileLambda(filter, context);
    case 'compare':
      return compileComparison(filter, context);
  }
}

/** `and` ends at the first false, `or` at the first true; a null on the way makes the rest null. */
function compileList<Row>(operands: readonly Filter[], decisive: boolean, context: Context<Row>): Test<Row> {
  const tests = operands.map((operand) => compileTest(operand, context));
  return (row, frame) => {
    let truth: Truth = !decisive;
    for (const test of tests) {
      const one = test(row, frame);
      if (one === decisive) return decisive;
      if (one === null) truth = null;
    }
    return truth;
  };
}

function compileBoolean<Row>(read: Read<Row>): Test<Row> {
  return (row, frame) => {
    const value = read(row, frame);
    if (typeof value === 'boolean') return value;
    return typeof value === 'string' ? booleanOf(value) : null;
  };
}

function compileComparison<Row>(filter: Filter & { kind: 'compare' }, context: Context<Row>): Test<Row> {
  const left = compileRead(filter.left, context);
  const right = compileRead(filter.right, context);
  switch (filter.operator) {
    case 'eq':
      return (row, frame) => valuesEqual(left(row, frame), right(row, frame));
    case 'ne':
      return (row, frame) => {
        const isEqual = valuesEqual(left(row, frame), right(row, frame));
        return isEqual === null ? null : !isEqual;
      };
    case 'gt':
      return compileOrder(left, right, (order) => order > 0);
    case 'ge':
      return compileOrder(left, right, (order) => order >= 0);
    case 'lt':
      return compileOrder(left, right, (order) => order < 0);
    case 'le':
      return compileOrder(left, right, (order) => order <= 0);
    case 'has': {
      const { spend } = context;
      return (row, frame) => {
        const value = left(row, frame);
        const wanted = right(row, frame);
        spend?.(splitSteps(value) + splitSteps(wanted));
        return hasFlags(value, wanted);
      };
    }
  }
}

function compileOrder<Row>(left: Read<Row>, right: Read<Row>, fits: (order: number) => boolean): Test<Row> {
  return (row, frame) => {
    const order = compareValues(left(row, frame), right(row, frame));
    return order === null ? null : fits(order);
  };
}

/** Flags travel as one text, `joiner,leaver`; numbers are bit masks. */
function hasFlags(value: Value, wanted: Value): boolean {
  if (typeof value === 'string' && typeof wanted === 'string') {
    const flags = new Set(value.split(',').map((flag) => flag.trim()));
    return wanted.split(',').every((flag) => flags.has(flag.trim()));
  }
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(wanted)) return false;
  return (BigInt(value as number) & BigInt(wanted as number)) === BigInt(wanted as number);
}

function compileIn<Row>(filter: Filter & { kind: 'in' }, context: Context<Row>): Test<Row> {
  const read = compileRead(filter.operand, context);
  const { spend } = context;
  const values = filter.values.map(literalValue);
  const texts = new Set(values);
  const areTexts = values.every((value) => typeof value === 'string');
  return (row, frame) => {
    const value = read(row, frame);
    if (areTexts && typeof value === 'string') return texts.has(value);
    spend?.(values.length);
    let truth: Truth = false;
    for (const one of values) {
      const isEqual = valuesEqual(value, one);
      if (isEqual) return true;
      if (isEqual === null) truth = null;
    }
    return truth;
  };
}

/** `any` of nothing is false, `all` of nothing true; what is no array has no elements. */
function compileLambda<Row>(filter: Filter & { kind: 'lambda' }, context: Context<Row>): Test<Row> {
  const read = compileRaw(filter.path, context);
  const isAny = filter.quantifier === 'any';
  const elementsOf = (row: Row, frame: Frame | null): readonly unknown[] => {
    const elements = read(row, frame);
    return Array.isArray(elements) ? elements : [];
  };
  if (filter.condition === null) return (row, frame) => elementsOf(row, frame).length > 0;
  const variables = [filter.variable ?? '', ...context.variables];
  const test = compileTest(filter.condition, { ...context, variables });
  return (row, outer) => {
    for (const element of elementsOf(row, outer)) {
      if ((test(row, { element, outer }) === true) === isAny) return isAny;
    }
    return !isAny;
  };
}

function compileRead<Row>(expression: FilterExpression, context: Context<Row>): Read<Row> {
  const read = compileValue(expression, context);
  const { spend } = context;
  if (spend === null) return read;
  return (row, frame) => {
    spend(NODE_STEPS);
    const value = read(row, frame);
    spend(valueSteps(value));
    return value;
  };
}

function compileValue<Row>(expression: FilterExpression, context: Context<Row>): Read<Row> {
  switch (expression.kind) {
    case 'literal': {
      const value = literalValue(expression);
      return () => value;
    }
    case 'path': {
      const read = compileRaw(expression, context);
      return (row, frame) => toValue(read(row, frame));
    }
    case 'call':
      return compileCall(expression.name, expression.args, context);
    case 'arithmetic':
      return compileArithmetic(expression, context);
    case 'condition':
      return compileTest(expression.condition, context);
  }
}

function compileCall<Row>(name: string, args: readonly FilterExpression[], context: Context<Row>): Read<Row> {
  const { now, spend } = context;
  if (name === 'now') return () => (now ? new Instant(now()) : null);
  const called = filterFunction(name);
  if (!called) return () => null;
  const reads = args.map((arg) => compileRead(arg, context));
  return (row, frame) => {
    const values = reads.map((read) => read(row, frame));
    spend?.(callSteps(name, values));
    return called.apply(values);
  };
}

function compileArithmetic<Row>(expression: FilterArithmetic, context: Context<Row>): Read<Row> {
  const { operator } = expression;
  const left = compileRead(expression.left, context);
  const right = expression.right === undefined ? null : compileRead(expression.right, context);
  return (row, frame) => {
    const first = numberOf(left(row, frame));
    const second = right === null ? 0 : numberOf(right(row, frame));
    return first === null || second === null ? null : calculate(operator, first, second);
  };
}

/** `div` of whole numbers is whole, as OData says; a division by zero is null. */
function calculate(operator: FilterArithmetic['operator'], first: number, second: number): number | null {
  switch (operator) {
    case 'add':
      return first + second;
    case 'sub':
      return first - second;
    case 'mul':
      return first * second;
    case 'negate':
      return -first;
    case 'mod':
      return second === 0 ? null : first % second;
    case 'divby':
      return second === 0 ? null : first / second;
    case 'div': {
      if (second === 0) return null;
      const isWhole = Number.isInteger(first) && Number.isInteger(second);
      return isWhole ? Math.trunc(first / second) : first / second;
    }
  }
}

/** Reads a path without judging what it finds: a variable's element, `$it`, or the row's own property. */
function compileRaw<Row>(path: FilterPath, context: Context<Row>): ReadRaw<Row> {
  if (path.segments.length > 1 && path.segments.at(-1) === '$count') {
    const read = compileRaw({ ...path, segments: path.segments.slice(0, -1) }, context);
    return (row, frame) => {
      const elements = read(row, frame);
      return Array.isArray(elements) ? elements.length : null;
    };
  }
  const [first = '', ...rest] = path.segments;
  const level = context.variables.indexOf(first);
  if (level >= 0) {
    return (_row, frame) => {
      let at = frame;
      for (let up = 0; up < level; up++) at = at?.outer ?? null;
      return ownValue(at?.element, rest);
    };
  }
  const read = context.resolve(first === '$it' && rest.length > 0 ? { ...path, segments: rest } : path);
  return (row) => read(row);
}

function literalValue(literal: FilterLiteral): Value {
  return literal.type === 'dateTime' ? new Instant(literal.value) : literal.value;
}
