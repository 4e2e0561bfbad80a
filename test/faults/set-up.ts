/** People and workflows of a scenario. */

import type { WorkflowInput } from '../../src/ledger/input/workflow.ts';
import { assembleLedger } from '../../src/ledger/ledger.ts';
import type { Subject } from '../../src/model/subject.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Store } from '../../src/ports/store.ts';
import { definitionOf } from './handlers.ts';
import type { Plan, WorkflowPlan } from './plan.ts';
import { quickIds } from './quick-ids.ts';

/** When every scenario begins: a little after a slot of the schedule. */
export const START_MS = Date.parse('2026-03-02T00:20:00Z');
const HALF_DAY_MS = 43_200_000;

/** The people of a plan: `u1` was due a day ago, and each next one is due half a day later. */
export function peopleOf(plan: Plan): Subject[] {
  return Array.from({ length: plan.users }, (_, index) => ({
    id: `u${index + 1}`,
    department: 'Sales',
    employeeHireDate: new Date(START_MS + (index - 2) * HALF_DAY_MS).toISOString(),
  }));
}

/** Their ids, `count` from `from` (1-based) on. */
export function idsFrom(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `u${from + index}`);
}

/** Keeps the workflows of a plan, before anything can go wrong; their ids. */
export async function setUpWorkflows(store: Store, clock: Clock, plan: Plan): Promise<readonly string[]> {
  const ledger = assembleLedger({
    store,
    clock,
    ids: quickIds(plan.seed * 64),
    events: { emit: () => {}, has: () => false },
    aggregation: { strictFailed: plan.strictFailed },
    planning: new Set(),
  });
  const ids: string[] = [];
  for (const [index, workflow] of plan.workflows.entries())
    ids.push((await ledger.workflows.create(inputOf(workflow, index))).id);
  return ids;
}

function inputOf({ isScheduled, tasks }: WorkflowPlan, index: number): WorkflowInput {
  return {
    category: 'joiner',
    displayName: `Workflow ${index}`,
    isSchedulingEnabled: isScheduled,
    executionConditions: isScheduled
      ? {
          scope: { rule: "department eq 'Sales'" },
          trigger: { timeBasedAttribute: 'employeeHireDate', offsetInDays: 0 },
        }
      : { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: tasks.map(({ continueOnError }, task) => ({
      taskDefinitionId: definitionOf(index, task),
      continueOnError,
    })),
  };
}
