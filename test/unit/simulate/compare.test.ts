import { describe, expect, it } from 'vitest';
import { compare, type Scenario, type SimulatedUser, simulate } from '../../../src/simulate.ts';
import { SMALL } from './scenarios.ts';

async function usersOf(scenario: Scenario): Promise<Map<string, SimulatedUser>> {
  const users = new Map<string, SimulatedUser>();
  await simulate(scenario, {
    onUser: (user) => void users.set(`${user.workflow} ${user.subjectId} ${user.drawKey}`, user),
  });
  return users;
}

function changed(change: (workflow: NonNullable<Scenario['workflows'][0]['workflow']>) => object): Scenario {
  const [entry] = SMALL.workflows;
  const workflow = entry?.workflow as NonNullable<Scenario['workflows'][0]['workflow']>;
  return { ...SMALL, workflows: [{ ...entry, workflow: { ...workflow, ...change(workflow) } }] };
}

describe('a comparison', () => {
  it('of a scenario with itself finds no difference', async () => {
    const { workflows, moves, people, hasSamePeople, differingParts, a, b } = await compare(SMALL, SMALL);
    expect({ moves, people, hasSamePeople, differingParts }).toEqual({
      moves: [],
      people: [],
      hasSamePeople: true,
      differingParts: [],
    });
    expect(workflows[0]).toMatchObject({
      onlyA: 0,
      onlyB: 0,
      otherOutcome: 0,
      savedMs: 0,
      faster: 0,
      slower: 0,
    });
    expect(a.trace.sha256).toBe(b.trace.sha256);
  });

  it('keeps a person’s random draws when others, capacity or order change', async () => {
    const before = await usersOf(SMALL);
    const after = await usersOf({ ...SMALL, capacity: { concurrency: 1 }, schedule: { intervalHours: 5 } });
    expect(before.size).toBeGreaterThan(20);
    for (const [key, { status, failedTasks }] of before) {
      const other = after.get(key);
      if (other)
        expect({ key, status: other.status, failedTasks: other.failedTasks }).toEqual({
          key,
          status,
          failedTasks,
        });
    }
    expect([...before.keys()].filter((key) => after.has(key)).length).toBeGreaterThan(20);
  });

  it('shows what a task that no longer blocks does, person by person', async () => {
    const open = changed(({ tasks }) => ({
      tasks: tasks.map((task) => ({ ...task, continueOnError: true })),
    }));
    const { moves, people, workflows, a, b } = await compare(SMALL, open);
    const failed = a.totals.users.failed ?? 0;
    expect(failed).toBeGreaterThan(0);
    expect(b.totals.users.failed).toBeUndefined();
    expect(moves).toEqual([
      { workflow: 'First day', from: 'failed', to: 'completedWithErrors', count: failed },
    ]);
    expect(people).toHaveLength(failed);
    expect(
      people.every(
        ({ kind, a: before, b: after }) =>
          kind === 'outcome' && before?.failureReason === after?.failureReason,
      ),
    ).toBe(true);
    expect(workflows[0]).toMatchObject({ otherOutcome: failed, failuresGained: 0, failuresLost: 0 });
  });

  it('shows who is added and who is removed by a narrower scope', async () => {
    const narrow = changed(() => ({
      executionConditions: {
        scope: { rule: "employeeType eq 'Employee'" },
        trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
      },
    }));
    const forth = await compare(SMALL, narrow);
    const [workflow] = forth.workflows;
    expect(workflow?.onlyA).toBeGreaterThan(0);
    expect(workflow?.onlyB).toBe(0);
    expect((workflow?.sameOutcome ?? 0) + (workflow?.otherOutcome ?? 0)).toBe(forth.b.totals.usersCount);
    const back = await compare(narrow, SMALL);
    expect(back.workflows[0]?.onlyB).toBe(workflow?.onlyA);
  });

  it('pairs people although their trigger moves', async () => {
    const earlier = changed(() => ({
      executionConditions: {
        scope: { rule: "employeeType in ('Employee', 'Contractor')" },
        trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: -2 },
      },
    }));
    const { workflows } = await compare(SMALL, earlier);
    const both = (workflows[0]?.sameOutcome ?? 0) + (workflows[0]?.otherOutcome ?? 0);
    expect(both).toBeGreaterThan(20);
    expect(workflows[0]?.otherOutcome).toBe(0);
  });

  it('sums the time that more capacity saves', async () => {
    const [entry] = SMALL.workflows;
    const slow: Scenario = {
      ...SMALL,
      workflows: [entry as Scenario['workflows'][0]],
      capacity: { concurrency: 1 },
      tasks: { openAccount: { duration: { kind: 'fixed', ms: 600_000 } } },
    };
    const { workflows, differingParts } = await compare(slow, { ...slow, capacity: { concurrency: 50 } });
    expect(differingParts).toEqual(['capacity']);
    expect(workflows[0]?.savedMs).toBeGreaterThan(600_000);
    expect(workflows[0]?.slower).toBe(0);
  });

  it('says when the people are not the same', async () => {
    const { hasSamePeople, differingParts } = await compare(SMALL, {
      ...SMALL,
      population: { kind: 'generated', headcount: 100 },
    });
    expect({ hasSamePeople, differingParts }).toEqual({
      hasSamePeople: false,
      differingParts: ['population'],
    });
  });

  it('names people up to a bound and counts the others', async () => {
    const { people, peopleDropped, workflows } = await compare(
      SMALL,
      { ...SMALL, workflows: [{ template: 'Offboard an employee' }] },
      { peopleKeptMax: 5 },
    );
    const onlyA = workflows.find(({ key }) => key === 'First day')?.onlyA ?? 0;
    const onlyB = workflows.find(({ key }) => key !== 'First day')?.onlyB ?? 0;
    expect(people.filter(({ kind }) => kind === 'onlyA')).toHaveLength(5);
    expect(people.length + peopleDropped).toBe(onlyA + onlyB);
  });

  it('refuses the second scenario before the first one runs', async () => {
    const started: string[] = [];
    const running = compare(
      SMALL,
      { ...SMALL, horizon: 'P0D' },
      { onProgress: (side) => void started.push(side) },
    );
    await expect(running).rejects.toMatchObject({ details: { field: 'horizon' } });
    expect(started).toEqual([]);
  });
});
