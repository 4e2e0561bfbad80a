/** `$filter` over HTTP finds what each filter's own predicate finds; the predicates know nothing of the parser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/sqlite.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { type Api, type Json, makeWorkflow, openApi, resultBody, runBody } from './support.ts';

/** Three-valued: `null` is unknown. */
type Truth = boolean | null;
type Value = string | number | null;

/** An expression: what is written, and what it is worth. */
interface Expression {
  readonly text: string;
  readonly value: (row: Json) => Value;
}

/** A condition: what is written, and what it says. */
interface Condition {
  readonly text: string;
  readonly test: (row: Json) => Truth;
}

const COUNTS = ['failedTasksCount', 'totalTasksCount', 'totalUnprocessedTasksCount'];
const DATES = ['scheduledDateTime', 'startedDateTime', 'completedDateTime'];
const STATUSES = [
  'queued',
  'inProgress',
  'completed',
  'completedWithErrors',
  'failed',
  'canceled',
  'quarantined',
];
const DAYS = ['2026-01-01', '2026-01-02', '2026-01-03', '2026-01-04'];

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const property = (name: string): Expression => ({ text: name, value: (row) => row[name] ?? null });
const lift =
  (apply: (value: never) => Value) =>
  (value: Value): Value =>
    value === null ? null : apply(value as never);

const number: fc.Arbitrary<Expression> = fc.letrec<{ number: Expression }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    fc.constantFrom(...COUNTS).map(property),
    fc
      .integer({ min: -3, max: 12 })
      .map((value): Expression => ({ text: String(value), value: () => value })),
    fc.tuple(tie('number'), fc.constantFrom('add', 'sub', 'mul'), tie('number')).map(
      ([left, operator, right]): Expression => ({
        text: `((${left.text}) ${operator} (${right.text}))`,
        value: (row) => {
          const [first, second] = [left.value(row), right.value(row)];
          if (first === null || second === null) return null;
          const [a, b] = [Number(first), Number(second)];
          return operator === 'add' ? a + b : operator === 'sub' ? a - b : a * b;
        },
      }),
    ),
    fc.constantFrom(...DATES).chain((name) =>
      fc.constantFrom(
        {
          text: `day(${name})`,
          value: (row: Json) => lift((at: string) => new Date(at).getUTCDate())(row[name]),
        },
        {
          text: `hour(${name})`,
          value: (row: Json) => lift((at: string) => new Date(at).getUTCHours())(row[name]),
        },
      ),
    ),
    fc.constant<Expression>({
      text: 'length(processingStatus)',
      value: (row) => row.processingStatus.length,
    }),
    fc.constantFrom('e', 'ed', 'zz').map(
      (part): Expression => ({
        text: `indexof(processingStatus,'${part}')`,
        value: (row) => row.processingStatus.indexOf(part),
      }),
    ),
  ),
})).number;

const text: fc.Arbitrary<Expression> = fc.oneof(
  fc.constant(property('processingStatus')),
  fc.constant<Expression>({
    text: 'toupper(processingStatus)',
    value: (row) => row.processingStatus.toUpperCase(),
  }),
  fc.constant<Expression>({
    text: 'substring(processingStatus,2,3)',
    value: (row) => row.processingStatus.slice(2, 5),
  }),
  fc.constant<Expression>({
    text: "concat(processingStatus,'!')",
    value: (row) => `${row.processingStatus}!`,
  }),
  fc
    .constantFrom(...STATUSES, 'FAILED', 'mpl', "it's", 'failed!')
    .map((value): Expression => ({ text: quoted(value), value: () => value })),
);

/** A text that the property never is, which is refused. */
function isNoMember(left: Expression, right: Expression): boolean {
  const isText = right.text.startsWith("'");
  return left.text === 'processingStatus' && isText && !STATUSES.map(quoted).includes(right.text);
}

function comparison(left: Expression, operator: string, right: Expression): Condition {
  return {
    text: `${left.text} ${operator} ${right.text}`,
    test: (row) => {
      const [first, second] = [left.value(row), right.value(row)];
      if (operator === 'eq') return first === second;
      if (operator === 'ne') return first !== second;
      if (first === null || second === null) return false;
      return operator === 'gt'
        ? first > second
        : operator === 'ge'
          ? first >= second
          : operator === 'lt'
            ? first < second
            : first <= second;
    },
  };
}

