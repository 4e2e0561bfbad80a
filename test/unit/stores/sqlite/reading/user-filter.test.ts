import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesRow, parseListFilter } from '../../../../../src/filter/list-filter.ts';
import { USER_PROPERTIES } from '../../../../../src/model/resources/properties.ts';
import { USER_STATUSES } from '../../../../../src/model/status.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { subjectIn } from '../../../../../src/stores/sql/user-conditions.ts';
import { branchesOf } from '../../../../../src/stores/sqlite/reading/user-filter.ts';
import { allUsers, fill, makeRun, makeUser, newFile, opened, put, RUN, step } from '../support.ts';

const status = fc.constantFrom(...USER_STATUSES, 'unheard');
const condition: fc.Arbitrary<string> = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc
      .tuple(fc.constantFrom('eq', 'ne'), status)
      .map(([operator, one]) => `processingStatus ${operator} '${one}'`),
    fc
      .array(status, { minLength: 1, maxLength: 4 })
      .map((some) => `processingStatus in (${some.map((one) => `'${one}'`).join(', ')})`),
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), fc.integer({ min: -1, max: 3 }))
      .map(([operator, count]) => `failedTasksCount ${operator} ${count}`),
    fc.integer({ min: 1, max: 14 }).map((no) => `subject/id eq 'subject-${no}'`),
    fc.constant('startedDateTime eq null'),
    fc
      .tuple(tie('filter'), fc.constantFrom('and', 'or', 'and not', 'or not'), tie('filter'))
      .map(([left, word, right]) => `(${left}) ${word} (${right})`),
  ),
})).filter;

it('whatever ranges a filter is split into, each matching user is found once, in order, active or not', async () => {
  const store = await opened(sqliteStore(newFile()));
  const users = Array.from({ length: 24 }, (_, index) => {
    const processingStatus = USER_STATUSES[index % USER_STATUSES.length] ?? 'queued';
    return makeUser(index + 1, { processingStatus, failedTasksCount: index % 4 });
  });
  await fill(store, makeRun(), users);
  await put(store, [step(makeUser(3)), step(makeUser(10))]);
  const all = await allUsers(store);
  await fc.assert(
    fc.asyncProperty(
      condition,
      fc.boolean(),
      fc.constantFrom('id', 'startedDateTime'),
      fc.integer({ min: 1, max: 9 }),
      async (text, descending, property, limit) => {
        const where = parseListFilter(text, USER_PROPERTIES);
        const fitting = all.filter((user) => matchesRow(where, USER_PROPERTIES, user));
        const found: number[] = [];
        for (let after: { value: number | null; key: number } | null = null; ; ) {
          const order = { property, descending };
          const page = await store.listUsers({ runId: RUN, where, order, after, limit });
          found.push(...page.map(({ ordinal: no }) => no));
          const last = page.at(-1);
          if (!last || page.length < limit) break;
          after = { value: property === 'id' ? null : last.startedAtMs, key: last.ordinal };
        }
        const keyOf = (user: (typeof all)[number]) => (property === 'id' ? 0 : (user.startedAtMs ?? -1));
        const ordered = fitting.toSorted((a, b) => keyOf(a) - keyOf(b) || a.ordinal - b.ordinal);
        expect(found).toEqual((descending ? ordered.reverse() : ordered).map(({ ordinal: no }) => no));
        expect(await store.countUsers({ runId: RUN, where })).toBe(fitting.length);
      },
    ),
    { numRuns: 400, seed: 20_261_124 },
  );
});

it('a status that no user can have is no range', () => {
  const sqlOf = (text: string) => branchesOf(parseListFilter(text, USER_PROPERTIES)).map(({ sql }) => sql);
  expect(sqlOf("processingStatus in ('failed', 'unheard')")).toHaveLength(1);
  expect(sqlOf("processingStatus in ('failed', 'failed', 'canceled')")).toHaveLength(2);
});

it.each([
  ["subject/id eq 'a'", 'a'],
  ["failedTasksCount gt 0 and (subject/id eq 'a' and processingStatus eq 'failed')", 'a'],
  ["subject/id eq 'a' or processingStatus eq 'failed'", null],
  ["not (subject/id eq 'a')", null],
  ["subject/id ne 'a'", null],
])('%s leaves the subject %s', (text, subjectId) => {
  expect(subjectIn(parseListFilter(text, USER_PROPERTIES))).toBe(subjectId);
});
