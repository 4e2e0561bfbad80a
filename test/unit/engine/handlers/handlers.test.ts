/** Handlers, their arguments and subjects. */

import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../src/model/subject.ts';
import { defineTask } from '../../../../src/ports/task-handler.ts';
import { expectNoUnhandledRejection } from '../../../helpers/unhandled-rejections.ts';
import { codeOf, expectRecount, idsOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

expectNoUnhandledRejection();

describe('handlers', () => {
  it('a promise whose own then throws fails its task', async () => {
    const { engine, clock } = makeWorld({
      tasks: {
        a: () => {
          const promise = Promise.resolve();
          Object.defineProperty(promise, 'then', {
            value: () => {
              throw new Error('no then');
            },
          });
          return promise;
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('failed');
  });

  it('a handler of the catalogue gets all its arguments, empty where the workflow gives none', async () => {
    const seen: unknown[] = [];
    const { engine, clock } = makeWorld({
      tasks: {
        addUserToGroups: ({ arguments: { groupID } }) => void seen.push(groupID),
        own: defineTask({ run: ({ arguments: given }) => void seen.push({ ...given }) }),
      },
    });
    const workflow = await engine.workflows.create(
      workflowInput([
        { id: 'addUserToGroups' },
        { id: 'addUserToGroups', arguments: [{ name: 'groupID', value: 'all' }] },
        'own',
      ]),
    );
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    expect(seen).toEqual(['', 'all', {}]);
  });

  it('arguments that a schema made cannot be changed by one call for another', async () => {
    const seen: number[] = [];
    const { engine, clock } = makeWorld({
      concurrency: 1,
      tasks: {
        a: {
          run: ({ arguments: args }: { arguments: { groups: string[] } }) => {
            seen.push(args.groups.length);
            try {
              args.groups.push('intruder');
            } catch {
              // Frozen: as it should be.
            }
          },
          argumentsSchema: {
            '~standard': {
              version: 1,
              vendor: 'test',
              validate: () => ({ value: { groups: ['one'] } }),
            },
          },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    await clock.until(engine.runs.waitFor(run.id));
    expect(seen).toEqual([1, 1, 1]);
  });

  it('a schema may return a value that cannot be frozen', async () => {
    const { engine, clock } = makeWorld({
      tasks: {
        a: {
          run: () => {},
          argumentsSchema: {
            '~standard': { version: 1, vendor: 'test', validate: () => ({ value: new Uint8Array(4) }) },
          },
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    expect(await clock.until(codeOf(engine.runs.activate(workflow.id, { subjects: ['u1'] })))).toBe(
      'no error',
    );
  });

  it('a handler under a GUID in upper case serves the tasks of that GUID', async () => {
    const guid = 'ABCDEF01-2345-4678-9ABC-DEF012345678';
    const { engine, clock } = makeWorld({ tasks: { [guid]: () => {} } });
    const workflow = await engine.workflows.create(workflowInput([guid]));
    await clock.until(engine.start());
    const run = await clock.until(engine.runs.activate(workflow.id, { subjects: ['u1'] }));
    expect((await clock.until(engine.runs.waitFor(run.id))).processingStatus).toBe('completed');
  });

  it('a concurrency that is not a whole number is refused', async () => {
    expect(() => makeWorld({ tasks: { a: { run: () => {}, concurrency: 1.5 } } })).toThrow(/whole number/);
  });

  it('a subject that refers to itself does not fail its task', async () => {
    const loop: Record<string, unknown> = { id: 'u1' };
    loop.manager = { reports: [loop] };
    const { engine, clock } = makeWorld({
      subjects: [loop as Subject],
      tasks: { a: ({ subject }) => void subject.id },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const done = await clock.until(engine.runs.waitFor(run.id));
    expect(done.processingStatus).toBe('completed');
    await expectRecount(engine, done);
  });

  it('cannot change a date of the directory through their subject', async () => {
    const hired = new Date('2026-01-01T00:00:00Z');
    const { engine, clock } = makeWorld({
      subjects: [{ id: 'u1', employeeHireDate: hired }],
      tasks: {
        a: ({ subject }) => {
          (subject.employeeHireDate as Date).setFullYear(1999);
        },
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    expect(hired.toISOString()).toBe('2026-01-01T00:00:00.000Z');
  });
});
