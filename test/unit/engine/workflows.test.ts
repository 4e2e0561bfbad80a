/** Forecasts of a workflow: who would be taken at the next slot, and whether that is too many. */
import { describe, expect, it } from 'vitest';
import type { WorkflowInput } from '../../../src/ledger/input/workflow.ts';
import type { UserProcessingResult } from '../../../src/model/resources/resources.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { HOUR_MS } from '../../../src/model/time.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import { codeOf, makeWorld, scheduledInput, workflowInput } from '../../helpers/world.ts';

const NOW = '2026-03-02T13:00:00Z';
/** Slots are 3 hours apart. */
const NEXT_SLOT = '2026-03-02T15:00:00.000Z';
const hired = (id: string, employeeHireDate = '2026-03-02', department = 'Sales'): Subject => ({
  id,
  department,
  employeeHireDate,
});

async function world(subjects: readonly Subject[], more: Partial<WorkflowInput> = {}) {
  const made = makeWorld({ clock: new VirtualClock(NOW), subjects });
  const { workflows } = made.engine;
  const { id } = await workflows.create(scheduledInput(['a', { id: 'off', isEnabled: false }, 'b'], more));
  const ids = async (options = {}) => {
    const page = await workflows.eligible(id, options);
    return { ids: page.value.map(({ subject }) => subject.id), nextToken: page.nextToken };
  };
  return { ...made, workflows, id, ids };
}

const bounds = (threshold: number) => ({
  settings: { quarantineConfiguration: { matchMode: 'any', conditions: [{ threshold }] } },
});

describe('the subjects who are eligible at the next slot', () => {
  it('are those in scope whose moment has come by then, by id', async () => {
    const { ids } = await world([
      hired('c'),
      hired('at the slot', NEXT_SLOT),
      hired('after it', '2026-03-02T15:00:00.001Z'),
      hired('old', '2026-02-01'),
      hired('other', '2026-03-02', 'IT'),
      hired('a'),
    ]);
    expect(await ids()).toEqual({ ids: ['a', 'at the slot', 'c'], nextToken: null });
  });

  it('are queued results of the slot that exist nowhere else', async () => {
    const { workflows, id, engine } = await world([hired('ada')]);
    const expected: UserProcessingResult = {
      id: `${id}_1_ada`,
      subject: { id: 'ada' },
      processingStatus: 'queued',
      workflowExecutionType: 'scheduled',
      workflowVersion: 1,
      scheduledDateTime: NEXT_SLOT,
      startedDateTime: null,
      completedDateTime: null,
      totalTasksCount: 2,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 2,
    };
    expect((await workflows.eligible(id)).value).toEqual([expected]);
    expect(await workflows.eligibleSubject(id, `${id}_1_ada`)).toEqual(expected);
    expect((await engine.runs.list(id)).value).toEqual([]);
  });

  it('come in pages of the size that is asked for, each subject once, whatever order the directory has', async () => {
    const names = ['f', 'b', 'é', 'a', 'Z', '10', '9', 'c'];
    const { ids } = await world(names.map((name) => hired(name)));
    const seen: string[][] = [];
    for (let after: string | undefined; ; ) {
      const page = await ids({ top: 3, ...(after === undefined ? {} : { after }) });
      seen.push(page.ids);
      if (page.nextToken === null) break;
      after = page.nextToken;
    }
    expect(seen.map((page) => page.length)).toEqual([3, 3, 2]);
    expect(seen.flat()).toEqual([...names].sort());
  });

  it('fill a page exactly, without a token for a page that would be empty', async () => {
    const { ids } = await world([hired('a'), hired('b')]);
    expect(await ids({ top: 2 })).toEqual({ ids: ['a', 'b'], nextToken: null });
  });

  it('include those who were processed before', async () => {
    const { ids, engine, id, clock } = await world([hired('a')]);
    await clock.until(engine.start());
    await clock.until(engine.runs.evaluate(id));
    await clock.settle();
    expect((await ids()).ids).toEqual(['a']);
  });

  it('are none of a workflow that is not scheduled, or that runs on demand only', async () => {
    const { ids, workflows, id } = await world([hired('a')]);
    const onDemand = await workflows.create(workflowInput(['a']));
    expect(await workflows.eligible(onDemand.id)).toEqual({ value: [], nextToken: null });
    await workflows.update(id, { isSchedulingEnabled: false });
    expect(await ids()).toEqual({ ids: [], nextToken: null });
    expect(await codeOf(workflows.eligibleSubject(id, `${id}_1_a`))).toBe('NotFound');
  });

  it.each([{ top: 0 }, { top: 1_000 }, { top: 1.5 }, { limit: 5 }])(
    'are refused with the options %j',
    async (options) => {
      const { workflows, id } = await world([]);
      expect(await codeOf(workflows.eligible(id, options as never))).toBe('InvalidArgument');
    },
  );

  it('are refused of an unknown or deleted workflow', async () => {
    const { workflows, id } = await world([]);
    await workflows.delete(id);
    for (const one of [id, 'x']) {
      expect(await codeOf(workflows.eligible(one))).toBe('NotFound');
      expect(await codeOf(workflows.eligibleSubject(one, 'x'))).toBe('NotFound');
      expect(await codeOf(workflows.wouldQuarantine(one))).toBe('NotFound');
    }
  });

  it.each(['ada', '', 'ghost', 'later'])('do not include the result of %j', async (subject) => {
    const { workflows, id } = await world([hired('ada'), hired('later', '2026-03-09')]);
    const resultId = subject === 'ada' ? `${id}_2_ada` : `${id}_1_${subject}`;
    await expect(workflows.eligibleSubject(id, resultId)).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected \`${resultId}\` to be in the execution scope of workflow ${id}, got no such user`,
      details: { id: resultId },
    });
  });
});

