/** People whom slots and activations leave out because of their attributes, in results and reports. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scenario, simulate, simulationReport } from '../../../../src/simulate.ts';
import { traced } from '../scenarios.ts';

const ROWS = [
  'WorkerID,department,accountEnabled,LastDay',
  'u1,Sales,true,2025-12-31',
  'u2,Sales,true,31/12/2025',
  'u3,Sales,true,46022',
  'u4,Sales,yes,2026-06-30',
  'u5,IT,yes,31/12/2025',
  'u6,Sales,true,',
];
const RULE = "department eq 'Sales' and accountEnabled eq true";

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenure-left-out-'));
  await writeFile(join(folder, 'people.csv'), ROWS.join('\n'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function scenario(population: object = {}, more: Partial<Scenario> = {}): Scenario {
  return {
    name: 'Left out',
    start: '2025-12-29',
    horizon: 'P5D',
    population: {
      kind: 'file',
      path: join(folder, 'people.csv'),
      map: { id: 'WorkerID', employeeLeaveDateTime: 'LastDay' },
      ...population,
    },
    workflows: [
      {
        key: 'Leavers',
        workflow: {
          category: 'leaver',
          displayName: 'Last day',
          executionConditions: {
            scope: { rule: RULE },
            trigger: { timeBasedAttribute: 'employeeLeaveDateTime', offsetInDays: 0 },
          },
          tasks: [{ taskDefinitionId: 'disableUserAccount' }],
        },
      },
    ],
    ...more,
  };
}

describe('the result of a simulation', () => {
  it('has the people left out of each workflow, in how many slots, and the trace has a line for each', async () => {
    const { result, lines } = await traced(scenario());
    expect(result.totals.usersCount).toBe(1);
    const people = result.leftOut[0]?.leftOut.map(({ subjectId, reason, column, value }) => [
      subjectId,
      reason,
      column,
      value,
    ]);
    expect(result.leftOut).toMatchObject([
      {
        workflow: 'Leavers',
        leftOutCounts: { unreadableDate: 2, unreadableScope: 1 },
        missingAttributes: [],
      },
    ]);
    expect(people).toEqual([
      ['u2', 'unreadableDate', 'LastDay', '31/12/2025'],
      ['u3', 'unreadableDate', 'LastDay', '46022'],
      ['u4', 'unreadableScope', null, 'yes'],
    ]);
    const leftOutLines = lines.filter((line) => line.includes(' leftOut 1 '));
    expect(leftOutLines).toHaveLength(result.leftOut[0]?.selectionsCount ?? 0);
    expect(leftOutLines[0]).toMatch(/ leftOut 1 \d+ 3$/);
  });

  it('is the same when all people are streamed in every slot', async () => {
    const scanned = await simulate(scenario(), { scansAllPeople: true });
    expect(await simulate(scenario())).toEqual(scanned);
  });

  it('leaves out no one whose date format the scenario names', async () => {
    const { leftOut, totals } = await simulate(scenario({ dates: ['dd/MM/yyyy', 'excel'] }));
    expect(leftOut.map(({ leftOutCounts }) => leftOutCounts)).toEqual([
      { unreadableDate: 0, unreadableScope: 1 },
    ]);
    expect(totals.usersCount).toBe(3);
  });

  it('names attributes that no one has, and suggests existing ones', async () => {
    const { leftOut } = await simulate(
      scenario({ map: { id: 'WorkerID', EmployeeLeaveDateTime: 'LastDay' } }),
    );
    expect(leftOut[0]?.missingAttributes).toMatchObject([
      {
        names: ['employeeLeaveDateTime'],
        usedBy: 'trigger',
        known: ['WorkerID', 'LastDay', 'department', 'accountEnabled'],
      },
    ]);
  });

  it('knows the attributes that the simulation itself writes later', async () => {
    const generated: Scenario = { ...scenario(), population: { kind: 'generated', headcount: 5 } };
    const [workflow] = generated.workflows;
    const conditions = {
      scope: { rule: "department ne 'none'" },
      trigger: { timeBasedAttribute: 'employeeLeaveDateTime', offsetInDays: 0 },
    } as const;
    const workflows = [
      { ...workflow, workflow: { ...workflow?.workflow, executionConditions: conditions } },
    ] as Scenario['workflows'];
    expect((await simulate({ ...generated, workflows })).leftOut).toEqual([]);
  });

  it('covers activations by rule', async () => {
    const [workflow] = scenario().workflows;
    const activations = [{ at: '2025-12-30', rule: RULE }];
    const entry = {
      ...workflow,
      workflow: { ...workflow?.workflow, isSchedulingEnabled: false },
      activations,
    };
    const one = scenario({}, { workflows: [entry] as Scenario['workflows'] });
    const { leftOut, totals } = await simulate(one);
    expect(leftOut).toMatchObject([{ selectionsCount: 1, leftOutCounts: { unreadableScope: 1 } }]);
    expect(totals.usersCount).toBe(4);
    const strict = await simulate({ ...one, schedule: { strictSelection: true } });
    expect(strict.totals.usersCount).toBe(0);
    expect(strict.errors).toMatchObject([{ code: 'SubjectsLeftOut', count: 1 }]);
  });

  it('has the slots that a strict schedule refuses among its errors', async () => {
    const { errors, totals } = await simulate(scenario({}, { schedule: { strictSelection: true } }));
    expect(totals.usersCount).toBe(0);
    expect(errors).toMatchObject([{ code: 'SubjectsLeftOut' }]);
  });
});

describe('the report of a simulation', () => {
  it('has a section for people left out, if there are any', async () => {
    const report = simulationReport(await simulate(scenario()));
    expect(report).toContain('<h2>Left out</h2>');
    expect(report).toContain(
      '2 left out, whose LastDay cannot be read as a date: u2 `&quot;31/12/2025&quot;`',
    );
    await writeFile(join(folder, 'all well.csv'), ROWS.slice(0, 2).join('\n'));
    const allWell = scenario({ path: join(folder, 'all well.csv') });
    expect(simulationReport(await simulate(allWell))).not.toContain('Left out</h2>');
  });
});
