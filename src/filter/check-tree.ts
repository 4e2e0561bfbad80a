import { shown } from '../errors/shown.ts';
import { COMPARISON_OPERATORS, type Filter } from '../model/filter.ts';
import { LIMITS } from '../model/limits.ts';
import { filterFunction } from './evaluation/functions.ts';
import { type FilterFault, filterError } from './filter-error.ts';
import { NESTING_KINDS } from './tree.ts';
import { writeFilter } from './write-filter.ts';

type Fields = Readonly<Record<string, unknown>>;
type Role = 'condition' | 'value' | 'literal';
type Part = readonly [node: unknown, role: Role];

/** First and last moment of the years that a text can name, 0 to 9999. */
const [MOMENT_MIN, MOMENT_MAX] = [-62_167_219_200_000, 253_402_300_799_999];

/** Kind of node → where it may stand, and what is below it; `null`: its fields are not those of the kind. */
const KINDS: Readonly<
  Record<string, { readonly roles: readonly Role[]; parts(node: Fields): readonly Part[] | null }>
> = {
  and: { roles: ['condition'], parts: ({ operands }) => partsOf(operands, 'condition', 1) },
  or: { roles: ['condition'], parts: ({ operands }) => partsOf(operands, 'condition', 1) },
  not: { roles: ['condition'], parts: ({ operand }) => [[operand, 'condition']] },
  truth: { roles: ['condition'], parts: ({ operand }) => [[operand, 'value']] },
  compare: {
    roles: ['condition'],
    parts: ({ operator, left, right }) =>
      (COMPARISON_OPERATORS as readonly unknown[]).includes(operator)
        ? [
            [left, 'value'],
            [right, 'value'],
          ]
        : null,
  },
  in: {
    roles: ['condition'],
    parts({ operand, values }) {
      const literals = partsOf(values, 'literal', 1);
      return literals && [[operand, 'value'], ...literals];
    },
  },
  call: {
    roles: ['value'],
    parts: ({ name, args }) =>
      typeof name === 'string' && filterFunction(name) !== null ? partsOf(args, 'value', 0) : null,
  },
  path: { roles: ['value'], parts: ({ segments }) => (areNames(segments) ? [] : null) },
  literal: { roles: ['value', 'literal'], parts: ({ type, value }) => (isLiteral(type, value) ? [] : null) },
};

/**
 * A filter that comes as a tree, once it is one that a list can be asked for: well-formed, and within the limits of
 * filters that come as text. Works on anything, and in bounded time also on trees that contain themselves.
 *
 * @returns the filter, and a text that parses to it.
 * @throws LifecycleError `InvalidFilter`.
 */
export function checkTree(given: unknown): { readonly filter: Filter; readonly text: string } {
  const open: { readonly part: Part; readonly depth: number }[] = [{ part: [given, 'condition'], depth: 0 }];
  let nodes = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [node, role] = next.part;
    const { kind, parts } = readNode(node, role);
    // As the text nests: a `not` is written with parentheses.
    const depth = next.depth + (kind === 'not' ? 2 : NESTING_KINDS.has(kind) ? 1 : 0);
    nodes += 1;
    if (depth > LIMITS.filterDepthMax)
      throw refused({
        expected: `at most ${LIMITS.filterDepthMax} levels of nesting`,
        got: 'a deeper filter',
        details: { limit: 'filterDepthMax' },
      });
    // Each node is a character of the text at least.
    if (nodes + parts.length > LIMITS.filterLengthMax) throw tooLong();
    for (const part of parts) open.push({ part, depth });
  }
  const filter = given as Filter;
  const text = writeFilter(filter);
  if (text.length > LIMITS.filterLengthMax) throw tooLong();
  return { filter, text };
}

function readNode(node: unknown, role: Role): { readonly kind: string; readonly parts: readonly Part[] } {
  const fields: Fields = typeof node === 'object' && node !== null ? (node as Fields) : {};
  const kind = String(fields.kind);
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const parts = known?.roles.includes(role) ? known.parts(fields) : null;
  if (parts) return { kind, parts };
  const got = typeof fields.kind === 'string' ? `a node of kind ${shown(fields.kind)}` : shown(node);
  throw refused({
    expected: `a ${role} as the functions of \`filter\` make it`,
    got: known?.roles.includes(role) ? `${got} with other fields` : got,
  });
}

function partsOf(nodes: unknown, role: Role, min: number): readonly Part[] | null {
  if (!Array.isArray(nodes) || nodes.length < min || nodes.length > LIMITS.filterLengthMax) return null;
  return nodes.map((node): Part => [node, role]);
}

function areNames(segments: unknown): boolean {
  return Array.isArray(segments) && segments.length > 0 && segments.every((one) => typeof one === 'string');
}

function isLiteral(type: unknown, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'dateTime':
      return typeof value === 'number' && value >= MOMENT_MIN && value <= MOMENT_MAX;
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return false;
  }
}

function tooLong(): Error {
  return refused({
    expected: `a filter of at most ${LIMITS.filterLengthMax} characters as text`,
    got: 'a longer one',
    details: { limit: 'filterLengthMax' },
  });
}

function refused(fault: FilterFault): Error {
  return filterError(null, 0, fault);
}