describe('the forecast of the next slot', () => {
  it('counts the users that a run would have, and has no quarantine without bounds', async () => {
    const { workflows, id } = await world([hired('a'), hired('b'), hired('other', '2026-03-02', 'IT')]);
    expect(await workflows.wouldQuarantine(id)).toEqual({ usersCount: 2, quarantine: null });
  });

  it.each([
    [2, false],
    [1, true],
  ])('of 2 users with a bound of %i: in quarantine is %s', async (threshold, isQuarantined) => {
    const { workflows, id } = await world([hired('a'), hired('b')], bounds(threshold) as never);
    const { usersCount, quarantine } = await workflows.wouldQuarantine(id);
    expect(usersCount).toBe(2);
    expect(quarantine?.quarantineType ?? null).toBe(isQuarantined ? 'countBasedThresholdExceeded' : null);
  });

  it('changes nothing: no run, no admission, no quarantine of the workflow', async () => {
    const { workflows, id, engine, store } = await world([hired('a')], bounds(0) as never);
    const before = await workflows.get(id);
    await workflows.wouldQuarantine(id);
    expect(await workflows.get(id)).toEqual(before);
    expect((await engine.runs.list(id)).value).toEqual([]);
    expect(await store.getAdmissions(id, ['a'])).toEqual([]);
  });

  it('does not count those who have been taken already', async () => {
    const { workflows, id, engine, clock } = await world([hired('a'), hired('b', NEXT_SLOT)]);
    await clock.until(engine.start());
    await clock.until(engine.runs.evaluate(id));
    await clock.settle();
    expect((await workflows.wouldQuarantine(id)).usersCount).toBe(1);
  });

  it('of a workflow that runs on demand only has no users', async () => {
    const { workflows } = await world([hired('a')]);
    const { id } = await workflows.create(workflowInput(['a']));
    expect(await workflows.wouldQuarantine(id)).toEqual({ usersCount: 0, quarantine: null });
  });

  it('of a workflow whose tasks are all disabled has no users, as its slot makes no run', async () => {
    const { workflows } = await world([hired('a')]);
    const { id } = await workflows.create(scheduledInput([{ id: 'a', isEnabled: false }]));
    expect((await workflows.wouldQuarantine(id)).usersCount).toBe(0);
  });

  it('is of the interval that the settings have', async () => {
    const { workflows, id, engine } = await world([hired('a', '2026-03-02T17:00:00Z')]);
    expect((await workflows.wouldQuarantine(id)).usersCount).toBe(0);
    await engine.settings.update({ workflowScheduleIntervalInHours: 6 });
    expect((await workflows.wouldQuarantine(id)).usersCount).toBe(1);
  });
});

it('the previewed subjects of a workflow without a preview are none, and of an unknown one refused', async () => {
  const { workflows, id, clock } = await world([]);
  await clock.advance(HOUR_MS);
  expect(await workflows.previewedSubjects(id)).toEqual([]);
  expect(await codeOf(workflows.previewedSubjects('x'))).toBe('NotFound');
  expect(await codeOf(workflows.unrunnableTasks('x'))).toBe('NotFound');
});
