import fc from 'fast-check';
import { readOptions } from '../../input/options.ts';
import type { TaskInput, WorkflowInput } from '../../ledger/workflow-input.ts';
import { TRIGGER_ATTRIBUTES } from '../../model/workflow.ts';
import { TASK, WORKFLOW } from './options.ts';
import { workflowCategory } from './statuses.ts';

const DEFINITIONS = ['createAccount', 'addToGroups', 'sendMail', 'notifyManager', 'handOverBadge'] as const;

/** What a task may look like. */
export interface TaskOptions {
  /** Names of task definitions to choose from: keys of your handlers. Default: five invented ones. */
  readonly definitions?: readonly string[];
}

/** A task of a workflow. Shrinks to the first definition, enabled, without arguments. */
export function task(options?: TaskOptions): fc.Arbitrary<TaskInput> {
  const { definitions = DEFINITIONS } = readOptions(options, 'task', TASK);
  return fc.record({
    taskDefinitionId: fc.constantFrom(...definitions),
    continueOnError: fc.boolean(),
    isEnabled: fc.integer({ min: 0, max: 5 }).map((die) => die < 5),
    arguments: fc.uniqueArray(
      fc.record({ name: fc.constantFrom('groupID', 'subject', 'days'), value: fc.string({ maxLength: 12 }) }),
      { maxLength: 2, selector: ({ name }) => name },
    ),
  });
}

/** Tasks of a workflow, at least one of which is enabled. */
export function tasks(
  options?: TaskOptions & { readonly tasksMax?: number },
): fc.Arbitrary<readonly TaskInput[]> {
  const { scheduled: _, ...shape } = WORKFLOW;
  const { tasksMax, ...ofTask } = readOptions(options, 'tasks', shape);
  return fc
    .array(task(ofTask), { minLength: 1, maxLength: tasksMax })
    .map((list) =>
      list.some((one) => one.isEnabled)
        ? list
        : [{ ...list[0], isEnabled: true } as TaskInput, ...list.slice(1)],
    );
}

/** Options of {@link workflowInput}. */
export interface WorkflowOptions extends TaskOptions {
  readonly tasksMax?: number;
  /** `true`: only with a trigger and scheduled; `false`: only on demand. Default: either. */
  readonly scheduled?: boolean;
}

/** What `workflows.create` takes, always valid. Shrinks to a joiner on demand with one task. */
export function workflowInput(options?: WorkflowOptions): fc.Arbitrary<WorkflowInput> {
  const { scheduled, ...ofTasks } = readOptions(options, 'workflowInput', WORKFLOW);
  const onDemand = fc.constant({
    '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly',
  });
  const triggered = fc.record({
    scope: fc.record({
      rule: fc.constantFrom("department eq 'Sales'", "department ne 'Sales'", "startsWith(jobTitle, 'A')"),
    }),
    trigger: fc.record({
      timeBasedAttribute: fc.constantFrom(...TRIGGER_ATTRIBUTES),
      offsetInDays: fc.integer({ min: -14, max: 14 }),
    }),
  });
  const isScheduled = scheduled === undefined ? fc.boolean() : fc.constant(scheduled);
  return fc
    .record({
      category: workflowCategory(),
      name: fc.nat({ max: 0xffff }),
      isScheduled,
      onDemand,
      triggered,
      list: tasks(ofTasks),
    })
    .map((drawn) => ({
      category: drawn.category,
      displayName: `Workflow ${drawn.name.toString(16)}`,
      isSchedulingEnabled: drawn.isScheduled,
      executionConditions: drawn.isScheduled ? drawn.triggered : drawn.onDemand,
      tasks: drawn.list,
    }));
}
