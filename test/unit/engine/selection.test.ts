/** Who a slot, or an activation by rule, takes, and what is told of the others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../src/directory/array-directory.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { EngineEventMap } from '../../../src/events/event-map.ts';
import type { Selection } from '../../../src/model/selection.ts';
import type { Subject } from '../../../src/model/subject.ts';
import { VirtualClock } from '../../helpers/virtual-clock.ts';
import {
  codeOf,
  expectSound,
  makeWorld,
  SILENT,
  scheduledInput,
  type WorldOptions,
} from '../../helpers/world.ts';

const NOW = '2026-03-02T13:00:00Z';
const hired = (id: string, employeeHireDate?: unknown, more: object = {}): Subject => ({
  id,
  department: 'Sales',
  ...(employeeHireDate === undefined ? {} : { employeeHireDate }),
  ...more,
});

interface Told {
  readonly leftOut: EngineEventMap['workflow.subjectsLeftOut'][];
  readonly evaluated: EngineEventMap['schedule.evaluated'][];
}

function world(subjects: readonly Subject[], options: WorldOptions = {}) {
  const made = makeWorld({ clock: new VirtualClock(NOW), subjects, ...options });
  const told: Told = { leftOut: [], evaluated: [] };
  made.engine.on('workflow.subjectsLeftOut', (payload) => told.leftOut.push(payload));
  made.engine.on('schedule.evaluated', (payload) => told.evaluated.push(payload));
  return { ...made, told };
}

async function evaluate(subjects: readonly Subject[], rule?: string, options: WorldOptions = {}) {
  const made = world(subjects, options);
  const input = scheduledInput(['a'], {
    isSchedulingEnabled: false,
    ...(rule === undefined ? {} : { rule }),
  });
  const workflow = await made.engine.workflows.create(input);
  await made.clock.until(made.engine.start());
  const evaluation = await made.clock.until(made.engine.runs.evaluate(workflow.id));
  return { ...made, workflow, evaluation, selection: evaluation.selection };
}

describe('a slot', () => {
  it('reports the users in the run, and counts and names those left out, by reason', async () => {
    const { selection, evaluation, told, workflow, engine, clock } = await evaluate([
      hired('due', '2026-03-02T11:00:00Z'),
      hired('later', '2026-03-05'),
      hired('long ago', '2025-01-01'),
      hired('no date'),
      hired('slashes', '02/03/2026'),
      hired('number', 46_083),
      hired('other', '2026-03-02', { department: 'IT' }),
    ]);
    expect(evaluation.run?.totalUsersCount).toBe(1);
    const unreadable = (subjectId: string, value: unknown) => ({
      subjectId,
      reason: 'unreadableDate',
      attribute: 'employeeHireDate',
      expected: 'dateTime',
      column: null,
      value,
    });
    expect(selection).toEqual({
      inScopeCount: 6,
      takenCount: 1,
      leftOutCounts: {
        notDue: 2,
        alreadyTaken: 0,
        inAnotherRun: 0,
        noDate: 1,
        unreadableDate: 2,
        unreadableScope: 0,
      },
      leftOut: [
        { ...unreadable('no date', null), reason: 'noDate' },
        unreadable('slashes', '02/03/2026'),
        unreadable('number', 46_083),
      ],
      missingAttributes: [],
    });
    expect(told.leftOut).toEqual([
      {
        workflowId: workflow.id,
        slotDateTime: '2026-03-02T12:00:00.000Z',
        runId: evaluation.run?.id,
        selection,
      },
    ]);
    await clock.settle();
    const again = await engine.runs.evaluate(workflow.id);
    expect(again.run).toBeNull();
    expect(again.selection).toMatchObject({ takenCount: 0, leftOutCounts: { alreadyTaken: 1 } });
  });

  it('evaluated by the schedule reports the same in its event', async () => {
    const { engine, clock, told } = world([hired('a', '2026-03-02T14:00:00Z'), hired('b', 'soon')]);
    await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * 3_600_000);
    expect(told.evaluated).toHaveLength(1);
    expect(told.evaluated[0]?.selection).toMatchObject({
      takenCount: 1,
      leftOutCounts: { unreadableDate: 1 },
    });
    expect(told.leftOut.map(({ runId }) => runId)).toEqual([told.evaluated[0]?.runId]);
  });

  it('does not call for attention when dates are missing or not due', async () => {
    const { told } = await evaluate([hired('a', '2020-01-01'), hired('b')]);
    expect(told.leftOut).toEqual([]);
  });

  it('reports people that the scope cannot be evaluated for', async () => {
    const { selection, told } = await evaluate(
      [
        hired('a', '2026-03-02', { accountEnabled: 'True' }),
        hired('b', '2026-03-02', { accountEnabled: 'yes' }),
        hired('c', '2026-03-02', { accountEnabled: 'no', department: 'IT' }),
      ],
      "accountEnabled eq true and department eq 'Sales'",
    );
    expect(selection).toMatchObject({
      inScopeCount: 1,
      takenCount: 1,
      leftOutCounts: { unreadableScope: 1 },
    });
    expect(selection.leftOut).toEqual([
      {
        subjectId: 'b',
        reason: 'unreadableScope',
        attribute: 'accountEnabled',
        expected: 'boolean',
        column: null,
        value: 'yes',
      },
    ]);
    expect(told.leftOut).toHaveLength(1);
  });

  it('names ten people for a reason, and counts all', async () => {
    const people = Array.from({ length: 25 }, (_, no) => hired(`u${no}`, 'soon'));
    const { selection } = await evaluate(people);
    expect(selection.leftOutCounts.unreadableDate).toBe(25);
    expect(selection.leftOut.map(({ subjectId }) => subjectId)).toEqual(
      people.slice(0, 10).map(({ id }) => id),
    );
  });

  it('shows only the beginning of a long value', async () => {
    const values = ['x'.repeat(500), { secret: 1 }, ['2026-03-02'], true, new Date(Number.NaN), 5n];
    const { selection } = await evaluate(values.map((value, no) => hired(`u${no}`, value)));
    expect(selection.leftOut.map(({ value }) => value)).toEqual([
      'x'.repeat(100),
      'an object',
      'an array',
      true,
      'an invalid date',
      '5',
    ]);
  });
});

describe('an attribute that no person has', () => {
  const missing = (selection: Selection) => selection.missingAttributes;

  it('is named, with the existing attributes and the likely one', async () => {
    const people = [{ id: 'a', department: 'Sales', EmployeeHireDate: '2026-03-02', org: { division: 'x' } }];
    const { selection, told } = await evaluate(people, "Department eq 'Sales' or department ne 'IT'");
    const known = ['id', 'department', 'EmployeeHireDate', 'org/division'];
    expect(missing(selection)).toEqual([
      { names: ['employeeHireDate'], usedBy: 'trigger', known, suggestion: 'EmployeeHireDate' },
      { names: ['Department'], usedBy: 'scope', known, suggestion: 'department' },
    ]);
    expect(told.leftOut).toHaveLength(1);
  });

  it('is named although no person is in scope', async () => {
    const { selection } = await evaluate([{ id: 'a', dept: 'Sales' }], "department eq 'Sales'");
    expect(missing(selection).map(({ names }) => names)).toEqual([['employeeHireDate'], ['department']]);
  });

  it('is not reported when a person out of scope has it, or when it is an empty column', async () => {
    const people = [hired('a'), hired('b', '2026-03-02', { department: 'IT' }), hired('c', null)];
    expect(missing((await evaluate(people)).selection)).toEqual([]);
    expect(missing((await evaluate([hired('a', null)])).selection)).toEqual([]);
  });

  it('is not reported when a rule only compares it with null', async () => {
    const { selection } = await evaluate([hired('a', '2026-03-02')], 'employeeLeaveDateTime eq null');
    expect(selection).toMatchObject({ takenCount: 1, missingAttributes: [] });
  });

  it('is found from the streamed people when the directory does not name its attributes', async () => {
    const { attributes: _, ...directory } = arrayDirectory<Subject>([{ id: 'a', department: 'Sales' }]);
    const { selection } = await evaluate([], undefined, { directory });
    expect(missing(selection)).toEqual([
      { names: ['employeeHireDate'], usedBy: 'trigger', known: ['id', 'department'], suggestion: null },
    ]);
    const nobody = await evaluate([], "department eq 'IT'", { directory });
    expect(missing(nobody.selection)).toEqual([]);
  });

  it('is named by the column that it comes from', async () => {
    const directory = {
      ...arrayDirectory<Subject>([hired('a', 'soon')]),
      attributes: async () => [{ name: 'employeeHireDate', column: 'HireDate' }, { name: 'department' }],
    };
    const { selection } = await evaluate([], undefined, { directory });
    expect(selection.leftOut[0]).toMatchObject({ attribute: 'employeeHireDate', column: 'HireDate' });
  });
});

describe('a strict selection', () => {
  it('refuses the slot with the reasons, and stores nothing of it', async () => {
    const people = Array.from({ length: 1_500 }, (_, no) =>
      hired(`u${no}`, no === 1_400 ? 'soon' : '2026-03-02'),
    );
    const { engine, clock, told, store } = world(people, { strictSelection: true });
    const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    await clock.until(engine.start());
    const error = await clock.until(engine.runs.evaluate(workflow.id).catch((reason: unknown) => reason));
    expect(LifecycleError.is(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'SubjectsLeftOut',
      message: expect.stringContaining(
        '1 left out, whose employeeHireDate cannot be read as a date: u1400 `"soon"`',
      ),
      details: { selection: { leftOutCounts: { unreadableDate: 1 } } },
    });
    expect(told.leftOut).toMatchObject([{ runId: null, selection: { takenCount: 1_499 } }]);
    expect((await engine.runs.list(workflow.id)).value).toEqual([]);
    expect(await store.getAdmissions(workflow.id, ['u0', 'u999', 'u1499'])).toEqual([]);
    await expectSound(store);
  });

  it('is an error of the schedule, which admits the people once they can be read', async () => {
    const people = new Map([
      ['a', hired('a', '2026-03-02T14:00:00Z')],
      ['b', hired('b', 'soon')],
    ]);
    const now = () => arrayDirectory(people.values());
    const directory = {
      get: (ids: readonly string[]) => now().get(ids),
      query: (rule: Parameters<ReturnType<typeof now>['query']>[0]) => now().query(rule),
    };
    const { engine, clock, errors } = world([], { directory, strictSelection: true });
    const workflow = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * 3_600_000);
    expect(errors()).toMatchObject([{ code: 'SubjectsLeftOut' }]);
    people.set('b', hired('b', '2026-03-02T14:30:00Z'));
    await clock.advance(3 * 3_600_000);
    expect((await engine.runs.list(workflow.id)).value).toMatchObject([{ totalUsersCount: 2 }]);
  });

  it('lets a slot pass in which dates are only missing or not due', async () => {
    const people = [hired('a', '2026-03-02'), hired('b'), hired('c', '2030-01-01')];
    const { evaluation } = await evaluate(people, undefined, { strictSelection: true });
    expect(evaluation.run?.totalUsersCount).toBe(1);
  });
});

describe('an activation by rule', () => {
  const people = [
    { id: 'a', accountEnabled: 'true' },
    { id: 'b', accountEnabled: 'oui' },
  ];

  it('reports people that the rule cannot be evaluated for', async () => {
    const { engine, clock, told } = world(people);
    const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    const run = await clock.until(engine.runs.activate(workflow.id, { rule: 'accountEnabled eq true' }));
    expect(run.totalUsersCount).toBe(1);
    expect(told.leftOut).toMatchObject([
      { workflowId: workflow.id, slotDateTime: null, runId: run.id, selection: { inScopeCount: 1 } },
    ]);
  });

  it('that selects no person is refused with what may be wrong', async () => {
    const { engine } = world(people);
    const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    const selected = engine.runs.activate(workflow.id, { rule: 'AccountEnabled eq true' });
    await expect(selected).rejects.toMatchObject({
      code: 'InvalidArgument',
      details: { field: 'rule' },
      message: expect.stringMatching(
        /got none\. No person has AccountEnabled, .*accountEnabled may be meant/,
      ),
    });
  });

  it('that is strict is refused', async () => {
    const { engine } = world(people, { strictSelection: true });
    const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
    const selected = engine.runs.activate(workflow.id, { rule: 'accountEnabled eq true' });
    expect(await codeOf(selected)).toBe('SubjectsLeftOut');
    expect((await engine.runs.list(workflow.id)).value).toEqual([]);
  });
});

it('a selection that left people out without a listener is a warning in the logger', async () => {
  const warnings: string[] = [];
  const logger = { ...SILENT, warn: (message: string) => void warnings.push(message) };
  const { engine, clock } = makeWorld({
    clock: new VirtualClock(NOW),
    subjects: [hired('a', 'soon')],
    logger,
  });
  const workflow = await engine.workflows.create(scheduledInput(['a'], { isSchedulingEnabled: false }));
  await clock.until(engine.runs.evaluate(workflow.id));
  expect(warnings).toEqual([
    'tenure: 1 left out, whose employeeHireDate cannot be read as a date: a `"soon"`',
  ]);
});

it('a selection counts each person in scope once', async () => {
  const date = fc.constantFrom(undefined, null, '', '2026-03-02', '2026-02-28', '2031-01-01', 'soon', 5);
  const flag = fc.constantFrom('true', 'False', true, false, 'ja', undefined);
  const population = fc.array(fc.tuple(date, flag), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(population, async (drawn) => {
      const people = drawn.map(([at, accountEnabled], no) => hired(`u${no}`, at, { accountEnabled }));
      const { selection, evaluation } = await evaluate(people, 'accountEnabled eq true');
      const { unreadableScope, ...inScope } = selection.leftOutCounts;
      const left = Object.values(inScope).reduce((sum, count) => sum + count, 0);
      const enabled = drawn.filter(([, value]) => value === true || value === 'true');
      expect(selection.inScopeCount).toBe(enabled.length);
      expect(selection.takenCount + left).toBe(enabled.length);
      expect(selection.takenCount).toBe(evaluation.run?.totalUsersCount ?? 0);
      expect(unreadableScope).toBe(drawn.filter(([, value]) => value === 'ja').length);
    }),
    { numRuns: 40 },
  );
});