const simple: fc.Arbitrary<Condition> = fc.oneof(
  fc
    .tuple(number, fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), number)
    .map(([left, operator, right]) => comparison(left, operator, right)),
  fc
    .tuple(text, fc.constantFrom('eq', 'ne'), text)
    .filter(([left, , right]) => !isNoMember(left, right) && !isNoMember(right, left))
    .map(([left, operator, right]) => comparison(left, operator, right)),
  fc
    .tuple(
      fc.constantFrom(...DATES),
      fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      fc.constantFrom(...DAYS),
    )
    .map(
      ([name, operator, day]): Condition => ({
        text: `${name} ${operator} ${day}T00:00:00Z`,
        test: (row) => {
          const at = row[name] === null ? null : Date.parse(row[name]);
          return comparison({ text: '', value: () => at }, operator, {
            text: '',
            value: () => Date.parse(day),
          }).test(row);
        },
      }),
    ),
  fc
    .tuple(
      fc.constantFrom(...DATES),
      fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      fc.constantFrom('00:00', '03:30', '12:00:00'),
    )
    .map(([name, operator, time]) =>
      comparison(
        {
          text: `time(${name})`,
          value: (row) => lift((at: string) => new Date(at).toISOString().slice(11, 19))(row[name]),
        },
        operator,
        { text: time, value: () => `${time}:00`.slice(0, 8) },
      ),
    ),
  fc
    .tuple(fc.constantFrom(...DATES), fc.constantFrom('eq', 'ne'))
    .map(([name, operator]) => comparison(property(name), operator, { text: 'null', value: () => null })),
  fc.uniqueArray(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 3 }).map(
    (list): Condition => ({
      text: `processingStatus in (${list.map(quoted).join(', ')})`,
      test: (row) => list.includes(row.processingStatus),
    }),
  ),
  fc
    .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), fc.constantFrom('c', 'ed', 'With', 'zz'))
    .map(
      ([name, part]): Condition => ({
        text: `${name}(processingStatus,'${part}')`,
        test: ({ processingStatus: status }) =>
          name === 'startsWith'
            ? status.startsWith(part)
            : name === 'endsWith'
              ? status.endsWith(part)
              : status.includes(part),
      }),
    ),
);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    simple,
    fc.tuple(tie('condition'), tie('condition')).map(
      ([left, right]): Condition => ({
        text: `(${left.text}) and (${right.text})`,
        test: (row) => {
          const [a, b] = [left.test(row), right.test(row)];
          return a === false || b === false ? false : a === null || b === null ? null : true;
        },
      }),
    ),
    fc.tuple(tie('condition'), tie('condition')).map(
      ([left, right]): Condition => ({
        text: `(${left.text}) or (${right.text})`,
        test: (row) => {
          const [a, b] = [left.test(row), right.test(row)];
          return a === true || b === true ? true : a === null || b === null ? null : false;
        },
      }),
    ),
    tie('condition').map(
      (inner): Condition => ({
        text: `not (${inner.text})`,
        test: (row) => {
          const truth = inner.test(row);
          return truth === null ? null : !truth;
        },
      }),
    ),
  ),
})).condition;

