import { beforeAll, describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import { type ScenarioFromRecord, scenarioFrom, simulate } from '../../../../src/simulate.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { codeOf, idsOf, makeWorld, workflowInput } from '../../../helpers/world.ts';
import { type History, historyOf, QUARTER } from './history.ts';

let history: History;
let made: ScenarioFromRecord;

beforeAll(async () => {
  history = await historyOf(QUARTER);
  made = await scenarioFrom(history.store, history.directory, { timeZone: 'Europe/Berlin' });
});

const notesOf = ({ scenario }: ScenarioFromRecord): string => (scenario.notes ?? []).join('\n');

describe('a scenario from a record', () => {
  it('covers the recorded days, with the slots and workflows of the store', () => {
    const { scenario } = made;
    expect(scenario.start).toBe('2026-01-01');
    expect(['P74D', 'P75D', 'P76D']).toContain(scenario.horizon);
    expect(scenario.schedule).toEqual({ intervalHours: 3, catchUpDays: 3 });
    expect(scenario.workflows.map(({ key, onMove }) => [key, onMove])).toEqual([
      ['First day', undefined],
      ['Last day', undefined],
      ['Moved', true],
    ]);
  });

  it('has the recorded figures', () => {
    const { usersCount, users, runsCount } = history.result.totals;
    expect(made.recorded).toMatchObject({ runsCount, usersCount, users });
    expect(made.recorded.byHour.reduce((sum, count) => sum + count, 0)).toBe(usersCount);
  });

  it('has the people as they were at the start, and turnover at the observed rates', () => {
    const { population, turnover } = made.scenario;
    const people = population.kind === 'given' ? population.people : [];
    const startMs = Date.parse('2025-12-31T23:00:00Z');
    expect(people.length).toBeGreaterThan(1_000);
    expect(people.every(({ employeeHireDate: date }) => Date.parse(String(date)) <= startMs)).toBe(true);
    expect(people.some((person) => 'employeeLeaveDateTime' in person)).toBe(false);
    expect(Math.abs((turnover?.joinersPerMonth ?? 0) - 400)).toBeLessThan(50);
    expect(Math.abs((turnover?.leaversPerMonth ?? 0) - 150)).toBeLessThan(35);
    expect(Math.abs((turnover?.moversPerMonth ?? 0) - 120)).toBeLessThan(30);
  });

  it('has durations as quantiles of the record', () => {
    const { duration } = made.scenario.tasks?.account ?? {};
    const points = duration?.kind === 'quantiles' ? duration.points : [];
    const at = (share: number) => points.find((point) => point.share === share)?.ms ?? 0;
    expect(Math.abs(at(0.5) / 40_000 - 1)).toBeLessThan(0.12);
    expect(Math.abs(at(0.95) / 200_000 - 1)).toBeLessThan(0.25);
  });

  it('has failures by code and by what they depend on most', () => {
    const [sales, others, ...more] = made.scenario.tasks?.account?.failures ?? [];
    expect(more).toEqual([]);
    expect(sales).toMatchObject({ code: 'NoLicence', reason: 'No licence', departments: ['Sales'] });
    expect(others?.departments).toBeUndefined();
    expect(Math.abs((sales?.probability ?? 0) - 0.25)).toBeLessThan(0.06);
    // Some moved between the departments since.
    expect(Math.abs((others?.probability ?? 0) - 0.03)).toBeLessThan(0.03);
    expect(notesOf(made)).toMatch(/“account”: NoLicence \(“No licence”\) depends on the department most/);
  });

  it('has outages as times, outside of which the task does not fail', () => {
    const { outages, failures } = made.scenario.tasks?.approve ?? {};
    expect(failures).toBeUndefined();
    expect(outages).toHaveLength(1);
    const [fromMs, untilMs] = [outages?.[0]?.from, outages?.[0]?.until].map((text) => Date.parse(text ?? ''));
    expect(fromMs).toBeGreaterThanOrEqual(Date.parse('2026-02-09T22:00:00Z'));
    expect(untilMs).toBeLessThanOrEqual(Date.parse('2026-02-17T00:00:00Z'));
  });

  it('names what the record cannot say, with what is taken instead', () => {
    expect(notesOf(made)).toMatch(/Concurrency: not in the record; the default, 256\./);
    expect(notesOf(made)).toMatch(/Retries: the record has the last attempt/);
  });

  it('is an ordinary scenario', async () => {
    const result = await simulate(made.scenario, { horizon: 'P10D', check: true });
    expect(result.violations).toEqual([]);
    expect(result.totals.usersCount).toBeGreaterThan(50);
  });

  it('has, when anonymous, no id, name or address of a person, and the same structure', async () => {
    const anonymous = await scenarioFrom(history.store, history.directory, { anonymous: true });
    const text = JSON.stringify(anonymous.scenario);
    for (const person of history.people.slice(0, 200)) {
      expect(text).not.toContain(`"${person.id}"`);
      expect(text).not.toContain(String(person.displayName));
    }
    expect(text).not.toContain('ada@contoso.com');
    const { population } = anonymous.scenario;
    const people = population.kind === 'given' ? population.people : [];
    const ids = new Set(people.map(({ id }) => id));
    const managed = people.filter(({ manager }) => ids.has(String(manager)));
    expect(managed.length).toBeGreaterThan(people.length / 2);
    expect(anonymous.scenario.tasks?.account?.failures?.[0]?.departments).toEqual(['Sales']);
  });

  it('begins where `since` says, and counts what comes after only', async () => {
    const part = await scenarioFrom(history.store, history.directory, { since: '2026-03-01' });
    expect(part.scenario.start).toBe('2026-03-01');
    expect(part.recorded.usersCount).toBeLessThan(made.recorded.usersCount / 2);
    const last = await scenarioFrom(history.store, history.directory, { since: 'P30D' });
    expect(last.scenario.horizon).toBe('P30D');
  });

  it('refuses a record without runs, another directory, and a since outside of the record', async () => {
    const empty = scenarioFrom(memoryStore(), history.directory);
    await expect(empty).rejects.toThrow('Expected a record with runs, got one without any');
    const others = arrayDirectory([{ id: 'x' }, { id: 'y' }]);
    await expect(scenarioFrom(history.store, others)).rejects.toThrow(
      /^Expected the directory to have the people of the record, got 0 of [\d,]+ user results/,
    );
    for (const since of ['P1Y', '2025-06-01', '2030-01-01', 'yesterday'])
      expect(await codeOf(scenarioFrom(history.store, history.directory, { since }))).toBe('InvalidArgument');
    await expect(scenarioFrom(history.store, history.directory, { since: 'P1Y' })).rejects.toThrow(
      /^Expected since to be within the record, which goes from 2025-12-31 to 2026-0\d-\d\d, got `P1Y`$/,
    );
  });
});

describe('a scenario from the record of an engine', () => {
  it('takes what a task waited for its callback as a wait, and what the engine gave to other attempts too', async () => {
    const callout = { post: () => Promise.reject(new Error('not called')), secret: () => 'a secret' };
    const attempts = new Map<string, number>();
    const tasks = {
      approve: { callbackTimeoutMs: 3_600_000, run: () => {} },
      mail: {
        retry: { attempts: 2, delayMs: 30_000 },
        run: ({ subject }: { readonly subject: { readonly id: string } }) => {
          const made = (attempts.get(subject.id) ?? 0) + 1;
          attempts.set(subject.id, made);
          if (made === 1) throw new Error('busy');
        },
      },
    };
    const world = makeWorld({ callout, tasks, subjects: 30 });
    const { engine, clock, store } = world;
    await engine.start();
    const workflow = await engine.workflows.create(workflowInput(['approve', 'mail']));
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(30) });
    await clock.advance(600_000);
    const { value: waiting } = await engine.taskProcessingResults.listWaiting({ top: 100 });
    for (const { id } of waiting)
      await engine.taskProcessingResults.resume(
        id,
        { data: { operationStatus: 'completed' } },
        { trusted: true },
      );
    await clock.advance(120_000);
    expect((await engine.runs.get(run.id)).processingStatus).toBe('completed');
    const people = idsOf(30).map((id) => ({ id }));
    const { scenario } = await scenarioFrom(store, arrayDirectory(people));
    expect(scenario.tasks?.approve).toEqual({ wait: { kind: 'fixed', ms: 600_000 } });
    expect(scenario.tasks?.mail).toMatchObject({ duration: { kind: 'fixed', ms: 0 } });
    const { wait } = scenario.tasks?.mail ?? {};
    const waits =
      wait?.kind === 'quantiles' ? wait.points.map(({ ms }) => ms) : wait?.kind === 'fixed' ? [wait.ms] : [];
    expect(Math.min(...waits)).toBeGreaterThan(10_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(scenario.workflows[0]?.activations).toMatchObject([{ limit: 30 }]);
    await engine.close();
  });
});
