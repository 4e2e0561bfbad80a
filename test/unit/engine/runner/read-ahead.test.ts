/** Users are read ahead with their subjects, who are to be known as they are just before their user starts. */
import { expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { makeWorld, people, workflowInput } from '../../../helpers/world.ts';

const EVERYBODY = "not (department eq 'nobody')";

/** A directory that counts how often each subject is fetched. */
function counting(directory: Directory) {
  const fetched = new Map<string, number>();
  const counted: Directory = {
    get: (ids) => {
      for (const id of ids) fetched.set(id, (fetched.get(id) ?? 0) + 1);
      return directory.get(ids);
    },
    query: (rule) => directory.query(rule),
  };
  return { directory: counted, fetched };
}

it('a quick run fetches each subject from the directory once', async () => {
  const { directory, fetched } = counting(arrayDirectory(people(2_000)));
  const { engine, clock } = makeWorld({ directory });
  const workflow = await engine.workflows.create(workflowInput(['a', 'b']));
  await clock.until(engine.start());
  const run = await clock.until(engine.runs.activate(workflow.id, { rule: EVERYBODY }));
  await clock.until(engine.runs.waitFor(run.id));
  expect(fetched.size).toBe(2_000);
  expect([...new Set(fetched.values())]).toEqual([1]);
});

it('a slow run fetches subjects once more that were fetched more than a second ago', async () => {
  const clock = new VirtualClock();
  let people = [{ id: 'u1' }, { id: 'u2' }, { id: 'u3' }].map((one) => ({ ...one, jobTitle: 'before' }));
  const { directory, fetched } = counting({
    get: (ids) => arrayDirectory(people).get(ids),
    query: (rule) => arrayDirectory(people).query(rule),
  });
  const seen: unknown[] = [];
  const { engine } = makeWorld({
    clock,
    directory,
    concurrency: 1,
    tasks: {
      '*': ({ subject }) => {
        seen.push([subject.id, subject.jobTitle]);
        people = people.map(({ id }) => ({ id, jobTitle: 'after' }));
        return new Promise((resolve) => void clock.setTimer(600, () => resolve(undefined)));
      },
    },
  });
  const workflow = await engine.workflows.create(workflowInput(['a']));
  await clock.until(engine.start());
  const run = await clock.until(engine.runs.activate(workflow.id, { rule: EVERYBODY }));
  await clock.until(engine.runs.waitFor(run.id));
  expect(seen).toEqual([
    ['u1', 'before'],
    ['u2', 'before'],
    ['u3', 'after'],
  ]);
  expect(Object.fromEntries(fetched)).toEqual({ u1: 1, u2: 1, u3: 2 });
});
