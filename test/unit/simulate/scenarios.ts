/** Small scenarios for tests. */
import type { Scenario, SimulateOptions, SimulationResult } from '../../../src/simulate.ts';
import { simulate } from '../../../src/simulate.ts';

/** Joiners of a fortnight in a company of 200; the first day has two tasks that take time. */
export const SMALL: Scenario = {
  name: 'Small',
  start: '2026-03-20',
  horizon: 'P14D',
  timeZone: 'Europe/Berlin',
  population: { kind: 'generated', headcount: 200 },
  turnover: { joinersPerMonth: 80, leaversPerMonth: 20, moversPerMonth: 30 },
  workflows: [
    {
      key: 'First day',
      workflow: {
        category: 'joiner',
        displayName: 'Welcome',
        executionConditions: {
          scope: { rule: "employeeType in ('Employee', 'Contractor')" },
          trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
        },
        tasks: [
          { taskDefinitionId: 'openAccount', displayName: 'Open account' },
          { taskDefinitionId: 'greet', displayName: 'Greet', continueOnError: true },
        ],
      },
    },
  ],
  tasks: {
    openAccount: { duration: { kind: 'lognormal', medianMs: 400, p95Ms: 2_000 }, failureProbability: 0.1 },
    greet: {
      duration: { kind: 'exponential', meanMs: 900 },
      failureProbability: 0.2,
      retry: { attempts: 2, delayMs: 5_000 },
    },
  },
};

/** A workflow that runs on demand only. */
export const ON_DEMAND = {
  '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly',
} as const;

/** All people in one run, one task called `task`, at the first second. */
export function oneRun(
  headcount: number,
  tasks: Scenario['tasks'] = {},
  more: Partial<Scenario> = {},
): Scenario {
  return {
    name: 'One run',
    start: '2026-01-05T00:00:00Z',
    horizon: 'PT2H',
    population: { kind: 'generated', headcount },
    workflows: [
      {
        key: 'W',
        workflow: {
          category: 'mover',
          displayName: 'W',
          executionConditions: ON_DEMAND,
          tasks: [{ taskDefinitionId: 'task', displayName: 'Task' }],
        },
        activations: [{ at: '2026-01-05T00:00:01Z' }],
      },
    ],
    tasks,
    ...more,
  };
}

/** The result and all lines of the trace. */
export async function traced(
  scenario: Scenario,
  options: SimulateOptions = {},
): Promise<{ readonly result: SimulationResult; readonly lines: readonly string[] }> {
  const lines: string[] = [];
  const result = await simulate(scenario, {
    check: true,
    ...options,
    onTrace: (line) => void lines.push(line),
  });
  return { result, lines };
}
