import assert from 'node:assert/strict';
import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import type { ComparisonOperator, Filter, FilterLiteral } from '../../../model/filter.ts';
import type { RunRecord, UserRecord } from '../../../model/records.ts';
import {
  type PropertyTable,
  type PropertyType,
  RUN_PROPERTIES,
  USER_PROPERTIES,
} from '../../../model/resources/properties.ts';
import type { StoreReader } from '../../../ports/store.ts';
import { Choices } from '../../../system/virtual/choices.ts';
import { type ContractKit, rejectsWith } from '../kit.ts';
import { runId, workflowId } from '../records/records.ts';
import {
  and,
  call,
  compare,
  dateLiteral,
  matches,
  NULL_LITERAL,
  not,
  numberLiteral,
  oneOf,
  or,
  path,
  textLiteral,
} from './filters.ts';
import { fillLists } from './order-paging.ts';

const ORDERED: readonly ComparisonOperator[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];

/** A literal of the property's type. */
function literalOf(type: PropertyType, value: string | number | null): FilterLiteral {
  if (value === null) return NULL_LITERAL;
  if (typeof value === 'string') return textLiteral(value);
  return type === 'dateTime' ? dateLiteral(value) : numberLiteral(value);
}

/** Values of a property among the rows, and beside them. */
function valuesOf<Row>(
  property: PropertyTable<Row>[string],
  rows: readonly Row[],
): (string | number | null)[] {
  const values = new Set(rows.map((row) => row[property.field] as string | number | null));
  if (property.type === 'string') return [...values, 'no such value', ''];
  for (const value of [...values]) if (typeof value === 'number') values.add(value - 1).add(value + 1);
  if (property.type === 'number') values.add(0.5);
  return [...values];
}

/** Every comparison of every property that any store must answer. */
function plainFilters<Row>(table: PropertyTable<Row>, rows: readonly Row[]): Filter[] {
  return Object.entries(table).flatMap(([name, property]) => {
    const values = valuesOf(property, rows);
    const operators: readonly ComparisonOperator[] = property.type === 'string' ? ['eq', 'ne'] : ORDERED;
    const comparisons = values.flatMap((value) =>
      (value === null ? (['eq', 'ne'] as const) : operators).map((operator) =>
        compare(name, operator, literalOf(property.type, value)),
      ),
    );
    const literals = values.filter((value) => value !== null).map((value) => literalOf(property.type, value));
    return [
      ...comparisons,
      oneOf(name, literals.slice(0, 1)),
      oneOf(name, literals.slice(1, 4)),
      oneOf(name, literals),
    ];
  });
}

/** A random tree over the plain comparisons. */
export function randomFilter(choices: Choices, plain: readonly Filter[], depth: number): Filter {
  if (depth === 0 || choices.chance(0.3)) return choices.pick(plain);
  if (choices.chance(0.25)) return not(randomFilter(choices, plain, depth - 1));
  const operands = Array.from({ length: choices.int(2, 3) }, () => randomFilter(choices, plain, depth - 1));
  return choices.chance(0.5) ? and(...operands) : or(...operands);
}

/** Plain comparisons over users, for random trees. */
export function plainUserFilters(users: readonly UserRecord[]): Filter[] {
  return plainFilters(USER_PROPERTIES, users);
}

/** Plain comparisons over runs, for random trees. */
export function plainRunFilters(runs: readonly RunRecord[]): Filter[] {
  return plainFilters(RUN_PROPERTIES, runs);
}

/** Filters of lists and counts, against the suite's own evaluation. */
export function filtering(kit: ContractKit): void {
  kit.describe('filters', () => {
    required(kit);
    optional(kit);
    refused(kit);
  });
}

async function assertRuns(reader: StoreReader, where: Filter, runs: readonly RunRecord[]): Promise<void> {
  const expected = runs.filter((run) => matches(where, RUN_PROPERTIES, run)).map(({ id }) => id);
  const order = { property: 'scheduledDateTime', descending: false };
  const listed = await reader.listRuns({ where, order, after: null, limit: 1_000 });
  const text = JSON.stringify(where);
  assert.deepEqual(listed.map(({ id }) => id).sort(), expected.sort(), text);
  assert.equal(await reader.countRuns({ where }), expected.length, `countRuns ${text}`);
}

async function assertUsers(reader: StoreReader, where: Filter, users: readonly UserRecord[]): Promise<void> {
  const expected = users
    .filter((user) => matches(where, USER_PROPERTIES, user))
    .map(({ ordinal }) => ordinal);
  const order = { property: 'startedDateTime', descending: true };
  const listed = await reader.listUsers({ runId: runId(0), where, order, after: null, limit: 1_000 });
  const text = JSON.stringify(where);
  assert.deepEqual(listed.map(({ ordinal }) => ordinal).sort(numerically), expected, text);
  assert.equal(await reader.countUsers({ runId: runId(0), where }), expected.length, `countUsers ${text}`);
}