describe.each(['memory', 'SQLite'])('a filtered list over HTTP on %s', (kind) => {
  let folder: string;
  let api: Api;
  let lists: readonly string[];
  const rows = new Map<string, Json[]>();

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenure-filter-'));
    api = await openApi({}, kind === 'memory' ? memoryStore() : await sqliteStore(join(folder, 'tenure.db')));
    const workflowId = await makeWorkflow(api);
    const runs = `/workflows/${workflowId}/runs`;
    const endings = [
      { processingStatus: 'completed', failedTasksCount: 0, totalUnprocessedTasksCount: 0 },
      { processingStatus: 'completedWithErrors', failedTasksCount: 1, totalUnprocessedTasksCount: 0 },
      { processingStatus: 'failed', failedTasksCount: 1, totalUnprocessedTasksCount: 1 },
      {
        processingStatus: 'canceled',
        failedTasksCount: 0,
        totalUnprocessedTasksCount: 2,
        startedDateTime: null,
      },
    ];
    const ids: string[] = [];
    for (let index = 0; index < 24; index++) {
      const scheduledDateTime = `${DAYS[index % 4]}T0${index % 7}:00:00Z`;
      const { body } = await api.post(
        runs,
        runBody({ scheduledDateTime, totalUsersCount: 4, totalUnprocessedTasksCount: 8 }),
      );
      ids.push(body.id);
      for (let user = 0; user < index % 5; user++) {
        const startedDateTime = `${DAYS[index % 4]}T0${(index + user) % 9}:30:00Z`;
        const times =
          startedDateTime >= scheduledDateTime
            ? { startedDateTime, completedDateTime: `${DAYS[3]}T1${user}:00:00Z` }
            : { startedDateTime: undefined, completedDateTime: undefined };
        const answer = await api.post(
          `${runs}/${body.id}/userProcessingResults`,
          resultBody({
            subject: { id: `u${user}` },
            scheduledDateTime,
            ...times,
            ...endings[(index + user) % 4],
          }),
        );
        expect(answer.status).toBe(201);
      }
    }
    lists = [
      runs,
      `${runs}/${ids[14]}/userProcessingResults`,
      `/workflows/${workflowId}/userProcessingResults`,
    ];
    for (const list of lists) {
      // Without the window of seven days, which is not under test here.
      const all =
        list.startsWith('/workflows/') &&
        list.split('/').length === 4 &&
        list.endsWith('userProcessingResults')
          ? '?$filter=startedDateTime eq null or startedDateTime ne null'
          : '';
      rows.set(list, (await api.get(`${list}${all}${all ? '&' : '?'}$top=999`)).body.value);
    }
  });
  afterAll(async () => {
    await api.engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Follows the links of a list to its end. */
  async function everyRow(path: string): Promise<Json[]> {
    const found: Json[] = [];
    let link: string | undefined = path;
    while (link !== undefined) {
      const { status, body }: { status: number; body: Json } = await api.get(link);
      expect(`${status} ${status === 200 ? '' : JSON.stringify(body)}`).toBe('200 ');
      found.push(...body.value);
      link = body['@odata.nextLink'];
    }
    return found;
  }

  it('has the rows that the filter evaluator selects, for every filter, list and page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        condition,
        fc.constantFrom(...lists),
        fc.integer({ min: 1, max: 12 }),
        async ({ text: filter, test }, list, top) => {
          const unlimited =
            list.endsWith('userProcessingResults') && !list.includes('/runs/')
              ? `(${filter}) and (startedDateTime eq null or startedDateTime ne null)`
              : filter;
          const found = await everyRow(`${list}?$filter=${encodeURIComponent(unlimited)}&$top=${top}`);
          const expected = (rows.get(list) ?? []).filter((row) => test(row) === true);
          expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: 600, seed: 20_261_124 },
    );
  });

  it('visits each row once, in order, while others are inserted', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(
          '',
          '$orderby=scheduledDateTime',
          '$orderby=totalTasksCount desc',
          '$orderby=processingStatus,scheduledDateTime desc',
          '$filter=day(scheduledDateTime) ge 2',
          "$filter=processingStatus ne 'inProgress'",
        ),
        fc.array(fc.constantFrom(...DAYS), { minLength: 1, maxLength: 5 }),
        async (top, option, inserted) => {
          const [list = ''] = lists;
          const before: string[] = (await everyRow(`${list}?${option}&$top=999`)).map(({ id }) => id);
          const seen: string[] = [];
          const made: string[] = [];
          let link: string | undefined = `${list}?${option}&$top=${top}`;
          for (let page = 0; link !== undefined; page++) {
            const { body }: { body: Json } = await api.get(link);
            seen.push(...body.value.map(({ id }: { id: string }) => id));
            link = body['@odata.nextLink'];
            const day = inserted[page];
            if (day !== undefined)
              made.push((await api.post(list, runBody({ scheduledDateTime: `${day}T03:00:00Z` }))).body.id);
          }
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.filter((id) => !made.includes(id))).toEqual(before);
          for (const id of made) expect((await api.delete(`${list}/${id}`)).status).toBe(204);
        },
      ),
      { numRuns: 60, seed: 20_261_124 },
    );
  });
});
