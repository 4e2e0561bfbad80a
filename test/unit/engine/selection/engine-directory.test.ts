import { expect, it } from 'vitest';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { codeOf, makeWorld, people } from '../../../helpers/world.ts';

const attributes = (no: number) => ({
  department: no % 3 === 0 ? 'IT' : 'Sales',
  memberOf: no <= 25 ? ['G1'] : [],
  accountEnabled: no === 7 ? 'perhaps' : true,
});

it('the people of a rule are those for which an activation makes a run', async () => {
  const { engine } = makeWorld({ subjects: people(60, attributes) });
  await engine.start();
  const rule = "department eq 'Sales'";
  const { usersCount, sampleIds, isCut } = await engine.directory.count({ rule });
  expect([usersCount, isCut, sampleIds.length, sampleIds[2]]).toEqual([40, false, 20, 'u4']);
  const { id } = await engine.workflows.create({
    category: 'joiner',
    displayName: 'On demand',
    executionConditions: 'onDemand',
    tasks: [{ taskDefinitionId: 'a' }],
  });
  expect((await engine.runs.activate(id, { rule })).totalUsersCount).toBe(usersCount);
  const group = await engine.directory.count({ group: 'g1' });
  expect(group).toMatchObject({ usersCount: 25, selection: null });
  expect((await engine.runs.activateWithScope(id, { group: 'g1' })).totalUsersCount).toBe(25);
  await engine.close();
});

it('a count says how many people a rule cannot be decided for, and which attribute no one has', async () => {
  const { engine } = makeWorld({ subjects: people(10, attributes) });
  const { count } = engine.directory;
  const dated = await count({ rule: 'accountEnabled eq true' });
  expect([dated.usersCount, dated.selection?.leftOutCounts.unreadableScope]).toEqual([9, 1]);
  const missing = await count({ rule: "departmant eq 'Sales'" });
  expect(missing.selection?.missingAttributes).toMatchObject([{ suggestion: 'department' }]);
  await engine.close();
});

it('a count that takes too long is cut, and says so', async () => {
  const clock = new VirtualClock();
  async function* query() {
    for (const person of people(2_500)) {
      if (person.id === 'u500') await clock.advance(2_000);
      yield person;
    }
  }
  const { engine } = makeWorld({ clock, directory: { query, membersOf: query, get: async () => [] } });
  const counted = await engine.directory.count({ group: 'g' }, { timeoutMs: 1_000 });
  expect(counted).toMatchObject({ usersCount: 1_000, isCut: true });
  await engine.close();
});

it('a count wants either a rule or a group', async () => {
  const { engine } = makeWorld();
  const { count } = engine.directory;
  expect(await codeOf(count({} as never))).toBe('InvalidArgument');
  expect(await codeOf(count({ rule: "a eq 'b'", group: 'g' } as never))).toBe('InvalidArgument');
  expect(await codeOf(count({ rule: 'a eq' }))).toBe('InvalidFilter');
  expect(await codeOf(count({ group: '' }))).toBe('InvalidArgument');
  await engine.close();
});

it('all people are streamed in batches, under their normalized ids', async () => {
  const { engine } = makeWorld({
    directory: {
      async *query() {
        for (const { id } of people(1_200)) yield { id: ` ${id} ` };
      },
      get: async () => [],
    },
  });
  const batches = [];
  for await (const batch of engine.directory.all()) batches.push(batch);
  expect(batches.map((batch) => batch.length)).toEqual([1_000, 200]);
  expect(batches[1]?.[199]?.id).toBe('u1200');
  await engine.close();
});

const NAMED = [
  { id: 'p1', displayName: 'Zoë Müller', mail: 'zoe.mueller@example.com' },
  { id: 'p2', displayName: 'Ada Lovelace', userPrincipalName: 'ada@example.com' },
  { id: 'p3', displayName: 'Adam Müller-Lüdenscheidt' },
  { id: 'p10' },
];

it('people are found by the beginnings of words of their name, mail address or id', async () => {
  const { engine } = makeWorld({ subjects: NAMED });
  const idsFor = async (text: string) => (await engine.directory.search(text)).people.map(({ id }) => id);
  expect(await idsFor('ada')).toEqual(['p2', 'p3']);
  expect(await idsFor('MULLER ad')).toEqual(['p3']);
  expect(await idsFor('muller')).toEqual(['p1', 'p3']);
  expect(await idsFor('ludenscheidt')).toEqual(['p3']);
  expect(await idsFor('zoe.mueller@')).toEqual(['p1']);
  expect(await idsFor('example.com')).toEqual([]);
  expect(await idsFor('p')).toEqual(['p1', 'p2', 'p3', 'p10']);
  expect(await idsFor('p1')).toEqual(['p1']);
  const { people } = await engine.directory.search('p2');
  expect(people).toEqual([{ id: 'p2', displayName: 'Ada Lovelace', mail: 'ada@example.com' }]);
  expect(await engine.directory.search('p', { top: 2 })).toMatchObject({
    isCut: true,
    people: { length: 2 },
  });
  for (const text of ['  ', 'a\nb', 'x'.repeat(257), 1 as never])
    expect(await codeOf(engine.directory.search(text))).toBe('InvalidArgument');
  await engine.close();
});
