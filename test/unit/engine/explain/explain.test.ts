/** The chain of conditions for one person, from the directory to the result. */
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../../src/embed.ts';
import { explain } from '../../../../src/engine/explain/explain.ts';
import { requireWorkflowRecord } from '../../../../src/ledger/context.ts';
import {
  EXPLAINED_CONDITIONS,
  type ExplainedCondition,
  type Explanation,
} from '../../../../src/model/explanation.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import {
  codeOf,
  makeWorld,
  scheduledInput,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';

const START = '2026-03-02T10:00:00Z';
const SLOT = '2026-03-02T12:00:00.000Z';
const sales = { department: 'Sales', employeeHireDate: '2026-03-02' };

function worldOf(subjects: readonly Subject[], options: WorldOptions = {}) {
  const clock = new VirtualClock(START);
  const world = makeWorld({ clock, subjects, ...options });
  const pass = async (hours: number): Promise<void> => {
    await clock.advance(hours * HOUR_MS);
    await clock.settle();
  };
  return { ...world, clock, pass };
}

const of = ({ steps }: Explanation, wanted: ExplainedCondition) => {
  const step = steps.find(({ condition }) => condition === wanted);
  if (!step) throw new Error(`no step ${wanted}`);
  const values = Object.fromEntries(step.values.map(({ name, value }) => [name, value]));
  return { ...step, values };
};
/** The conditions that are not met. */
const unmet = ({ steps }: Explanation) =>
  steps.flatMap(({ condition, result }) => (result === 'notMet' ? condition : []));

