import { getISODay } from 'date-fns/getISODay';
import { describe, expect, it } from 'vitest';
import { type Change, openPopulation } from '../../../src/simulate/population.ts';
import { readScenario } from '../../../src/simulate/read-scenario.ts';
import { utc, zoneOf } from '../../../src/simulate/zone.ts';
import type { Scenario } from '../../../src/simulate.ts';
import { ON_DEMAND, SMALL, traced } from './scenarios.ts';

const YEAR: Scenario = {
  ...SMALL,
  start: '2026-01-01',
  horizon: 'P1Y',
  population: { kind: 'generated', headcount: 2_000 },
  turnover: { joinersPerMonth: 50, leaversPerMonth: 40, moversPerMonth: 30 },
};

function ofKind<Kind extends Change['kind']>(
  changes: readonly Change[],
  kind: Kind,
): readonly Extract<Change, { kind: Kind }>[] {
  return changes.filter((change): change is Extract<Change, { kind: Kind }> => change.kind === kind);
}

describe('a population', () => {
  it('is the same for a seed, whatever the workflows and tasks are', async () => {
    const first = await openPopulation(readScenario(YEAR), 3);
    const other = await openPopulation(
      readScenario({ ...YEAR, tasks: {}, workflows: [{ template: 'Offboard an employee' }] }),
      3,
    );
    expect(other).toEqual(first);
    expect(await openPopulation(readScenario(YEAR), 4)).not.toEqual(first);
  });

  it('joins, moves and leaves about as often as it is told, in the order of time', async () => {
    const { changes } = await openPopulation(readScenario(YEAR), 3);
    const counts = (['entered', 'moved', 'leaving'] as const).map((kind) => ofKind(changes, kind).length);
    for (const [at, mean] of [600, 360, 480].entries())
      expect(Math.abs((counts[at] ?? 0) - mean)).toBeLessThan(90);
    const times = changes.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('starts on workdays, most of all on Mondays, and is known before, but for a few', async () => {
    const { changes } = await openPopulation(readScenario(YEAR), 3);
    const zone = zoneOf('Europe/Berlin');
    const hires = ofKind(changes, 'entered').map(({ atMs, subject }) => ({
      atMs,
      hireMs: Date.parse(String(subject.employeeHireDate)),
    }));
    const weekdays = hires.map(({ hireMs }) => getISODay(zone.dayOf(hireMs), { in: utc }) % 7);
    expect(weekdays.every((day) => day >= 1 && day <= 5)).toBe(true);
    expect(weekdays.filter((day) => day === 1).length).toBeGreaterThan(hires.length * 0.5);
    const late = hires.filter(({ atMs, hireMs }) => atMs > hireMs).length;
    expect(late).toBeGreaterThan(0);
    expect(late).toBeLessThan(hires.length * 0.06);
  });

  it('never lets anybody move or leave who is not there', async () => {
    const { initial, changes } = await openPopulation(readScenario(YEAR), 5);
    const here = new Set(initial.map(({ id }) => id));
    const leaving = new Set<string>();
    for (const change of changes) {
      if (change.kind === 'entered') {
        expect(here.has(change.subject.id)).toBe(false);
        here.add(change.subject.id);
        continue;
      }
      expect(here.has(change.id)).toBe(true);
      if (change.kind === 'moved') expect(leaving.has(change.id)).toBe(false);
      if (change.kind === 'leaving') leaving.add(change.id);
      if (change.kind === 'removed') here.delete(change.id);
    }
  });

  it('grows by what it is told, with the season', async () => {
    const turnover = {
      growthPerYear: 0.2,
      leaversPerMonth: 10,
      seasonality: [0, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0],
    };
    const { changes } = await openPopulation(readScenario({ ...YEAR, turnover }), 3);
    const hires = ofKind(changes, 'entered').map(({ subject }) =>
      String(subject.employeeHireDate).slice(5, 7),
    );
    expect(Math.abs(hires.length - 520)).toBeLessThan(90);
    // The last hour of August in UTC is September in Berlin.
    expect(hires.every((month) => month === '08' || month === '09')).toBe(true);
  });

  it('carries out mass changes to the person', async () => {
    const changes: Scenario['changes'] = [
      { at: '2026-02-01', kind: 'leave', count: 100, department: 'Sales', noticeDays: 10 },
      { at: '2026-03-01', kind: 'join', count: 70, department: 'New', noticeDays: 5 },
      { at: '2026-04-01', kind: 'move', count: 30, department: 'New', to: 'Sales' },
      { at: '2026-05-01', kind: 'move', share: 0.1, to: 'New' },
    ];
    const population = await openPopulation(readScenario({ ...YEAR, turnover: {}, changes }), 3);
    const department = new Map(population.initial.map(({ id, department }) => [id, department]));
    expect(ofKind(population.changes, 'leaving').every(({ id }) => department.get(id) === 'Sales')).toBe(
      true,
    );
    expect(ofKind(population.changes, 'leaving')).toHaveLength(100);
    expect(ofKind(population.changes, 'entered')).toHaveLength(70);
    expect(ofKind(population.changes, 'moved').map(({ department: to }) => to)).toEqual([
      ...Array.from({ length: 30 }, () => 'Sales'),
      ...Array.from({ length: 200 }, () => 'New'),
    ]);
  });

  it('too large in what happens is refused before anything runs', async () => {
    const crowded = { ...YEAR, horizon: 'P5Y', turnover: { joinersPerMonth: 1_000_000 } };
    await expect(openPopulation(readScenario(crowded), 1)).rejects.toMatchObject({
      code: 'LimitExceeded',
      details: { field: 'turnover' },
    });
    const change = { at: '2026-02-01', kind: 'join', count: 1_000_000 } as const;
    const flooded = { ...YEAR, turnover: {}, changes: [change, change, change] };
    await expect(openPopulation(readScenario(flooded), 1)).rejects.toMatchObject({
      code: 'LimitExceeded',
      details: { field: 'changes' },
    });
  });
});

describe('who moves', () => {
  it('is processed at the slot after his move, each move once', async () => {
    const scenario: Scenario = {
      ...SMALL,
      turnover: { moversPerMonth: 60 },
      workflows: [
        {
          key: 'Moves',
          onMove: true,
          workflow: {
            category: 'mover',
            displayName: 'Moves',
            executionConditions: ON_DEMAND,
            tasks: [{ taskDefinitionId: 'greet', displayName: 'Greet' }],
          },
        },
      ],
      tasks: {},
    };
    const seen: string[] = [];
    const { result, lines } = await traced(scenario, {
      onUser: ({ subjectId }) => void seen.push(subjectId),
    });
    const moved = lines.filter((line) => line.includes(' moved ')).map((line) => line.split(' ')[2]);
    expect(moved.length).toBeGreaterThan(10);
    expect(seen.toSorted()).toEqual([...new Set(moved)].toSorted());
    const hours = result.runs.map(({ run }) => new Date(run.scheduledDateTime).getUTCHours() % 3);
    expect(hours.every((hour) => hour === 0)).toBe(true);
  });
});
