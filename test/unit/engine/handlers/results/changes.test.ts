import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf } from '../../../../../src/engine/handlers/results/changes.ts';
import { LIMITS } from '../../../../../src/model/limits.ts';
import { makeWorld, workflowInput } from '../../../../helpers/world.ts';

describe('the changes of a handler', () => {
  it('are kept as they are, and absent when there are none', () => {
    expect(changesOf(['left Sales', 'left Berlin'])).toEqual(['left Sales', 'left Berlin']);
    expect([undefined, null, []].map(changesOf)).toEqual([null, null, null]);
  });

  it('are cut, with an ellipsis, after 200 characters', () => {
    const [whole, cut] = changesOf(['x'.repeat(200), 'x'.repeat(201)]) ?? [];
    expect(whole).toBe('x'.repeat(200));
    expect(cut).toBe(`${'x'.repeat(199)}…`);
  });

  it('beyond a hundred are counted by the last one', () => {
    const all = Array.from({ length: 100 }, (_, no) => `group ${no}`);
    expect(changesOf(all)).toEqual(all);
    expect(changesOf([...all, 'one more'])).toEqual([...all.slice(0, 99), '… and 2 more']);
  });

  it('stay within their bounds, whatever texts are given', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 130 }), (given) => {
        const changes = changesOf(given) ?? [];
        expect(changes.length).toBeLessThanOrEqual(LIMITS.changesMax);
        for (const change of changes) {
          expect(change.length).toBeLessThanOrEqual(LIMITS.changeLengthMax);
          expect(change.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['left Sales', 'Expected `changes` of the handler’s result to be an array of texts, got `"left Sales"`'],
    [[1], 'Expected `changes[0]` of the handler’s result to be a text, got `1`'],
    [{ length: 2 }, 'to be an array of texts'],
  ])('%j are refused by name', (value, message) => {
    expect(() => changesOf(value)).toThrow(message.replace('’', "'"));
  });
});

it('changes of a handler are in the result of its task, found by a part of their text', async () => {
  const { engine, clock, events } = makeWorld({
    tasks: {
      leave: ({ subject }) => ({ processingInfo: 'as asked', changes: [`removed ${subject.id} from Sales`] }),
      rest: () => ({ changes: [] }),
    },
  });
  const workflow = await engine.workflows.create(workflowInput(['leave', 'rest']));
  await engine.start();
  const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1', 'u2'] });
  await clock.until(engine.runs.waitFor(id));
  const found = async (changes: string) =>
    (await engine.taskProcessingResults.list(id, { changes })).value.map((result) => result.changes);
  expect(await found('u2 from')).toEqual([['removed u2 from Sales']]);
  expect(await found('')).toEqual([['removed u1 from Sales'], ['removed u2 from Sales']]);
  expect(await found('Berlin')).toEqual([]);
  const ofWorkflow = await engine.taskProcessingResults.listOfWorkflow(workflow.id, { changes: 'u1' });
  expect(ofWorkflow.value).toMatchObject([
    { processingInfo: 'as asked', code: null, changes: ['removed u1 from Sales'] },
  ]);
  const completed = events.filter(({ name }) => name === 'task.completed');
  expect(completed.map(({ payload }) => (payload as { changes: unknown }).changes)).toContainEqual([
    'removed u1 from Sales',
  ]);
  await engine.close();
});

it('a handler whose changes are no texts fails at once, with the reason', async () => {
  let calls = 0;
  const { engine, clock } = makeWorld({
    tasks: {
      bad: {
        retry: { attempts: 3 },
        run: () => {
          calls += 1;
          return { changes: [7] } as never;
        },
      },
    },
  });
  const workflow = await engine.workflows.create(workflowInput(['bad']));
  await engine.start();
  const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
  await clock.until(engine.runs.waitFor(id));
  expect((await engine.taskProcessingResults.list(id)).value).toMatchObject([
    {
      processingStatus: 'failed',
      code: 'InvalidResult',
      failureReason: "Expected `changes[0]` of the handler's result to be a text, got `7`",
    },
  ]);
  expect(calls).toBe(1);
  await engine.close();
});
