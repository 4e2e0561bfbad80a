import { expect, it } from 'vitest';
import { candidatesInGroup } from '../../../../src/engine/selection/groups.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

const people: readonly Subject[] = [
  { id: 'ada', memberOf: ['G1'] },
  { id: 'bob', memberOf: 'g2;g1' },
  { id: 'cy' },
];

const streamed = async function* (subjects: readonly Subject[]) {
  yield* subjects;
};

async function idsIn(directory: Directory): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const some of candidatesInGroup('g1', directory))
    ids.push(...some.map(({ subjectId }) => subjectId));
  return ids;
}

it('the members of a group are those whose memberOf has it, when the directory does not know groups', async () => {
  expect(await idsIn({ get: async () => [], query: () => streamed(people) })).toEqual(['ada', 'bob']);
});

it('a directory that knows groups is asked for the members only', async () => {
  const asked: string[] = [];
  const directory: Directory = {
    get: async () => [],
    query: () => {
      throw new Error('asked for all people');
    },
    membersOf: (groupId) => {
      asked.push(groupId);
      return streamed([{ id: ' cy ' }]);
    },
  };
  expect([await idsIn(directory), asked]).toEqual([['cy'], ['g1']]);
});

it('an activation for a group runs for the members that the directory names', async () => {
  const directory: Directory = {
    get: async (ids) => people.filter(({ id }) => ids.includes(id)),
    query: () => streamed(people),
    membersOf: () => streamed([{ id: 'cy' }]),
  };
  const { engine, clock } = makeWorld({ directory });
  const workflow = await engine.workflows.create(workflowInput(['work']));
  await clock.until(engine.start());
  const { id } = await engine.runs.activateWithScope(workflow.id, { group: { id: 'g9' } });
  await clock.until(engine.runs.waitFor(id));
  const { value } = await engine.userProcessingResults.list(id);
  expect(value.map(({ subject }) => subject.id)).toEqual(['cy']);
});
