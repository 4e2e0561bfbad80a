/** Scenarios of the kit: valid, alike each time, and small when they are shrunk. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScenario, type Scenario, simulate } from '../../src/simulate.ts';
import { scenario } from '../../src/testing/fast-check.ts';
import { checkRun } from '../../src/testing.ts';

const SEED = 20_261_124;

/** The smallest scenario that `is` true of, as shrinking finds it. */
function smallest(is: (one: Scenario) => boolean): Scenario {
  const { counterexample } = fc.check(
    fc.property(scenario(), (one) => !is(one)),
    { seed: SEED, numRuns: 2_000 },
  );
  if (!counterexample) throw new Error('Expected a scenario of this kind, got none');
  return counterexample[0];
}

describe('scenarios', () => {
  it('are accepted by the reader, also when they come from a file', () => {
    fc.assert(
      fc.property(scenario(), (one) => {
        expect(JSON.parse(JSON.stringify(one))).toEqual(one);
        const { workflows, startMs, endMs } = readScenario(one);
        expect(workflows).toHaveLength(one.workflows.length);
        expect(endMs).toBeGreaterThan(startMs);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  it('run the same way twice, and every run that they report is sound', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(scenario(), fc.nat({ max: 1_000 }), async (one, seed) => {
        const first = await simulate(one, {
          seed,
          check: true,
          onRun: ({ run }) => {
            runs += 1;
            expect(checkRun(run, [], { results: 'some' })).toEqual([]);
          },
        });
        expect(first.violations).toEqual([]);
        expect((await simulate(one, { seed })).trace.sha256).toBe(first.trace.sha256);
      }),
      { seed: SEED, numRuns: 150 },
    );
    expect(runs).toBeGreaterThan(300);
  });

  it('have everything in them that a scenario can have', () => {
    const seen = new Set<string>();
    for (const one of fc.sample(scenario(), { seed: SEED, numRuns: 500 })) {
      for (const key of Object.keys(one)) seen.add(key);
      for (const { kind } of one.process ?? []) seen.add(kind);
      for (const { kind } of one.changes ?? []) seen.add(kind);
      for (const task of Object.values(one.tasks ?? {})) for (const key of Object.keys(task)) seen.add(key);
      for (const workflow of one.workflows) for (const key of Object.keys(workflow)) seen.add(key);
    }
    const all = [
      ...['timeZone', 'turnover', 'changes', 'tasks', 'schedule', 'capacity', 'process'],
      ...['off', 'asleep', 'clockJump', 'join', 'move', 'leave'],
      ...[
        'duration',
        'failureProbability',
        'failures',
        'outages',
        'hang',
        'rate',
        'timeoutMs',
        'retry',
        'concurrency',
      ],
      ...['workflow', 'template', 'onMove', 'activations'],
    ];
    expect(all.filter((key) => !seen.has(key))).toEqual([]);
  });

  it('shrink to one workflow of one task for no people', () => {
    expect(smallest(() => true)).toEqual({
      name: 'generated',
      start: '2026-01-05',
      horizon: 'P1D',
      population: { kind: 'generated', headcount: 0, departments: expect.any(Array) },
      workflows: [
        {
          workflow: {
            category: 'joiner',
            displayName: 'Workflow 1',
            isSchedulingEnabled: false,
            executionConditions: {
              '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly',
            },
            tasks: [
              { taskDefinitionId: 'createAccount', continueOnError: false, isEnabled: true, arguments: [] },
            ],
          },
          activations: [{ at: '2026-01-05T00:00:00.000Z' }],
        },
      ],
    });
  });

  it('shrink to what a failure needs, and nothing else', () => {
    const killed = smallest(({ process = [] }) =>
      process.some((one) => one.kind === 'off' && one.how === 'kill'),
    );
    expect(Object.keys(killed).sort()).toEqual([
      'horizon',
      'name',
      'population',
      'process',
      'start',
      'workflows',
    ]);
    expect(killed.process).toHaveLength(1);
    const hanging = smallest(({ tasks = {} }) => Object.values(tasks).some(({ hang }) => hang !== undefined));
    expect(Object.values(hanging.tasks ?? {})).toEqual([{ hang: { probability: 0 }, timeoutMs: 30_000 }]);
  });
});
