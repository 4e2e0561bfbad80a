/** The parts of OData that Graph's answers have. */
import { parseFilter } from '../../../src/filter/parsing/parse-filter.ts';
import type { Filter, FilterExpression } from '../../../src/model/filter.ts';
import type { EntraObject } from './entra-data.ts';

/** An answer that is no success, with Graph's body. */
export class GraphFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function notFound(id: string): GraphFailure {
  const message = `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`;
  return new GraphFailure(404, 'Request_ResourceNotFound', message);
}

/** The properties that `$select` names, and those that are always there. */
export function selected(one: EntraObject, select: string | undefined): Readonly<Record<string, unknown>> {
  if (select === undefined) return one;
  const names = select.split(',').map((name) => name.trim());
  const kept = Object.entries(one).filter(([name]) => names.includes(name) || name === '@odata.type');
  const absent = names.filter((name) => !(name in one)).map((name) => [name, null] as const);
  return Object.fromEntries([['id', one.id], ...kept, ...absent]);
}

/**
 * Operators that Graph's index of people has by default, without `ConsistencyLevel: eventual`. As documented in
 * "Advanced query capabilities on Microsoft Entra ID objects".
 */
const EQUALITY = [
  ...[
    'accountEnabled',
    'city',
    'country',
    'department',
    'displayName',
    'employeeId',
    'givenName',
    'id',
    'jobTitle',
  ],
  ...['mail', 'mailNickname', 'onPremisesSecurityIdentifier', 'onPremisesSyncEnabled', 'state', 'surname'],
  ...['usageLocation', 'userPrincipalName', 'userType'],
];
const STARTS_WITH = [
  ...['city', 'country', 'department', 'displayName', 'employeeId', 'givenName', 'mail', 'mailNickname'],
  ...['state', 'surname', 'usageLocation', 'userPrincipalName'],
];
/** Values of an `in`, at most. */
const IN_MAX = 15;

/** Whether a `$filter` over people selects one. Letter case does not count, as in Graph. */
export function userFilter(text: string): (user: EntraObject) => boolean {
  return testOf(parseFilter(text));
}

function testOf(filter: Filter): (user: EntraObject) => boolean {
  switch (filter.kind) {
    case 'and': {
      const tests = filter.operands.map(testOf);
      return (user) => tests.every((test) => test(user));
    }
    case 'or': {
      const tests = filter.operands.map(testOf);
      return (user) => tests.some((test) => test(user));
    }
    case 'compare': {
      if (filter.operator !== 'eq') throw unsupported(filter.operator);
      const [name, value] = [nameOf(filter.left, EQUALITY), literalOf(filter.right)];
      if (value === null) throw unsupported('eq null');
      return (user) => same(user[name], value);
    }
    case 'in': {
      if (filter.values.length > IN_MAX) throw unsupported(`in with more than ${IN_MAX} values`);
      const name = nameOf(filter.operand, EQUALITY);
      const values = filter.values.map(literalOf);
      return (user) => values.some((value) => same(user[name], value));
    }
    case 'truth': {
      const call = filter.operand;
      if (call.kind !== 'call' || call.name !== 'startswith') throw unsupported(call.kind);
      const [name, start] = [nameOf(call.args[0], STARTS_WITH), literalOf(call.args[1])];
      return (user) =>
        String(user[name] ?? '')
          .toLowerCase()
          .startsWith(String(start).toLowerCase());
    }
    default:
      throw unsupported(filter.kind);
  }
}

function nameOf(expression: FilterExpression | undefined, allowed: readonly string[]): string {
  const name = expression?.kind === 'path' ? expression.segments.join('/') : '';
  if (allowed.includes(name)) return name;
  throw unsupported(`a filter on '${name}'`);
}

function literalOf(expression: FilterExpression | undefined): string | number | boolean | null {
  if (expression?.kind === 'literal') return expression.value;
  throw unsupported('no literal');
}

function same(present: unknown, value: unknown): boolean {
  return typeof present === 'string' && typeof value === 'string'
    ? present.toLowerCase() === value.toLowerCase()
    : present === value;
}

function unsupported(what: string): GraphFailure {
  const message = `${what} is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header.`;
  return new GraphFailure(400, 'Request_UnsupportedQuery', message);
}

/** The value between quotes behind `name eq`, of the filters that name one object. */
export function filterValue(filter: string | undefined, name: string): string | null {
  const match = new RegExp(`(?:^| and |\\()${name.replaceAll('/', '\\/')} eq '((?:[^']|'')*)'`).exec(
    filter ?? '',
  );
  return match?.[1]?.replaceAll("''", "'") ?? null;
}
