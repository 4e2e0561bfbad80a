/** The query options of OData, with or without `$`. Source: domain §5. */
import { parseFilter } from '../../filter/parsing/parse-filter.ts';
import type { Filter } from '../../model/filter.ts';
import { LIMITS } from '../../model/limits.ts';
import { badRequest } from '../graph-error.ts';

/** A navigation property to be shown. */
export interface Expansion {
  readonly name: string;
  /** What of it: `subject($select=id,mail)`; `null`: what it has by default. */
  readonly select: readonly string[] | null;
}

/** A `$filter`: parsed here, and nowhere else. */
export interface QueryFilter {
  /** What it was parsed from: for messages, and for the token of the next page. */
  readonly text: string;
  readonly tree: Filter;
}

/** The options of one request; `null`: not given. */
export interface Query {
  readonly filter: QueryFilter | null;
  readonly orderBy: string | null;
  readonly search: string | null;
  readonly select: readonly string[] | null;
  readonly expand: readonly Expansion[];
  readonly top: number | null;
  readonly skip: number;
  readonly count: boolean;
  readonly skipToken: string | null;
}

/** Option → its name here. Those that are not here are refused with `$` and passed over without it. */
const OPTIONS: Readonly<Record<string, keyof Query>> = {
  filter: 'filter',
  orderby: 'orderBy',
  search: 'search',
  select: 'select',
  expand: 'expand',
  top: 'top',
  skip: 'skip',
  count: 'count',
  skiptoken: 'skipToken',
};
const NAMES_MAX = 64;

/** Reads the options. @throws GraphError 400 naming the option; LifecycleError `InvalidFilter`. */
export function readQuery(params: URLSearchParams, allowed: readonly (keyof Query)[]): Query {
  const given = new Map<keyof Query, string>();
  for (const [name, value] of params) {
    const isMarked = name.startsWith('$');
    const key = (isMarked ? name.slice(1) : name).toLowerCase();
    if (key === 'format') continue; // of the answer, not of what it shows: `acceptOf` reads it
    const option = Object.hasOwn(OPTIONS, key) ? OPTIONS[key] : undefined;
    if (option === undefined) {
      if (isMarked) throw badRequest(`The query option '${name.slice(0, 64)}' is not supported.`);
      continue;
    }
    if (!allowed.includes(option)) throw badRequest(`The query option '$${key}' is not supported here.`);
    if (given.has(option)) throw badRequest(`The query option '$${key}' is given more than once.`);
    given.set(option, value);
  }
  const filter = given.get('filter');
  return {
    filter: filter === undefined ? null : { text: filter, tree: parseFilter(filter) },
    orderBy: given.get('orderBy') ?? null,
    search: given.get('search') ?? null,
    skipToken: given.get('skipToken') ?? null,
    select: given.has('select') ? readNames('$select', given.get('select') ?? '') : null,
    expand: given.has('expand') ? readExpand(given.get('expand') ?? '') : [],
    top: given.has('top') ? readWhole('$top', given.get('top') ?? '', LIMITS.pageSizeMax) : null,
    skip: readWhole('$skip', given.get('skip') ?? '0', 0x7fffffff),
    count: readFlag(given.get('count') ?? 'false'),
  };
}

function readNames(option: string, text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.length > NAMES_MAX || names.some((name) => !/^(?:\*|[A-Za-z][\w/.]*)$/.test(name))) {
    throw badRequest(`Expected ${option} to be names between commas, at most ${NAMES_MAX}.`);
  }
  return [...new Set(names)];
}

/** `subject($select=id,mail),task`. */
function readExpand(text: string): readonly Expansion[] {
  const item = /\s*([A-Za-z][\w/.]*)(?:\(([^()]*)\))?\s*(,|$)/y;
  const expansions: Expansion[] = [];
  for (let isLast = false; !isLast; ) {
    const [, name, options, end] = item.exec(text) ?? [];
    if (name === undefined || expansions.length === NAMES_MAX) {
      throw badRequest(
        `Expected $expand to be names between commas, at most ${NAMES_MAX}, each with no more than ($select=…).`,
      );
    }
    if (expansions.some((one) => one.name === name))
      throw badRequest(`Expected $expand to name '${name}' once.`);
    expansions.push({ name, select: options === undefined ? null : readNested(name, options) });
    isLast = end === '';
  }
  return expansions;
}

function readNested(name: string, text: string): readonly string[] {
  const [, option, names = ''] = /^\s*\$?(\w+)\s*=(.*)$/s.exec(text) ?? [];
  if (option?.toLowerCase() === 'select') return readNames(`$select in '${name}'`, names);
  throw badRequest(`Expected '${name}' in $expand to have ($select=…) and no other option.`);
}

function readWhole(option: string, text: string, max: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw badRequest(`Expected ${option} to be a whole number in 0..${max}.`);
}

function readFlag(text: string): boolean {
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  throw badRequest('Expected $count to be true or false.');
}
