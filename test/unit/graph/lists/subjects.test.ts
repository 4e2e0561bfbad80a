import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { subjectSummary, subjectsOfReport } from '../../../../src/graph/lists/subjects.ts';
import type { Call } from '../../../../src/graph/routes/route.ts';
import { arrayDirectory, createEngine, type Engine } from '../../../../src/index.ts';
import { workflowBody } from '../../../graph/support.ts';

const PEOPLE = Array.from({ length: 300 }, (_, index) => ({ id: `p${index}` }));
let engine: Engine;
let call: Call;
/** Users whose tasks were read. */
let reads = 0;

/** A run that does again what failed: the first task for half of its users, the second for the others. */
beforeAll(async () => {
  engine = await createEngine({
    directory: arrayDirectory(PEOPLE),
    tasks: {
      even: ({ subject }) => failFor(subject.id, 0),
      odd: ({ subject }) => failFor(subject.id, 1),
    },
  });
  await engine.start();
  const body = workflowBody('Onboard', ['even', 'odd']) as { tasks: object[] };
  const tasks = body.tasks.map((task) => ({ ...task, continueOnError: true }));
  const { id: workflow } = await engine.workflows.create({ ...body, tasks } as never);
  const origin = await engine.runs.activate(workflow, { subjects: PEOPLE });
  await engine.runs.waitFor(origin.id);
  const run = await engine.runs.reprocess(origin.id, {
    taskScope: 'failedTasks',
    userScope: 'failedUsers',
  });
  await engine.runs.waitFor(run.id);
  const [report] = await engine.taskReports.list(run.id);
  const keys = { workflow, report: report?.id };
  call = { engine: counting(engine), keys, given: keys, turn } as never as Call;
});
afterAll(() => engine.close());

function failFor(id: string, remainder: number): void {
  if (Number(id.slice(1)) % 2 === remainder) throw new Error('It fails');
}

function counting(of: Engine): Engine {
  const { taskProcessingResults: results } = of;
  const listOfUser: typeof results.listOfUser = (...args) => {
    reads += 1;
    return results.listOfUser(...args);
  };
  return { ...of, taskProcessingResults: { ...results, listOfUser } };
}

/** What `work` gives, and how many users it read at most before the host had a turn. */
async function stretches<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly longest: number }> {
  let [before, longest, isOver] = [reads, 0, false];
  const look = (): void => {
    longest = Math.max(longest, reads - before);
    before = reads;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  const value = await work();
  isOver = true;
  look();
  return { value, longest };
}

it('of a report that counts some users only are read a part at a time', async () => {
  const request = { filter: null, order: null, limit: 300, after: null, turn };
  const { value, longest } = await stretches(() => subjectsOfReport(call).page(request));
  expect(value.rows.map((row) => row.isCounted)).toEqual(PEOPLE.map((_, index) => index % 2 === 0));
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(100);
});

it('so are those that its summary counts', async () => {
  const ever = ['2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z'] as const;
  const { value, longest } = await stretches(() => subjectSummary(call, ...ever));
  expect(value).toMatchObject({ totalSubjects: 150, failedSubjects: 150 });
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(100);
});
