/** Runs on demand and slots on request: who is taken, and every refusal. */
import { describe, expect, it } from 'vitest';
import type { Activation } from '../../../src/engine/activation.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  allUsers,
  codeOf,
  idsOf,
  makeWorld,
  people,
  scheduledInput,
  type WorldOptions,
  workflowInput,
} from '../../helpers/world.ts';

const NOW = '2026-03-02T13:00:00Z';

/** A world with people who were hired today, every other one in Sales, and a workflow on demand. */
async function world(options: WorldOptions = {}) {
  const subjects = people(6, (no) => ({
    department: no % 2 === 1 ? 'Sales' : 'IT',
    employeeHireDate: '2026-03-02',
  }));
  const made = makeWorld({ clock: new VirtualClock(NOW), subjects, ...options });
  const workflow = await made.engine.workflows.create(workflowInput(['a', 'b']));
  const subjectsOf = async (runId: string) =>
    (await allUsers(made.engine, runId)).map(({ subject }) => subject.id);
  const activate = (activation: unknown, author?: unknown) =>
    made.engine.runs.activate(workflow.id, activation as Activation, author as never);
  return { ...made, workflow, subjectsOf, activate };
}

describe('an activation', () => {
  it('makes a queued run on demand, scheduled now, before the engine is started', async () => {
    const { activate, workflow, clock, events } = await world();
    expect(await activate({ subjects: ['u1', 'u2'] }, { by: 'ada' })).toMatchObject({
      workflow: { id: workflow.id, displayName: workflow.displayName, version: 1 },
      workflowExecutionType: 'onDemand',
      processingStatus: 'queued',
      scheduledDateTime: clock.iso(),
      createdBy: { id: 'ada' },
      activatedOnScope: null,
      totalUsersCount: 2,
      totalTasksCount: 4,
      totalUnprocessedTasksCount: 4,
    });
    expect(events.map(({ name }) => name)).toEqual(['run.created']);
  });

  it.each<[string, unknown[], string[]]>([
    ['ids', ['u2', 'u1'], ['u2', 'u1']],
    ['objects with an id', [{ id: 'u3' }, 'u1'], ['u3', 'u1']],
    ['repeated ids', ['u1', { id: 'u1' }, 'u1'], ['u1']],
  ])('takes subjects as %s, in their order, each once', async (_, subjects, expected) => {
    const { activate, subjectsOf } = await world();
    expect(await subjectsOf((await activate({ subjects })).id)).toEqual(expected);
  });

  it('by a rule takes those that it selects now', async () => {
    const { activate, subjectsOf } = await world();
    const run = await activate({ rule: "department eq 'Sales'" });
    expect(await subjectsOf(run.id)).toEqual(['u1', 'u3', 'u5']);
  });

  it('may be repeated: each makes a run of its own', async () => {
    const { activate } = await world();
    const [first, second] = [await activate({ subjects: ['u1'] }), await activate({ subjects: ['u1'] })];
    expect(first.id).not.toBe(second.id);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['nothing', {}, 'InvalidArgument', /either subjects or a rule, or a provisioningObject, got neither/],
    [
      'two kinds of subjects at once',
      { subjects: ['u1'], rule: "department eq 'Sales'" },
      'InvalidArgument',
      /got subjects and rule/,
    ],
    ['no object', null, 'InvalidArgument', /an object/],
    ['an unknown property', { people: ['u1'] }, 'InvalidArgument', /people/],
    ['no subjects', { subjects: [] }, 'InvalidArgument', /an array of at least one id/],
    ['subjects that are no array', { subjects: 'u1' }, 'InvalidArgument', /an array of at least one id/],
    ['a subject that is no id', { subjects: [7] }, 'InvalidArgument', /subjects\[0\]/],
    ['an unknown subject', { subjects: ['u1', 'x'] }, 'SubjectUnknown', /`x`/],
    ['a rule that is no text', { rule: 5 }, 'InvalidArgument', /rule/],
    ['a rule that cannot be read', { rule: 'department eq' }, 'InvalidFilter', /./],
    [
      'a rule that selects no one',
      { rule: "department eq 'HR'" },
      'InvalidArgument',
      /Expected rule to select at least one person, got none/,
    ],
  ])('of %s is refused, and makes no run', async (_, activation, code, message) => {
    const { activate, engine } = await world();
    await expect(activate(activation)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect((await engine.runs.list()).value).toEqual([]);
  });

  it('by an author of another type is refused before anything else is read', async () => {
    const { activate } = await world();
    expect(await codeOf(activate({ subjects: ['u1'] }, { by: 7 }))).toBe('InvalidArgument');
  });

  it('of more subjects than the limit is refused as LimitExceeded, by ids and by a rule', async () => {
    const { activate } = await world({ limits: { subjectsPerActivationMax: 2 } });
    for (const activation of [{ subjects: idsOf(3) }, { rule: "department eq 'Sales'" }])
      await expect(activate(activation)).rejects.toMatchObject({
        code: 'LimitExceeded',
        details: { limit: 'subjectsPerActivationMax', max: 2 },
      });
    expect((await activate({ subjects: idsOf(2) })).totalUsersCount).toBe(2);
  });

  it('by a rule of an attribute that no subject has says so in its refusal', async () => {
    const { activate } = await world();
    await expect(activate({ rule: "departmnt eq 'Sales'" })).rejects.toMatchObject({
      code: 'InvalidArgument',
      message: expect.stringMatching(/No person has departmnt.*department may be meant/),
      details: { field: 'rule', selection: { takenCount: 0 } },
    });
  });
});

describe('an activation of a workflow that cannot run', () => {
  it.each<[string, (world: Awaited<ReturnType<typeof makeWorkflowWorld>>) => Promise<unknown>, string]>([
    [
      'is disabled',
      ({ engine, id }) => engine.workflows.update(id, { isEnabled: false }),
      'WorkflowDisabled',
    ],
    ['is deleted', ({ engine, id }) => engine.workflows.delete(id), 'NotFound'],
  ])('because it %s is refused', async (_, change, code) => {
    const made = await makeWorkflowWorld();
    await change(made);
    expect(await codeOf(made.engine.runs.activate(made.id, { subjects: ['u1'] }))).toBe(code);
    expect(await codeOf(made.engine.runs.evaluate(made.id))).toBe(code);
  });

  it('because a task has no handler is refused, naming the definition', async () => {
    const { engine } = makeWorld({ tasks: { a: () => {} } });
    const { id } = await engine.workflows.create(workflowInput(['a', 'missing']));
    await expect(engine.runs.activate(id, { subjects: ['u1'] })).rejects.toMatchObject({
      code: 'HandlerMissing',
      message: expect.stringContaining('missing'),
    });
  });

  it('because the engine was stopped is refused', async () => {
    const { engine, clock, activate } = await world();
    await clock.until(engine.start());
    await clock.until(engine.stop());
    await expect(activate({ subjects: ['u1'] })).rejects.toMatchObject({
      code: 'EngineStopped',
      message: 'Expected a running engine, got one that was stopped',
    });
  });
});

async function makeWorkflowWorld() {
  const made = await world();
  const { id } = await made.engine.workflows.create(scheduledInput(['a']));
  return { ...made, id };
}

describe('a slot that is evaluated on request', () => {
  it('is the one that the present lies in, and takes those that are due', async () => {
    const { engine, id, subjectsOf } = await makeWorkflowWorld();
    const { slotDateTime, run, selection } = await engine.runs.evaluate(id, {}, { by: 'ada' });
    expect(slotDateTime).toBe('2026-03-02T12:00:00.000Z');
    expect(run).toMatchObject({
      workflowExecutionType: 'scheduled',
      createdBy: { id: 'ada' },
      totalUsersCount: 3,
    });
    expect(await subjectsOf(run?.id ?? '')).toEqual(['u1', 'u3', 'u5']);
    expect(selection.takenCount).toBe(3);
  });

  it('may be an earlier one, which is the slot that the moment lies in', async () => {
    const { engine, id } = await makeWorkflowWorld();
    const { slotDateTime, run } = await engine.runs.evaluate(id, { at: '2026-03-02T02:59:59.999Z' });
    expect([slotDateTime, run?.totalUsersCount]).toEqual(['2026-03-02T00:00:00.000Z', 3]);
  });

  it('without users that are due makes no run, and says why in its selection', async () => {
    const { engine, id } = await makeWorkflowWorld();
    expect(await engine.runs.evaluate(id, { at: '2026-02-01T00:00:00Z' })).toMatchObject({
      slotDateTime: '2026-02-01T00:00:00.000Z',
      run: null,
      selection: { takenCount: 0, leftOutCounts: { notDue: 3 } },
    });
  });

  it('that has its run is refused as Duplicate once others are due in it', async () => {
    const { engine, id, store } = await makeWorkflowWorld();
    const { run } = await engine.runs.evaluate(id);
    // The admissions of the run are gone, so that its users are due once more.
    await store.transaction((tx) => tx.deleteAdmissions(id, run?.id ?? '', ['u1', 'u3', 'u5']));
    await engine.runs.cancel(run?.id ?? '');
    await expect(engine.runs.evaluate(id)).rejects.toMatchObject({
      code: 'Duplicate',
      message: 'Expected the slot of 2026-03-02T12:00:00.000Z to be free, got a run that was made for it',
      details: { workflowId: id },
    });
  });

  it.each<[string, unknown]>([
    ['in the future', { at: '2026-03-02T13:00:00.001Z' }],
    ['without a zone', { at: '2026-03-02T12:00:00' }],
    ['that is no text', { at: 5 }],
    ['under another name', { slot: '2026-03-02T12:00:00Z' }],
  ])('at a moment %s is refused', async (_, options) => {
    const { engine, id } = await makeWorkflowWorld();
    expect(await codeOf(engine.runs.evaluate(id, options as never))).toBe('InvalidArgument');
  });

  it('of a workflow that runs on demand only is refused', async () => {
    const { engine, workflow } = await world();
    expect(await codeOf(engine.runs.evaluate(workflow.id))).toBe('InvalidArgument');
  });

  it('of a workflow in quarantine is refused with the reason', async () => {
    const { engine, clock } = await world();
    const { id } = await engine.workflows.create(
      scheduledInput(['a'], {
        settings: { quarantineConfiguration: { matchMode: 'any', conditions: [{ threshold: 1 }] } },
      } as never),
    );
    await clock.until(engine.start());
    const { run } = await clock.until(engine.runs.evaluate(id));
    expect(run?.processingStatus).toBe('quarantined');
    await expect(engine.runs.evaluate(id)).rejects.toMatchObject({
      code: 'WorkflowQuarantined',
      message: expect.stringMatching(/out of quarantine, got: 3 users, where at most 1 .*; clear it first$/),
    });
  });
});

describe('a reprocessing that is refused', () => {
  it('for a user scope beside single results names the field', async () => {
    const { engine, activate } = await world();
    const { id } = await activate({ subjects: ['u1'] });
    await expect(
      engine.runs.reprocess(id, { userScope: 'allUsers', processingResults: ['x'] }),
    ).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'userScope' },
      message: expect.stringContaining('absent beside processingResults'),
    });
  });

  it.each([{ taskScope: 'someTasks' }, { userScope: 'someUsers' }, { scope: 'failedTasks' }])(
    'for the options %j',
    async (options) => {
      const { engine, activate } = await world();
      const { id } = await activate({ subjects: ['u1'] });
      expect(await codeOf(engine.runs.reprocess(id, options as never))).toBe('InvalidArgument');
    },
  );
});
