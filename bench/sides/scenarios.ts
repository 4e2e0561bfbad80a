/** The simulated scenarios. */
import type { Scenario } from '../../src/simulate.ts';

/** Processes all users every minute, `times` times: one task that returns at once. */
export function noOps(people: number, times: number): Scenario {
  const at = (minute: number): string => new Date(Date.UTC(2026, 0, 5, 0, minute + 1)).toISOString();
  return {
    name: 'No-ops',
    start: '2026-01-05T00:00:00Z',
    horizon: 'P1D',
    population: { kind: 'generated', headcount: people },
    workflows: [
      {
        key: 'W',
        workflow: {
          category: 'mover',
          displayName: 'W',
          executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
          tasks: [{ taskDefinitionId: 'nothing', displayName: 'Nothing' }],
        },
        activations: Array.from({ length: times }, (_, minute) => ({ at: at(minute) })),
      },
    ],
  };
}

/** A year of an ordinary company: three scheduled workflows of three tasks, a slot every three hours. */
export function year(people: number): Scenario {
  const due = (
    attribute: 'employeeHireDate' | 'employeeLeaveDateTime',
    offsetInDays: number,
    name: string,
  ) => ({
    key: name,
    workflow: {
      category: attribute === 'employeeHireDate' ? ('joiner' as const) : ('leaver' as const),
      displayName: name,
      executionConditions: {
        scope: { rule: "employeeType in ('Employee', 'Contractor')" },
        trigger: { timeBasedAttribute: attribute, offsetInDays },
      },
      tasks: ['one', 'two', 'three'].map((task) => ({ taskDefinitionId: task, displayName: task })),
    },
  });
  return {
    name: 'A year',
    start: '2026-01-01',
    horizon: 'P1Y',
    timeZone: 'Europe/Berlin',
    population: { kind: 'generated', headcount: people },
    turnover: { joinersPerMonth: people / 80, leaversPerMonth: people / 100, moversPerMonth: people / 200 },
    workflows: [
      due('employeeHireDate', -7, 'Week before'),
      due('employeeHireDate', 0, 'First day'),
      due('employeeLeaveDateTime', 0, 'Last day'),
    ],
    tasks: {
      '*': { duration: { kind: 'lognormal', medianMs: 800, p95Ms: 5_000 }, failureProbability: 0.01 },
    },
  };
}
