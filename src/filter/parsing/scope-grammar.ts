/**
 * The subset of OData that a scope rule may use. Source: domain §3.1 (Entra: execution conditions): `eq`, `ne`,
 * `in`, `startsWith`, `and`, `or`, `not`, and `any` over three collections. Attribute names are free, because
 * hosts have their own.
 */
import type { Filter, FilterExpression, FilterLiteral, FilterPath } from '../../model/filter.ts';
import { type FilterFault, filterError } from '../filter-error.ts';
import { pathText } from '../tree.ts';

/** Attributes with several values, and the only ones that `any` runs over. */
const COLLECTION_ATTRIBUTES: readonly string[] = ['assignedPlans', 'otherMails', 'proxyAddresses'];

/** Attributes, with everything below them, on which `startsWith` is not available. */
const EXACT_ATTRIBUTES: readonly string[] = [
  'accountEnabled',
  'assignedPlans',
  'employeeId',
  'employeeOrgData',
  'employeeType',
  'onPremisesExtensionAttributes',
  'onPremisesSecurityIdentifier',
  'onPremisesSyncEnabled',
  'userType',
];

/** The enclosing collection of a lambda, and the variable of its element. */
interface Inside {
  readonly attribute: string;
  readonly variable: string;
}

/**
 * Refuses what OData allows and a scope rule does not.
 *
 * @throws LifecycleError `InvalidFilter` that points at the character and says what to write instead.
 */
export function checkScopeGrammar(filter: Filter, text: string): void {
  new ScopeCheck(text).check(filter, null);
}

class ScopeCheck {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  check(filter: Filter, inside: Inside | null): void {
    switch (filter.kind) {
      case 'and':
      case 'or':
        for (const operand of filter.operands) this.check(operand, inside);
        break;
      case 'not':
        this.check(filter.operand, inside);
        break;
      case 'in':
        this.#checkOperand(filter.operand, inside);
        for (const value of filter.values) this.#checkLiteral(value);
        break;
      case 'compare':
        this.#checkComparison(filter, inside);
        break;
      case 'lambda':
        this.#checkLambda(filter, inside);
        break;
      case 'truth':
        this.#checkTruth(filter.operand, inside);
        break;
    }
  }

  #checkComparison(filter: Filter & { kind: 'compare' }, inside: Inside | null): void {
    if (filter.operator !== 'eq' && filter.operator !== 'ne') {
      throw this.#refuse(filter.at, {
        expected: 'eq, ne or in',
        remedy: 'A scope rule compares for equality only; list the values: in (…)',
      });
    }
    const [left, right] = [filter.left, filter.right];
    const [operand, value] =
      left.kind === 'literal' && right.kind !== 'literal' ? [right, left] : [left, right];
    this.#checkOperand(operand, inside);
    if (value.kind !== 'literal') throw this.#notLiteral(value);
    this.#checkLiteral(value);
  }

  #checkOperand(operand: FilterExpression, inside: Inside | null): void {
    switch (operand.kind) {
      case 'path':
        this.#checkPath(operand, inside);
        break;
      case 'call':
        throw this.#refuse(operand.at, {
          expected: 'an attribute',
          remedy: `${operand.name} is not available in a scope rule; compare the attribute itself, letter case counts`,
        });
      case 'literal':
        throw this.#refuse(operand.at, { expected: 'an attribute', remedy: "Write attribute eq 'value'" });
      case 'condition':
        throw this.#refuse(operand.at, {
          expected: 'an attribute',
          got: 'a condition',
          remedy: 'Write the condition alone, or `not (…)`',
        });
      case 'arithmetic':
        throw this.#refuse(operand.at, {
          expected: 'eq, ne or in',
          remedy: 'A scope rule does not calculate',
        });
    }
  }

  #checkLiteral({ type, at }: FilterLiteral): void {
    if (type !== 'duration') return;
    throw this.#refuse(at, {
      expected: 'a value that an attribute has',
      remedy: 'Attributes have no durations',
    });
  }

  #notLiteral(right: FilterExpression): Error {
    return this.#refuse(right.at, {
      expected: 'a value',
      remedy:
        right.kind === 'path'
          ? `Text stands in quotes: '${pathText(right.segments)}'`
          : 'Write the value itself',
    });
  }

  #checkPath(path: FilterPath, inside: Inside | null): void {
    const [first = ''] = path.segments;
    if (inside && first === inside.variable) return;
    const counted = path.segments.at(-1) === '$count';
    if (counted || (path.segments.length === 1 && COLLECTION_ATTRIBUTES.includes(first))) {
      throw this.#refuse(path.at, {
        expected: 'an attribute with one value',
        remedy: `Write ${first}/any(x: x eq 'value')`,
      });
    }
  }

  #checkLambda(filter: Filter & { kind: 'lambda' }, inside: Inside | null): void {
    const attribute = pathText(filter.path.segments);
    if (filter.quantifier !== 'any') {
      throw this.#refuse(filter.at, { expected: 'any', remedy: `Write not ${attribute}/any(x: not (…))` });
    }
    if (inside !== null || !COLLECTION_ATTRIBUTES.includes(attribute)) {
      throw this.#refuse(filter.path.at, {
        expected: `any to run over ${COLLECTION_ATTRIBUTES.join(', ')}`,
        got: `\`${attribute}\``,
        remedy: inside
          ? 'One any cannot stand in another'
          : "For other attributes write attribute eq 'value'",
      });
    }
    if (filter.condition === null || filter.variable === null) return;
    this.check(filter.condition, { attribute, variable: filter.variable });
  }

  #checkTruth(operand: FilterExpression, inside: Inside | null): void {
    if (operand.kind === 'call' && operand.name === 'startswith') {
      const [subject, start] = operand.args;
      if (subject) this.#checkStartsWith(subject, inside);
      if (start && !(start.kind === 'literal' && start.type === 'string')) throw this.#notLiteral(start);
      return;
    }
    if (operand.kind === 'path') {
      const attribute = pathText(operand.segments);
      throw this.#refuse(operand.at, { expected: 'a comparison', remedy: `Write ${attribute} eq true` });
    }
    if (operand.kind === 'literal') {
      throw this.#refuse(operand.at, {
        expected: 'a comparison',
        remedy: 'To select all people omit the rule',
      });
    }
    throw this.#refuse(operand.at, {
      expected: 'eq, ne, in or startsWith',
      remedy: 'Other functions are not available in a scope rule',
    });
  }

  #checkStartsWith(subject: FilterExpression, inside: Inside | null): void {
    this.#checkOperand(subject, inside);
    if (subject.kind !== 'path') return;
    const [first = ''] = subject.segments;
    const attribute = inside && first === inside.variable ? inside.attribute : first;
    if (!EXACT_ATTRIBUTES.includes(attribute)) return;
    throw this.#refuse(subject.at, {
      expected: 'an attribute that startsWith is available on',
      remedy: `Compare ${attribute} with eq, ne or in`,
    });
  }

  #refuse(at: number, fault: FilterFault): Error {
    return filterError(this.#text, at, fault);
  }
}
