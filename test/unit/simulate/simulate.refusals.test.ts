import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { readScenario, SCENARIOS, type Scenario, simulate, simulateFile } from '../../../src/simulate.ts';
import { SMALL } from './scenarios.ts';

/** `SMALL` with a value at a path: `turnover.lateShare`, `workflows[0].key`. */
function withValue(path: string, value: unknown): unknown {
  const copy = structuredClone(SMALL) as unknown as Record<string, unknown>;
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  let at: Record<string, unknown> = copy;
  for (const step of steps.slice(0, -1)) {
    at[step] ??= {};
    at = at[step] as Record<string, unknown>;
  }
  const last = steps.at(-1) as string;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

function refusal(input: unknown): { code: string; field: unknown; message: string } {
  try {
    readScenario(input);
  } catch (error) {
    if (LifecycleError.is(error))
      return { code: error.code, field: error.details.field, message: error.message };
    throw error;
  }
  return { code: 'accepted', field: null, message: '' };
}

const quantiles = (...points: readonly (readonly [share: number, ms: number])[]) => ({
  kind: 'quantiles',
  points: points.map(([share, ms]) => ({ share, ms })),
});
const OUTAGE = { from: '2026-04-02', until: '2026-04-01' };

describe('a scenario', () => {
  it.each([
    ['', 'name', undefined],
    ['', 'start', undefined],
    ['', 'horizon', undefined],
    ['', 'population', undefined],
    ['', 'workflows', undefined],
    ['', 'workflows', []],
    ['', 'start', '2026-02-30'],
    ['', 'start', 'tomorrow'],
    ['', 'horizon', 'P0D'],
    ['', 'horizon', '1 year'],
    ['', 'horizon', 'P51Y'],
    ['', 'timeZone', 'Mars/Olympus'],
    ['', 'population.headcount', -1],
    ['', 'population.headcount', 1.5],
    ['', 'population.headcount', 1_000_001],
    ['tasks.greet.duration.points[0].share', 'tasks.greet.duration', quantiles([0.1, 5], [1, 9])],
    ['tasks.greet.duration.points[1].share', 'tasks.greet.duration', quantiles([0, 5], [0.9, 9])],
    ['tasks.greet.wait.points[1].share', 'tasks.greet.wait', quantiles([0, 5], [0, 7], [1, 9])],
    ['tasks.greet.wait.points[1].ms', 'tasks.greet.wait', quantiles([0, 5], [1, 4])],
    ['tasks.greet.wait.points', 'tasks.greet.wait', quantiles([0, 5])],
    ['tasks.greet.failures[0].hours[0]', 'tasks.greet.failures', [{ probability: 1, hours: [24] }]],
    ['tasks.greet.failures[0].code', 'tasks.greet.failures', [{ probability: 1, code: 'no code' }]],
    ['', 'population.kind', 'cloned'],
    ['', 'population.departments', []],
    ['', 'turnover.joinersPerMonth', -1],
    ['', 'turnover.lateShare', 1.01],
    ['', 'turnover.seasonality', [1, 2]],
    ['', 'turnover.seasonality', Array.from({ length: 12 }, () => 0)],
    ['', 'turnover.growthPerYear', 0.1],
    ['turnover.noticeDays.max', 'turnover.noticeDays', { min: 5, max: 4 }],
    ['', 'tasks.openAccount.failureProbability', -0.1],
    ['', 'tasks.openAccount.failureProbability', 2],
    ['', 'tasks.openAccount.failureProbability', 'often'],
    ['', 'tasks.openAccount.duration.medianMs', 0],
    ['tasks.openAccount.duration.kind', 'tasks.openAccount.duration', { kind: 'guess' }],
    [
      'tasks.openAccount.duration.maxMs',
      'tasks.openAccount.duration',
      { kind: 'uniform', minMs: 5, maxMs: 4 },
    ],
    ['tasks.openAccount.timeoutMs', 'tasks.openAccount.hang', { probability: 0.5 }],
    ['tasks.greet.outages[0].until', 'tasks.greet.outages', [OUTAGE]],
    ['tasks.greet.failures[0].probability', 'tasks.greet.failures', [{ probability: 7 }]],
    ['', 'tasks.greet.retry.attempts', 0],
    ['', 'schedule.intervalHours', 25],
    ['', 'schedule.missedSlots', 'sometimes'],
    ['', 'capacity.concurrency', 0],
    ['', 'capacity.callsPerSecond', 0],
    ['process[0].until', 'process', [{ kind: 'off', ...OUTAGE }]],
    ['process[0].no', 'process', [{ kind: 'off', from: '2026-03-22', until: '2026-03-24', no: 2 }]],
    ['', 'processes', 0],
    [
      'process[1]',
      'process',
      [
        { kind: 'off', from: '2026-03-22', until: '2026-03-24' },
        { kind: 'asleep', from: '2026-03-23', until: '2026-03-25' },
      ],
    ],
    ['changes[0].count', 'changes', [{ at: '2026-03-22', kind: 'leave' }]],
    ['changes[0].share', 'changes', [{ at: '2026-03-22', kind: 'join', share: 0.1 }]],
    ['changes[0].to', 'changes', [{ at: '2026-03-22', kind: 'move', count: 1 }]],
    ['changes[0].kind', 'changes', [{ at: '2026-03-22', kind: 'promote', count: 1 }]],
    ['workflows[0].workflow', 'workflows[0].template', 'Onboard new hire employee'],
    ['workflows[0].workflow.displayName', 'workflows[0].workflow.displayName', ''],
    ['workflows[0].workflow.tasks', 'workflows[0].workflow.tasks', []],
    ['workflows[0].overrides', 'workflows[0].overrides', {}],
    ['workflows[0].activations[0].at', 'workflows[0].activations', [{ at: 'noon' }]],
    ['workflows[0].activations[0].rule', 'workflows[0].activations', [{ at: '2026-03-22', rule: 'name eq' }]],
  ])('with an impossible value is refused by its path %s (%s)', (expected, path, value) => {
    const { code, field, message } = refusal(withValue(path, value));
    expect(['InvalidArgument', 'InvalidFilter']).toContain(code);
    expect(field).toBe(expected === '' ? path : expected);
    expect(message).toMatch(/^(.*: )?Expected .*, got /);
  });

  it.each(['turnOver', 'tasks.greet.delay', 'population.size', 'workflows[0].name', 'schedule.every'])(
    'with an unknown field %s is refused by its path',
    (path) => {
      const { code, field, message } = refusal(withValue(path, 1));
      expect({ code, field }).toEqual({ code: 'InvalidArgument', field: path });
      expect(message).toContain('to have only');
    },
  );

  it('with a template that does not exist is refused with the names that do', () => {
    const { code, field, message } = refusal(withValue('workflows', [{ template: 'Onboard the cat' }]));
    expect({ code, field }).toEqual({ code: 'NotFound', field: 'workflows[0].template' });
    expect(message).toContain('Onboard new hire employee');
  });

  it.each([
    ['overrides.rule', { rule: "department eq 'Sales" }],
    ['overrides.arguments.groupId', { arguments: { groupId: 'g' } }],
    ['overrides.arguments.groupID', { arguments: { groupID: 7 } }],
    ['overrides.displayName', { displayName: '' }],
    ['overrides.isEnabled', { isEnabled: 'yes' }],
    ['overrides.nmae', { nmae: 'x' }],
  ])('with a template is refused by what is wrong in its overrides: %s', (path, overrides) => {
    const workflow = { template: 'Onboard new hire employee', overrides };
    const { field, message } = refusal(withValue('workflows', [...SMALL.workflows, workflow]));
    expect(field).toBe(`workflows[${SMALL.workflows.length}].${path}`);
    expect(message).toContain('.overrides: ');
  });

  it('with a rule that cannot be read is refused with the position in the rule', () => {
    const { code, field } = refusal(
      withValue('workflows[0].workflow.executionConditions.scope.rule', "department eq 'Sales"),
    );
    expect(code).toBe('InvalidFilter');
    expect(field).toBe('workflows[0].workflow.executionConditions.scope.rule');
  });

  it('with two workflows of one key is refused', () => {
    const [first] = SMALL.workflows;
    expect(refusal(withValue('workflows', [first, first])).field).toBe('workflows[1].key');
  });

  it.each([null, undefined, 7, 'P1Y', []])('that is %s is refused', (input) => {
    expect(refusal(input).code).toBe('InvalidArgument');
  });

  it('is not modified when it is read', () => {
    const copy = structuredClone(SMALL);
    readScenario(copy, { horizon: 'P1D' });
    expect(copy).toEqual(SMALL);
  });

  it('is refused with a seed that is not a whole number', async () => {
    await expect(simulate(SMALL, { seed: 0.5 })).rejects.toMatchObject({ details: { field: 'seed' } });
  });

  it.each(Object.keys(SCENARIOS))('that is shipped as %s is accepted', (name) => {
    expect(refusal(SCENARIOS[name]).code).toBe('accepted');
  });
});

describe('a scenario file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenure-simulate-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const withPeople = async (people: string, population: object): Promise<string> => {
    await writeFile(join(folder, 'people.csv'), people);
    const path = join(folder, 'scenario.json');
    const scenario = { ...SMALL, population: { kind: 'file', path: 'people.csv', ...population } };
    await writeFile(path, JSON.stringify(scenario));
    return path;
  };

  it('is refused with its name when it is missing, not JSON, or invalid', async () => {
    const missing = join(folder, 'missing.json');
    await expect(simulateFile(missing)).rejects.toMatchObject({
      code: 'InvalidFile',
      details: { file: missing },
    });
    const broken = join(folder, 'broken.json');
    await writeFile(broken, '{ "name": ');
    await expect(simulateFile(broken)).rejects.toMatchObject({ code: 'InvalidFile' });
    await writeFile(broken, JSON.stringify({ ...SMALL, horizon: 'P0D' }));
    await expect(simulateFile(broken)).rejects.toMatchObject({ details: { field: 'horizon', file: broken } });
  });

  it('whose people lack a column is refused with the column, before anything runs', async () => {
    const path = await withPeople('WorkerID,Name\n1,Ada\n', {
      map: { id: 'WorkerID', department: 'Department' },
    });
    const lines: string[] = [];
    const running = simulateFile(path, { onTrace: (line) => void lines.push(line) });
    await expect(running).rejects.toMatchObject({
      code: 'InvalidFile',
      message: expect.stringContaining('Department'),
    });
    expect(lines).toEqual([]);
  });

  it('takes people from the file beside it, and their hires make runs', async () => {
    const rows = [
      'WorkerID,Type,Start',
      'w1,Employee,2026-03-22',
      'w2,Employee,2026-03-25',
      'w3,Guest,2026-03-25',
    ];
    const path = await withPeople(rows.join('\n'), {
      map: { id: 'WorkerID', employeeType: 'Type', employeeHireDate: 'Start' },
    });
    const text = JSON.stringify({ ...(JSON.parse(await readText(path)) as Scenario), turnover: {} });
    await writeFile(path, text);
    const seen: string[] = [];
    const result = await simulateFile(path, { onUser: ({ subjectId }) => void seen.push(subjectId) });
    expect(result.totals.peopleAtStart).toBe(3);
    expect(seen).toEqual(['w1', 'w2']);
  });
});

async function readText(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(path, 'utf8');
}