function numerically(a: number, b: number): number {
  return a - b;
}

function required({ test }: ContractKit): void {
  test('every comparison of every property of runs is exact, in lists and counts', async (store) => {
    const { runs } = await fillLists(store);
    for (const where of plainRunFilters(runs)) await assertRuns(store, where, runs);
  });

  test('every comparison of every property of users is exact, in lists and counts', async (store) => {
    const { users } = await fillLists(store);
    for (const where of plainUserFilters(users)) await assertUsers(store, where, users);
  });

  test('trees of and, or and not are exact, also about nulls', async (store) => {
    const { runs, users } = await fillLists(store);
    const choices = new Choices(11);
    const ofRuns = plainRunFilters(runs);
    const ofUsers = plainUserFilters(users);
    for (let round = 0; round < 300; round += 1) {
      await assertRuns(store, randomFilter(choices, ofRuns, 4), runs);
      await assertUsers(store, randomFilter(choices, ofUsers, 4), users);
    }
  });

  test('a filter holds together with a workflow', async (store) => {
    const { runs } = await fillLists(store);
    const where = compare('processingStatus', 'ne', textLiteral('completed'));
    for (const n of [0, 1]) {
      const ofOne = runs.filter(
        (run) => run.workflowId === workflowId(n) && run.processingStatus !== 'completed',
      );
      assert.equal(await store.countRuns({ workflowId: workflowId(n), where }), ofOne.length);
    }
  });

  test('strings compare exactly: case, quotes, wildcards and other scripts', async (store) => {
    const { users } = await fillLists(store);
    for (const text of ['SUBJECT-1', "subject-1' or '1'='1", '%', 'subject-_', 'Grüße 🎈', '__proto__']) {
      await assertUsers(store, compare('subject/id', 'eq', textLiteral(text)), users);
      await assertUsers(store, oneOf('subject/id', [textLiteral(text), textLiteral('subject-2')]), users);
    }
  });
}

function optional({ test }: ContractKit): void {
  const literalFirst: Filter = {
    kind: 'compare',
    operator: 'lt',
    left: numberLiteral(1),
    right: path('totalTasksCount'),
    at: 0,
  };
  const twoProperties: Filter = {
    kind: 'compare',
    operator: 'eq',
    left: path('totalTasksCount'),
    right: path('failedTasksCount'),
    at: 0,
  };
  const filters: Readonly<Record<string, Filter>> = {
    'a literal before the property': literalFirst,
    'two properties': twoProperties,
    'an order with null': compare('startedDateTime', 'gt', NULL_LITERAL),
    'the negation of an order with null': not(compare('startedDateTime', 'le', NULL_LITERAL)),
    'null among the values': oneOf('completedDateTime', [NULL_LITERAL]),
    'null among others': not(oneOf('totalTasksCount', [NULL_LITERAL, numberLiteral(3)])),
    startswith: call('startswith', 'processingStatus', 'completed'),
    'startswith in another case': call('startswith', 'processingStatus', 'Completed'),
    'startswith a wildcard': call('startswith', 'processingStatus', '%e_'),
    endswith: call('endswith', 'processingStatus', 'ed'),
    contains: call('contains', 'processingStatus', 'With'),
    'contains in another case': not(call('contains', 'processingStatus', 'with')),
    'an order of strings': compare('processingStatus', 'gt', textLiteral('completed')),
  };
  for (const [name, where] of Object.entries(filters)) {
    test(`${name} is answered exactly or refused with InvalidFilter`, async (store) => {
      const { runs, users } = await fillLists(store);
      await exactOrRefused(() => assertRuns(store, where, runs));
      await exactOrRefused(() => assertUsers(store, where, users));
    });
  }
}

async function exactOrRefused(check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!LifecycleError.is(error) || error.code !== 'InvalidFilter') throw error;
  }
}

function refused({ test }: ContractKit): void {
  for (const name of [
    'noSuchProperty',
    'constructor',
    '__proto__',
    'claim',
    'published',
    'subject',
    'id/x',
  ]) {
    test(`a filter on ${name} is InvalidFilter, wherever it stands`, async (store) => {
      await fillLists(store);
      const unknown = compare(name, 'eq', numberLiteral(1));
      const known = compare('totalTasksCount', 'ge', numberLiteral(0));
      for (const where of [unknown, not(unknown), or(known, unknown), and(not(known), unknown)]) {
        const order = { property: 'scheduledDateTime', descending: false };
        const page = { where, order, after: null, limit: 10 };
        await rejectsWith('InvalidFilter', () => store.listRuns(page), 'listRuns');
        await rejectsWith('InvalidFilter', () => store.countRuns({ where }), 'countRuns');
        await rejectsWith('InvalidFilter', () => store.listUsers({ ...page, runId: runId(0) }), 'listUsers');
        await rejectsWith('InvalidFilter', () => store.countUsers({ runId: runId(0), where }), 'countUsers');
      }
    });
  }
}
