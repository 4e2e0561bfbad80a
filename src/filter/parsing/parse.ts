import type {
  ComparisonOperator,
  Filter,
  FilterArithmetic,
  FilterExpression,
  FilterLiteral,
  FilterPath,
} from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import { FILTER_FUNCTIONS, filterFunction } from '../evaluation/functions.ts';
import { filterError } from '../filter-error.ts';
import { type FilterNode, isFilter, nodeDeeperThan } from '../tree.ts';
import { TokenStream, tooDeep } from './token-stream.ts';

type BinaryOperator = Exclude<FilterArithmetic['operator'], 'negate'>;

/** Tightest first, as OData 4.01 §5.1.1.15 has it. `has` and `in` bind tighter still, `and`/`or` looser. */
const MULTIPLICATIVE = ['mul', 'div', 'divby', 'mod'] as const satisfies readonly BinaryOperator[];
const ADDITIVE = ['add', 'sub'] as const satisfies readonly BinaryOperator[];
const RELATIONAL = ['gt', 'ge', 'lt', 'le'] as const satisfies readonly ComparisonOperator[];
const EQUALITY = ['eq', 'ne'] as const satisfies readonly ComparisonOperator[];
const OPERATORS: ReadonlySet<string> = new Set([
  ...['and', 'or', 'in', 'has'],
  ...[...MULTIPLICATIVE, ...ADDITIVE, ...RELATIONAL, ...EQUALITY],
]);

/**
 * Parses a boolean expression of OData 4 (ABNF `boolCommonExpr`; operators and functions in any letter case).
 *
 * `not` takes the whole comparison that follows it, as the ABNF says: `not a eq b` is `not (a eq b)`. Not
 * supported, and refused by name: `cast`, `isof`, `case`, `matchesPattern`, `totaloffsetminutes`, geo and bound
 * functions, binary, geo and JSON literals, parameter aliases, `$count` of a part of a collection.
 *
 * @param text at most `LIMITS.filterLengthMax` characters, nested at most `LIMITS.filterDepthMax` deep.
 * @throws LifecycleError `InvalidFilter`, with `position` (0-based) and `near` in its details.
 */
export function parseOData(text: string): Filter {
  if (typeof text !== 'string') {
    throw filterError(null, 0, { expected: 'a filter to be a text', got: typeof text });
  }
  if (text.length > LIMITS.filterLengthMax) {
    throw filterError(text, LIMITS.filterLengthMax, {
      expected: `a filter of at most ${LIMITS.filterLengthMax} characters`,
      got: `${text.length}`,
      details: { limit: 'filterLengthMax' },
    });
  }
  const filter = new Parser(text).parse();
  const deep = nodeDeeperThan(filter, LIMITS.filterDepthMax);
  if (deep) throw tooDeep(text, deep.at);
  return filter;
}

/** Recursive descent; one method per level of precedence, loosest first. */
class Parser {
  readonly #tokens: TokenStream;

  constructor(text: string) {
    this.#tokens = new TokenStream(text);
  }

  parse(): Filter {
    if (this.#tokens.is('end')) throw this.#tokens.error({ expected: 'a condition', got: 'an empty filter' });
    const node = this.#or();
    this.#tokens.expectMark('end', 'an operator or the end');
    return this.#toFilter(node);
  }

  #or(): FilterNode {
    return this.#list('or', () => this.#and());
  }

