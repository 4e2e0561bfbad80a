import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayDirectory, createEngine, type Engine } from '../../../../src/index.ts';
import { compareVersions, type VersionsCompared } from '../../../../src/simulate.ts';
import { codeOf, scheduledInput, workflowInput } from '../../../helpers/world.ts';

const DAY_MS = 86_400_000;
const soon = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();
/** Two a day come due over the coming 20 days, one of them in Sales. */
const PEOPLE = Array.from({ length: 40 }, (_, no) => ({
  id: `p${no + 1}`,
  department: no % 2 === 0 ? 'Sales' : 'IT',
  employeeHireDate: soon((no >> 1) + 0.6),
}));

describe('versions of a workflow', () => {
  let engine: Engine;
  let id: string;
  let handled = 0;
  let compared: VersionsCompared;
  const shares: number[] = [];

  beforeAll(async () => {
    engine = await createEngine({
      directory: arrayDirectory(PEOPLE),
      tasks: {
        '*': () => {
          handled += 1;
        },
      },
    });
    const { workflows } = engine;
    const made = await workflows.create(scheduledInput(['mail', 'badge']));
    const { executionConditions } = scheduledInput(['mail'], { rule: 'department ne null', offsetInDays: 1 });
    await workflows.createNewVersion(made.id, {
      displayName: 'Renamed',
      executionConditions,
      tasks: [{ taskDefinitionId: 'mail' }],
    });
    id = made.id;
    compared = await compareVersions(engine, id, {
      before: 1,
      after: 2,
      days: 15,
      onProgress: (share) => shares.push(share),
    });
  });
  afterAll(() => engine.close());

  it('are compared on the people of the directory, whose dates come due', () => {
    const { comparison, peopleCount } = compared;
    expect(peopleCount).toBe(40);
    expect(comparison.hasSamePeople).toBe(true);
    expect(comparison.differingParts).toEqual(['workflows']);
    const [workflow, ...others] = comparison.workflows;
    // Within 15 days: 15 of Sales on their day; of all 28 a day later, 14 of them in Sales.
    expect([others, workflow?.key]).toEqual([[], 'Renamed']);
    expect(comparison.a.totals.usersCount).toBe(15);
    expect(comparison.b.totals.usersCount).toBe(28);
    expect(comparison.a.totals.tasksCompleted).toBe(30);
    expect(comparison.b.totals.tasksCompleted).toBe(28);
  });

  it('change nothing at the engine', async () => {
    expect(handled).toBe(0);
    expect((await engine.runs.list()).value).toEqual([]);
  });

  it('say how far the comparison is, up to the end', () => {
    expect(shares.length).toBeGreaterThan(10);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.9);
  });

  it('say what is assumed, also in the report', () => {
    expect(compared.tasks).toEqual([
      { task: 'mail', medianMs: 500, p95Ms: 2_000, failureShare: 0, measuredCount: null },
      { task: 'badge', medianMs: 500, p95Ms: 2_000, failureShare: 0, measuredCount: null },
    ]);
    expect(compared.assumptions.join('\n')).toContain('“badge” takes 500 ms');
    expect(compared.assumptions[0]).toContain(
      'The 40 people of the directory stay as they are now for 15 days',
    );
    expect(compared.report).toContain('<h2>Assumptions</h2>');
    expect(compared.report).toContain('too little was measured here');
  });

  it('are refused where there is no such version, or too many people', async () => {
    const both = { before: 1, after: 2 };
    expect(await codeOf(compareVersions(engine, id, { before: 1, after: 3 }))).toBe('NotFound');
    expect(await codeOf(compareVersions(engine, id, { before: 0, after: 2 }))).toBe('InvalidArgument');
    expect(await codeOf(compareVersions(engine, id, { ...both, peopleMax: 39 }))).toBe('LimitExceeded');
    expect(await codeOf(compareVersions(engine, id, { ...both, timeoutMs: 1 }))).toBe('LimitExceeded');
    const given = { signal: {} as AbortSignal };
    expect(await codeOf(compareVersions(engine, id, { ...both, ...given }))).toBe('InvalidArgument');
  });

  it('end with their signal, before and while they are compared', async () => {
    const both = { before: 1, after: 2, days: 366 };
    const gone = new Error('gone');
    await expect(compareVersions(engine, id, { ...both, signal: AbortSignal.abort(gone) })).rejects.toBe(
      gone,
    );
    const controller = new AbortController();
    const onProgress = () => controller.abort(gone);
    const running = compareVersions(engine, id, { ...both, signal: controller.signal, onProgress });
    await expect(running).rejects.toBe(gone);
  });

  it('that run on demand run once, for all people', async () => {
    const { workflows } = engine;
    const made = await workflows.create(workflowInput(['mail']));
    await workflows.createNewVersion(made.id, {
      executionConditions: made.executionConditions,
      tasks: [{ taskDefinitionId: 'mail' }, { taskDefinitionId: 'badge' }],
    });
    const { comparison, assumptions } = await compareVersions(engine, made.id, {
      before: 1,
      after: 2,
      days: 1,
    });
    expect(comparison.a.totals).toMatchObject({ usersCount: 40, tasksCompleted: 40 });
    expect(comparison.b.totals).toMatchObject({ usersCount: 40, tasksCompleted: 80 });
    expect(assumptions).toContain('A version that runs on demand runs once, at the start, for all people.');
  });

  it('cannot be compared for people whose attributes are no data', async () => {
    const odd = await createEngine({
      directory: arrayDirectory([{ id: 'a', department: () => 'Sales' }]),
      tasks: { '*': () => {} },
    });
    const { id: workflowId } = await odd.workflows.create(workflowInput(['mail']));
    const code = await codeOf(compareVersions(odd, workflowId, { before: 1, after: 1 }));
    expect(code).toBe('InvalidArgument');
    await odd.close();
  });
});
