/** A scope rule as a `$filter` of Graph, as far as Graph can do it by default. */
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { Filter, FilterExpression, FilterLiteral } from '../../model/filter.ts';
import { quoted } from './graph-client.ts';

/**
 * Properties by the operators that Graph has for them without `ConsistencyLevel: eventual`, which would read an index
 * that is behind, and which rules out `$expand`.
 *
 * @see https://learn.microsoft.com/graph/aad-advanced-queries#support-for-filter-by-properties-of-microsoft-entra-id-directory-objects
 */
const FLAGS: ReadonlySet<string> = new Set(['accountEnabled', 'onPremisesSyncEnabled']);
const IN: ReadonlySet<string> = new Set([
  ...['city', 'country', 'department', 'displayName', 'givenName', 'jobTitle', 'mail', 'mailNickname'],
  ...['onPremisesSecurityIdentifier', 'state', 'surname', 'usageLocation', 'userPrincipalName', 'userType'],
]);
const TEXTS: ReadonlySet<string> = new Set([...IN, 'employeeId']);
const STARTS: ReadonlySet<string> = new Set([
  ...['city', 'country', 'department', 'displayName', 'givenName', 'mail', 'mailNickname'],
  ...['state', 'surname', 'usageLocation', 'userPrincipalName'],
]);
/** Conditions of a filter, and values of an `in`, at most: Graph refuses more. */
const CLAUSES_MAX = 15;
/** Characters: a URL has room for little more. */
const LENGTH_MAX = 1_500;

/**
 * A filter that keeps all people that the rule selects, and perhaps more, since Graph compares without letter
 * case; `null`: there is none. For that reason nothing is made of `ne`, and of what else a rule excludes.
 */
export function graphFilter(rule: string): string | null {
  const clauses = { count: 0 };
  const text = translated(ruleFilter(rule), clauses);
  return text === null || clauses.count > CLAUSES_MAX || text.length > LENGTH_MAX ? null : text;
}

/** Rules of other makes than tenure's own may not parse: they are examined when the people are there. */
function ruleFilter(rule: string): Filter | null {
  try {
    return parseScopeRule(rule).filter;
  } catch {
    return null;
  }
}

interface Clauses {
  count: number;
}

function translated(filter: Filter | null, clauses: Clauses): string | null {
  switch (filter?.kind) {
    case 'and': {
      const parts = filter.operands.map((one) => translated(one, clauses)).filter((part) => part !== null);
      return parts.length === 0 ? null : joined(parts, 'and');
    }
    case 'or': {
      const parts = filter.operands.map((one) => translated(one, clauses));
      return parts.every((part) => part !== null) ? joined(parts, 'or') : null;
    }
    case 'compare':
      return filter.operator === 'eq' ? equality(filter.left, filter.right, clauses) : null;
    case 'in':
      return membership(filter.operand, filter.values, clauses);
    case 'truth':
      return filter.operand.kind === 'call' && filter.operand.name === 'startswith'
        ? start(filter.operand.args, clauses)
        : null;
    default:
      return null;
  }
}

function equality(left: FilterExpression, right: FilterExpression, clauses: Clauses): string | null {
  const [operand, literal] = left.kind === 'path' ? [left, right] : [right, left];
  const name = nameOf(operand);
  if (literal.kind !== 'literal') return null;
  const value = literal.type === 'boolean' && FLAGS.has(name) ? String(literal.value) : textIn(literal);
  if (value === null || !(FLAGS.has(name) ? literal.type === 'boolean' : TEXTS.has(name))) return null;
  clauses.count += 1;
  return `${name} eq ${value}`;
}

function membership(
  operand: FilterExpression,
  values: readonly FilterLiteral[],
  clauses: Clauses,
): string | null {
  const name = nameOf(operand);
  const texts = values.map(textIn).filter((text) => text !== null);
  if (!IN.has(name) || texts.length !== values.length || texts.length > CLAUSES_MAX) return null;
  clauses.count += 1;
  return `${name} in (${texts.join(', ')})`;
}

function start([operand, literal]: readonly FilterExpression[], clauses: Clauses): string | null {
  const name = nameOf(operand);
  const text = literal?.kind === 'literal' ? textIn(literal) : null;
  if (!STARTS.has(name) || text === null) return null;
  clauses.count += 1;
  return `startsWith(${name}, ${text})`;
}

function nameOf(expression: FilterExpression | undefined): string {
  return expression?.kind === 'path' ? expression.segments.join('/') : '';
}

/** A text that Graph compares as it is; `null` for others. */
function textIn(literal: FilterLiteral): string | null {
  if (literal.type !== 'string' || literal.value.trim() !== literal.value || literal.value === '')
    return null;
  return /\p{C}/u.test(literal.value) ? null : quoted(literal.value);
}

function joined(parts: readonly string[], operator: 'and' | 'or'): string {
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(` ${operator} `)})`;
}
