import { describe, expect, it } from 'vitest';
import { normalizedDirectory } from '../../../src/engine/normalized-directory.ts';
import { pickFrom } from '../../../src/engine/selection/pick-from.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { Subject } from '../../../src/model/subject.ts';
import type { Directory } from '../../../src/ports/directory.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { allUsers, makeWorld, scheduledInput, workflowInput } from '../../helpers/world.ts';

/** A host's own directory, which finds people whatever blanks surround their ids. */
function ownDirectory(people: readonly Subject[]): Directory {
  return {
    get: async (ids) => people.filter(({ id }) => ids.includes(id.trim().normalize('NFC'))),
    async *query() {
      yield* people;
    },
  };
}

/** Everybody whom the engine gets of a directory. */
async function fromQuery(directory: Directory): Promise<Subject[]> {
  const found: Subject[] = [];
  for await (const batch of pickFrom(directory.query(null), (subject) => subject)) found.push(...batch);
  return found;
}

describe('the ids of a directory of the host', () => {
  it('are normalized in the results of query, get and changes', async () => {
    const directory = normalizedDirectory(
      {
        ...ownDirectory([{ id: 'u1\u00a0', city: 'Rome' }, { id: 'Zoe\u0308' }]),
        changes: async () => ({ subjectIds: ['u1 ', 'Zoe\u0308'], token: 't' }),
      },
      new VirtualClock(),
    );
    expect(await fromQuery(directory)).toEqual([{ id: 'u1', city: 'Rome' }, { id: 'Zo\u00eb' }]);
    expect(await directory.get(['u1'])).toEqual([{ id: 'u1', city: 'Rome' }]);
    expect(await directory.changes?.(null)).toEqual({ subjectIds: ['u1', 'Zo\u00eb'], token: 't' });
  });

  it('have no `changed` where the host has none, and are all observed where it returns null', async () => {
    expect(normalizedDirectory(ownDirectory([]), new VirtualClock()).changes).toBeUndefined();
    const untold = { ...ownDirectory([]), changes: async () => ({ subjectIds: null, token: 't' }) };
    expect(await normalizedDirectory(untold, new VirtualClock()).changes?.(null)).toEqual({
      subjectIds: null,
      token: 't',
    });
  });

  it.each([
    ['empty', { id: ' ' }, 'got `" "`'],
    ['of control characters', { id: 'u\u0000' }, 'got `"u\\u0000"`'],
    ['no text', { id: 5 }, 'got `5`'],
    ['of nobody', null, 'got nothing'],
  ])('that are %s end a query, with their position', async (_name, subject, words) => {
    const people = [{ id: 'u1' }, subject as unknown as Subject];
    const error: unknown = await fromQuery(
      normalizedDirectory(ownDirectory(people), new VirtualClock()),
    ).catch((reason) => reason);
    expect(LifecycleError.is(error) && error.details).toEqual({ field: 'directory' });
    expect(String(error)).toMatch(/the id of subject 1 of the directory's query to be an id .*, got /);
    expect(String(error)).toContain(words);
  });

  it('that are invalid are left out of the results of get', async () => {
    const get = async () => [null, { id: '' }, { id: 'u1 ' }] as unknown as Subject[];
    expect(await normalizedDirectory({ ...ownDirectory([]), get }, new VirtualClock()).get(['u1'])).toEqual([
      { id: 'u1' },
    ]);
  });
});

describe('a run for subjects', () => {
  it('has a subject once that is named in several spellings', async () => {
    const { engine, clock } = makeWorld({ subjects: [{ id: 'u1' }, { id: 'Zoe\u0308' }] });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const subjects = ['u1', ' u1', { id: 'u1\u00a0' }, 'Zo\u00eb', 'Zoe\u0308'];
    const { id } = await engine.runs.activate(workflow.id, { subjects });
    const run = await clock.until(engine.runs.waitFor(id));
    expect([run.totalUsersCount, run.successfulUsersCount]).toEqual([2, 2]);
  });

  it.each(['', '\u200b', 'u1\u0000', 'u\n1'])('refuses the id %j, naming its index', async (subject) => {
    const { engine } = makeWorld();
    const workflow = await engine.workflows.create(workflowInput(['a']));
    const error: unknown = await engine.runs
      .activate(workflow.id, { subjects: ['u1', subject] })
      .catch((reason) => reason);
    expect(LifecycleError.is(error) && [error.code, error.details.field]).toEqual([
      'InvalidArgument',
      'subjects[1]',
    ]);
  });

  it('that a slot makes due runs for people of a directory with blanks in its ids', async () => {
    const clock = makeWorld().clock;
    const employeeHireDate = clock.iso();
    const directory = ownDirectory([{ id: 'u1 ', employeeHireDate, department: 'Sales' }]);
    const { engine } = makeWorld({ clock, directory });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    const { run } = await engine.runs.evaluate(workflow.id);
    await clock.until(engine.start());
    await clock.until(engine.runs.waitFor(run?.id ?? ''));
    const [user] = await allUsers(engine, run?.id ?? '');
    expect([user?.subject.id, user?.processingStatus]).toEqual(['u1', 'completed']);
  });
});