  #and(): FilterNode {
    return this.#list('and', () => this.#not());
  }

  #list(kind: 'and' | 'or', operand: () => FilterNode): FilterNode {
    const first = operand();
    const { at } = this.#tokens.current;
    if (!this.#tokens.takeOperator([kind])) return first;
    const operands = [this.#toFilter(first)];
    do operands.push(this.#toFilter(operand()));
    while (this.#tokens.takeOperator([kind]));
    return { kind, operands, at };
  }

  #not(): FilterNode {
    const { at } = this.#tokens.current;
    if (!this.#startsNot()) return this.#equality();
    this.#tokens.take();
    return { kind: 'not', operand: this.#tokens.nested(at, () => this.#toFilter(this.#not())), at };
  }

  #equality(): FilterNode {
    return this.#comparisons(EQUALITY, () => this.#relational());
  }

  #relational(): FilterNode {
    return this.#comparisons(RELATIONAL, () => this.#additive());
  }

  #comparisons(operators: readonly ComparisonOperator[], operand: () => FilterNode): FilterNode {
    let left = operand();
    for (;;) {
      const { at } = this.#tokens.current;
      const operator = this.#tokens.takeOperator(operators);
      if (!operator) return left;
      left = { kind: 'compare', operator, left: toExpression(left), right: toExpression(operand()), at };
    }
  }

  #additive(): FilterNode {
    return this.#arithmetic(ADDITIVE, () => this.#multiplicative());
  }

  #multiplicative(): FilterNode {
    return this.#arithmetic(MULTIPLICATIVE, () => this.#unary());
  }

  #arithmetic(operators: readonly BinaryOperator[], operand: () => FilterNode): FilterNode {
    let left = operand();
    for (;;) {
      const { at } = this.#tokens.current;
      const operator = this.#tokens.takeOperator(operators);
      if (!operator) return left;
      left = { kind: 'arithmetic', operator, left: this.#toValue(left), right: this.#toValue(operand()), at };
    }
  }

  #unary(): FilterNode {
    const { at } = this.#tokens.current;
    if (this.#startsNot()) {
      this.#tokens.take();
      return { kind: 'not', operand: this.#tokens.nested(at, () => this.#toFilter(this.#unary())), at };
    }
    if (!this.#tokens.takeMark('-')) return this.#membership();
    const left = this.#tokens.nested(at, () => this.#toValue(this.#unary()));
    return { kind: 'arithmetic', operator: 'negate', left, at };
  }

  /** `in` and `has`. */
  #membership(): FilterNode {
    const left = this.#primary();
    const { at } = this.#tokens.current;
    if (this.#tokens.takeOperator(['has'])) {
      return {
        kind: 'compare',
        operator: 'has',
        left: toExpression(left),
        right: this.#toValue(this.#primary()),
        at,
      };
    }
    if (!this.#tokens.takeOperator(['in'])) return left;
    if (this.#tokens.is('name')) return this.#memberOf(toExpression(left), at);
    return { kind: 'in', operand: toExpression(left), values: this.#literalList(), at };
  }

  /** `'a' in tags` is `tags/any(x: x eq 'a')`, under a name that no text can have. */
  #memberOf(operand: FilterExpression, at: number): Filter {
    const path = this.#toValue(this.#primary());
    if (path.kind !== 'path' || operand.kind !== 'literal') {
      throw this.#tokens.error({ expected: 'a list like (1, 2) after `in`' }, at);
    }
    const variable = '$member';
    const left: FilterPath = { kind: 'path', segments: [variable], at: path.at };
    const condition: Filter = { kind: 'compare', operator: 'eq', left, right: operand, at };
    return { kind: 'lambda', quantifier: 'any', path, variable, condition, at };
  }

  #literalList(): FilterLiteral[] {
    this.#tokens.expectMark('(', "a list like ('a', 'b') after `in`");
    const values: FilterLiteral[] = [];
    do {
      values.push(this.#tokens.takeLiteral());
    } while (this.#tokens.takeMark(','));
    this.#tokens.expectMark(')', 'a comma or `)` in the list');
    return values;
  }

  #primary(): FilterNode {
    const token = this.#tokens.current;
    if (token.kind === 'literal') {
      this.#tokens.take();
      return token.literal;
    }
    if (token.kind === 'name') return this.#pathOrCall();
    this.#tokens.expectMark('(', 'a property, a value, a function or `(`');
    const inner = this.#tokens.nested(token.at, () => this.#or());
    this.#tokens.expectMark(')', 'an operator or `)`');
    return inner;
  }

  #pathOrCall(): FilterNode {
    const { at } = this.#tokens.current;
    const first = this.#tokens.takeName();
    if (this.#tokens.is('(')) return this.#call(first, at);
    const segments = [first];
    while (this.#tokens.takeMark('/')) {
      const segmentAt = this.#tokens.current.at;
      const segment = this.#tokens.takeName();
      if (this.#tokens.is('(')) return this.#lambda({ kind: 'path', segments, at }, segment, segmentAt);
      segments.push(segment);
    }
    return { kind: 'path', segments, at };
  }

  #call(name: string, at: number): FilterNode {
    const known = filterFunction(name);
    if (!known) throw this.#unknownFunction(name, at);
    this.#tokens.take();
    const args: FilterExpression[] = [];
    if (!this.#tokens.is(')')) {
      do args.push(this.#tokens.nested(at, () => this.#toValue(this.#or())));
      while (this.#tokens.takeMark(','));
    }
    this.#tokens.expectMark(')', `a comma or \`)\` in the arguments of ${name}`);
    if (args.length < known.argsMin || args.length > known.argsMax) {
      const wanted =
        known.argsMin === known.argsMax ? `${known.argsMin}` : `${known.argsMin} or ${known.argsMax}`;
      throw this.#tokens.error(
        {
          expected: `${wanted} argument(s) for ${name}`,
          got: `${args.length}`,
        },
        at,
      );
    }
    return { kind: 'call', name: name.toLowerCase(), args, at };
  }

  #lambda(path: FilterPath, quantifierName: string, at: number): FilterNode {
    const quantifier = quantifierName.toLowerCase();
    if (quantifier !== 'any' && quantifier !== 'all') {
      const remedy = 'A $count has no options here; write any(…) for elements that fit';
      throw this.#tokens.error(
        { expected: '`any(…)` or `all(…)` after a path', ...(quantifier === '$count' ? { remedy } : {}) },
        at,
      );
    }
    this.#tokens.take();
    if (quantifier === 'any' && this.#tokens.takeMark(')')) {
      return { kind: 'lambda', quantifier, path, variable: null, condition: null, at };
    }
    const variable = this.#tokens.takeName();
    if (!/^[^.$]+$/u.test(variable)) {
      throw this.#tokens.error(
        {
          expected: 'a plain name for the element',
          got: `\`${variable}\``,
        },
        at,
      );
    }
    this.#tokens.expectMark(':', `\`:\` after ${variable}`);
    const condition = this.#tokens.nested(at, () => this.#toFilter(this.#or()));
    this.#tokens.expectMark(')', 'an operator or `)`');
    return { kind: 'lambda', quantifier, path, variable, condition, at };
  }

  /** Whether the token is the operator `not`, and not a property of that name. */
  #startsNot(): boolean {
    const token = this.#tokens.current;
    if (token.kind !== 'name' || token.name.toLowerCase() !== 'not') return false;
    const next = this.#tokens.peek();
    if (next.kind === 'name') return !OPERATORS.has(next.name.toLowerCase());
    return next.kind === '(' || next.kind === 'literal' || next.kind === '-';
  }

  /** A value can be a condition only when it is, or computes, true or false. */
  #toFilter(node: FilterNode): Filter {
    if (isFilter(node)) return node;
    if (node.kind === 'condition') return node.condition;
    const isTruth =
      node.kind === 'path' ||
      (node.kind === 'literal' && (node.type === 'boolean' || node.type === 'null')) ||
      (node.kind === 'call' && filterFunction(node.name)?.isCondition === true);
    if (isTruth) return { kind: 'truth', operand: node, at: node.at };
    throw this.#tokens.error(
      {
        expected: 'a condition',
        got: 'a value alone',
        remedy: "Compare it with something: department eq 'Sales'",
      },
      node.at,
    );
  }

  /** Only comparisons take conditions as operands. */
  #toValue(node: FilterNode): FilterExpression {
    if (!isFilter(node)) return node;
    throw this.#tokens.error({ expected: 'a value here', got: 'a condition' }, node.at);
  }

  #unknownFunction(name: string, at: number): Error {
    const remedy = `There are ${Object.keys(FILTER_FUNCTIONS).join(', ')}`;
    return this.#tokens.error(
      { expected: 'a function that exists here', remedy, ...this.#tokens.habit(name) },
      at,
    );
  }
}

/** Comparisons take conditions too, wrapped: `(city eq 'Rome') eq true`. */
function toExpression(node: FilterNode): FilterExpression {
  return isFilter(node) ? { kind: 'condition', condition: node, at: node.at } : node;
}
