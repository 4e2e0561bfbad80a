import { expect, it } from 'vitest';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { codeOf, makeWorld, people, scheduledInput, workflowInput } from '../../../helpers/world.ts';

const department = (no: number) => ({
  department: no % 3 === 0 ? 'IT' : 'Sales',
  city: no > 30 ? 'Rome' : 'Oslo',
});

it('who falls in or out of scope is counted from one version to another, either way', async () => {
  const { engine } = makeWorld({ subjects: people(60, department) });
  const { workflows } = engine;
  const { id, displayName, category, tasks } = await workflows.create(scheduledInput(['a']));
  const { executionConditions } = scheduledInput(['a'], { rule: "city eq 'Rome'" });
  const content = { displayName, category, tasks, executionConditions };
  await workflows.createNewVersion(id, content as never);
  const difference = await workflows.scopeDifference(id, { before: 1, after: 2 });
  // 40 are in Sales; 30 are in Rome, 10 of them in IT.
  expect(difference).toMatchObject({
    examinedUsersCount: 60,
    isCut: false,
    beforeUsersCount: 40,
    afterUsersCount: 30,
    entering: { usersCount: 10 },
    leaving: { usersCount: 20 },
  });
  expect(difference.entering.sampleIds.slice(0, 2)).toEqual(['u33', 'u36']);
  const back = await workflows.scopeDifference(id, { before: 2, after: 1 });
  expect([back.entering, back.leaving]).toEqual([difference.leaving, difference.entering]);
  expect(await codeOf(workflows.scopeDifference(id, { before: 1, after: 9 }))).toBe('NotFound');
  expect(await codeOf(workflows.scopeDifference(id, { before: 0, after: 1 }))).toBe('InvalidArgument');
  await engine.close();
});

it('a version that runs on demand only has no one in scope, and a reading that takes too long is cut', async () => {
  const clock = new VirtualClock();
  async function* query() {
    for (const person of people(2_500)) {
      if (person.id === 'u500') await clock.advance(2_000);
      yield person;
    }
  }
  const { engine } = makeWorld({ clock, directory: { query, get: async () => [] } });
  const { id } = await engine.workflows.create(workflowInput(['a']));
  expect(await engine.workflows.scopeDifference(id, { before: 1, after: 1, timeoutMs: 1_000 })).toEqual({
    examinedUsersCount: 1_000,
    isCut: true,
    beforeUsersCount: 0,
    afterUsersCount: 0,
    entering: { usersCount: 0, sampleIds: [] },
    leaving: { usersCount: 0, sampleIds: [] },
  });
  await engine.close();
});