describe('an explanation', () => {
  it('of a person taken by the next slot has every condition met, and the values that decided', async () => {
    const { engine } = worldOf([{ id: 'u1', ...sales }]);
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    const explained = await engine.workflows.explain(id.toUpperCase(), ' u1 ');
    expect(explained.steps.map(({ condition }) => condition)).toEqual(EXPLAINED_CONDITIONS);
    expect(explained).toMatchObject({
      workflowId: id,
      workflowVersion: 1,
      subjectId: 'u1',
      slotDateTime: SLOT,
      qualifies: true,
      dueDateTime: '2026-03-02T00:00:00.000Z',
      summary: `The slot of ${SLOT} takes \`u1\`.`,
    });
    expect(of(explained, 'workflow')).toMatchObject({
      result: 'met',
      values: { version: 1, isEnabled: true },
    });
    expect(of(explained, 'scope').clauses).toEqual([
      {
        level: 0,
        text: "department eq 'Sales'",
        result: 'met',
        values: [{ name: 'department', value: 'Sales' }],
      },
    ]);
    expect(of(explained, 'trigger').values).toEqual({
      employeeHireDate: '2026-03-02',
      dueDateTime: '2026-03-02T00:00:00.000Z',
    });
    expect(of(explained, 'slot').values).toEqual({
      slotDateTime: SLOT,
      firstSlotDateTime: '2026-03-02T00:00:00.000Z',
      isEvaluated: false,
    });
    expect(of(explained, 'catchUp').values).toEqual({ untilDateTime: '2026-03-05T00:00:00.000Z' });
    expect(of(explained, 'run').result).toBe('notEvaluated');
  });

  it.each<[string, Subject | null, ExplainedCondition[], string]>([
    ['a person who is not in the directory', null, ['directory'], 'the directory does not have `u1`'],
    [
      'a person outside of the scope',
      { id: 'u1', ...sales, department: 'IT' },
      ['scope'],
      "the scope rule does not select the person: department eq 'Sales', where department is `IT`",
    ],
    [
      'a person without a date',
      { id: 'u1', department: 'Sales' },
      ['trigger'],
      'due on employeeHireDate, but the person has no such date',
    ],
    [
      'a person with a date that is none',
      { id: 'u1', ...sales, employeeHireDate: '02/03/2026' },
      ['trigger'],
      'due on employeeHireDate, but employeeHireDate is `02/03/2026`, which cannot be read as a date',
    ],
    [
      'a person who comes later',
      { id: 'u1', ...sales, employeeHireDate: '2026-03-09T01:00:00Z' },
      ['slot'],
      `the moment has not come at the slot of ${SLOT}; the slot of 2026-03-09T03:00:00.000Z is the first`,
    ],
    [
      'a person who came too long ago',
      { id: 'u1', ...sales, employeeHireDate: '2026-02-20' },
      ['catchUp'],
      'the slot is too late: only slots before 2026-02-23T00:00:00.000Z take the moment',
    ],
  ])('of %s names what is not met', async (_, subject, conditions, reason) => {
    const { engine } = worldOf(subject === null ? [] : [subject]);
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    const explained = await engine.workflows.explain(id, 'u1');
    expect([explained.qualifies, unmet(explained)]).toEqual([false, conditions]);
    expect(explained.summary).toBe(`The slot of ${SLOT} does not take \`u1\`: ${reason}.`);
  });

  it('of a date at the end of the calendar says so in words', async () => {
    const { engine } = worldOf([{ id: 'u1', ...sales, employeeHireDate: new Date(8.64e15) }]);
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    const explained = await engine.workflows.explain(id, 'u1');
    expect(unmet(explained)).toEqual(['slot']);
    expect(of(explained, 'catchUp').reason).toBe('slots before the end of the calendar take the moment');
  });

  it('names all that is not met, and the value that leaves a rule undecided', async () => {
    const { engine } = worldOf([{ id: 'u1', accountEnabled: 'ja', employeeHireDate: '2026-02-01' }]);
    const { id } = await engine.workflows.create(
      scheduledInput(['a'], { rule: 'accountEnabled eq true', isSchedulingEnabled: false }),
    );
    const explained = await engine.workflows.explain(id, 'u1');
    expect(unmet(explained)).toEqual(['workflow', 'scope', 'catchUp']);
    expect(of(explained, 'workflow').reason).toBe('the schedule of the workflow is off');
    expect(of(explained, 'scope').reason).toBe(
      'the scope rule cannot be decided: accountEnabled is `ja`, which cannot be read as a boolean',
    );
  });

  it('says which run has taken a person for the moment, and how that ended', async () => {
    const { engine, clock, pass } = worldOf([{ id: 'u1', ...sales }], {
      tasks: {
        a: () => {
          throw new Error('no such account');
        },
      },
    });
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await pass(3);
    const [run] = (await engine.runs.list(id)).value;
    const explained = await engine.workflows.explain(id, 'u1');
    expect(unmet(explained)).toEqual(['admission', 'run']);
    expect(of(explained, 'admission')).toMatchObject({
      reason: `run ${run?.id} has taken the person for this moment`,
      values: { runId: run?.id, admittedForDateTime: '2026-03-02T00:00:00.000Z' },
    });
    expect(of(explained, 'run')).toMatchObject({
      result: 'notMet',
      values: { runId: run?.id, processingStatus: 'failed', task: 'a', failureReason: 'no such account' },
    });
    expect(explained.summary).toContain('task `a` failed: no such account.');
    const before = await engine.workflows.explain(id, 'u1', { at: SLOT });
    expect(of(before, 'slot').values.isEvaluated).toBe(true);
    expect(before.summary).toBe(
      `The slot of ${SLOT} does not take \`u1\` for 2026-03-02T00:00:00.000Z: run ${run?.id} has taken the person for this moment; ${of(before, 'run').reason}.`,
    );
    const other = await engine.workflows.explain(id, 'u2', { at: SLOT });
    expect(other.summary).toContain('as things are now (it has been evaluated): the directory does not have');
  });

  it('says that a run has not finished with a person who is due anew', async () => {
    const subject = { id: 'u1', ...sales };
    const directory = {
      get: async () => [subject],
      async *query() {
        yield subject;
      },
    };
    const clock = new VirtualClock(START);
    const { engine } = makeWorld({ clock, directory, tasks: { a: () => clock.sleep(DAY_MS) } });
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await clock.advance(3 * HOUR_MS);
    subject.employeeHireDate = '2026-03-01';
    const explained = await engine.workflows.explain(id, 'u1');
    expect(unmet(explained)).toEqual(['admission']);
    expect(of(explained, 'admission').reason).toMatch(/^run .* has not finished with the person yet$/);
    expect(of(explained, 'run')).toMatchObject({
      result: 'notEvaluated',
      values: { processingStatus: 'inProgress' },
    });
    await clock.until(engine.close());
  });

  it('of a workflow in quarantine says since when and why; of one that would be, how many there are', async () => {
    const people = [1, 2, 3].map((no) => ({ id: `u${no}`, ...sales }));
    const { engine, clock, pass } = worldOf(people);
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    const condition = {
      '@odata.type': '#microsoft.graph.identityGovernance.countBasedQuarantineCondition',
      threshold: 2,
    } as const;
    await engine.settings.update({ quarantineConfiguration: { conditions: [condition], matchMode: 'any' } });
    const before = await engine.workflows.explain(id, 'u1');
    expect(of(before, 'quarantine')).toMatchObject({
      result: 'notMet',
      values: { threshold: 2, usersCount: 3 },
    });
    expect(of(await engine.workflows.explain(id, 'u9'), 'quarantine').result).toBe('notEvaluated');
    await clock.until(engine.start());
    await pass(3);
    const after = await engine.workflows.explain(id, 'u1');
    expect(of(after, 'quarantine').reason).toMatch(
      /^the workflow is in quarantine since 2026-03-02T12:.*3 users/,
    );
    expect(of(after, 'run')).toMatchObject({
      result: 'notMet',
      values: { processingStatus: 'quarantined' },
    });
  });

  it('of a change trigger says what has been seen of the person', async () => {
    const subjects: Subject[] = [
      { id: 'u1', department: 'Sales' },
      { id: 'u2', department: 'Sales' },
    ];
    const clock = new VirtualClock(START);
    const { engine } = makeWorld({
      clock,
      directory: {
        get: async (ids) => subjects.filter(({ id }) => ids.includes(id)),
        async *query() {
          yield* subjects;
        },
      },
    });
    const trigger = { triggerAttributes: [{ name: 'department' }] };
    const { id } = await engine.workflows.create(
      workflowInput(['a'], {
        isSchedulingEnabled: true,
        executionConditions: { scope: { rule: "id ne ''" }, trigger },
      }),
    );
    const seen = async () => of(await engine.workflows.explain(id, 'u1'), 'trigger');
    expect((await seen()).reason).toBe(
      'due when department changes: changes are not observed yet, the next slot begins with it',
    );
    await clock.until(engine.start());
    expect((await seen()).reason).toBe('due when department changes: no such change has been seen');
    subjects[0] = { id: 'u1', department: 'IT' };
    expect(await seen()).toMatchObject({
      result: 'met',
      values: { department: 'IT', changedDateTime: SLOT },
    });
    await clock.until(engine.close());
  });

  it('of a workflow that runs on demand only has the result, and no slot', async () => {
    const { engine, clock } = worldOf([{ id: 'u1' }, { id: 'u2' }]);
    const { id } = await engine.workflows.create(workflowInput(['a']));
    await clock.until(engine.start());
    const run = await engine.runs.activate(id, { subjects: ['u1'] });
    await clock.until(engine.runs.waitFor(run.id));
    const explained = await engine.workflows.explain(id, 'u1');
    expect(explained).toMatchObject({ qualifies: false, slotDateTime: null, dueDateTime: null });
    expect(of(explained, 'run')).toMatchObject({ result: 'met', values: { processingStatus: 'completed' } });
    expect(explained.summary).toBe(
      `No slot takes \`u1\`: the workflow has no trigger: it runs on demand only; the last result is \`completed\`, in run ${run.id} (onDemand, ${run.scheduledDateTime}).`,
    );
    expect(of(await engine.workflows.explain(id, 'u2'), 'run').result).toBe('notEvaluated');
  });

  it('without a directory is of the record alone', async () => {
    const { engine, clock, store, pass } = worldOf([{ id: 'u1', ...sales }]);
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    await clock.until(engine.start());
    await pass(3);
    const explained = await explain({
      context: { store, clock },
      directory: null,
      settings: (await createLedger({ store })).settings,
      intervalMs: 3 * HOUR_MS,
      catchUpMs: 3 * DAY_MS,
      record: await requireWorkflowRecord(store, id),
      subjectId: 'u1',
    });
    expect(explained.qualifies).toBe(false);
    expect(unmet(explained)).toEqual([]);
    expect(of(explained, 'run').result).toBe('met');
    expect(explained.summary).toMatch(
      /^Without a directory, only the record of `u1` can be looked at; the last result is `completed`, in run /,
    );
  });

  it('refuses workflows that do not exist or are deleted, bad ids and bad moments', async () => {
    const { engine } = worldOf([]);
    const { id } = await engine.workflows.create(scheduledInput(['a']));
    expect(await codeOf(engine.workflows.explain('x', 'u1'))).toBe('NotFound');
    expect(await codeOf(engine.workflows.explain(id, ' '))).toBe('InvalidArgument');
    expect(await codeOf(engine.workflows.explain(id, 7 as never))).toBe('InvalidArgument');
    expect(await codeOf(engine.workflows.explain(id, 'u1', { at: 'soon' }))).toBe('InvalidArgument');
    await engine.workflows.delete(id);
    expect(await codeOf(engine.workflows.explain(id, 'u1'))).toBe('NotFound');
  });

  it('writes nothing, also of the changes that it sees', async () => {
    const { engine, store } = worldOf([{ id: 'u1', memberOf: ['g1'] }]);
    const executionConditions = {
      scope: { groups: [{ id: 'g1' }] },
      trigger: { changeType: 'add' as const },
    };
    const { id } = await engine.workflows.create(
      workflowInput(['a'], { isSchedulingEnabled: true, executionConditions }),
    );
    const { transaction } = store;
    store.transaction = () => Promise.reject(new Error('nothing is written'));
    const explained = await engine.workflows.explain(id, 'u1');
    store.transaction = transaction;
    expect(unmet(explained)).toEqual(['trigger']);
  });
});
