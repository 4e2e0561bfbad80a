/** Makes a plan that fails as small as it can be while it still fails in the same way. */

import type { ClusterPlan, Plan, TaskPlan, What, WorkflowPlan } from './plan.ts';
import { runScenario } from './scenario.ts';

/** Scenarios that a shrinking may cost. */
const SCENARIOS_MAX = 1_500;

/** A plan that fails, and how. */
export interface Failure {
  readonly plan: Plan;
  readonly violations: readonly string[];
}

/** What is wrong with a scenario; a scenario that cannot be run to its end is wrong too. */
export async function violationsIn(plan: Plan): Promise<readonly string[]> {
  try {
    return (await runScenario(plan)).violations;
  } catch (error) {
    return [`thrown: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

/** The smallest plan that was found to break the same rule as `plan`. */
export async function shrink(plan: Plan, violations: readonly string[]): Promise<Failure> {
  const rule = ruleOf(violations);
  let best: Failure = { plan, violations };
  let scenarios = 0;
  for (let isSmaller = true; isSmaller && scenarios < SCENARIOS_MAX; ) {
    isSmaller = false;
    for (const smaller of smallerPlans(best.plan)) {
      scenarios += 1;
      if (scenarios >= SCENARIOS_MAX) break;
      const found = await violationsIn(smaller);
      if (found.length === 0 || ruleOf(found) !== rule) continue;
      best = { plan: smaller, violations: found };
      isSmaller = true;
      break;
    }
  }
  return best;
}

/** The rule that was broken first. */
function ruleOf(violations: readonly string[]): string {
  return violations[0]?.split(':')[0] ?? '';
}

/** Plans with a little less in them, those with much less first. */
function* smallerPlans(plan: Plan): Generator<Plan> {
  const { happenings } = plan;
  for (let size = Math.ceil(happenings.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < happenings.length; from += size)
      yield { ...plan, happenings: happenings.toSpliced(from, size) };
  }
  if (plan.store === 'sqlite') yield { ...plan, store: 'memory' };
  yield* withSmallerCluster(plan);
  yield* withFewerWorkflows(plan);
  if (plan.jitter > 0) yield { ...plan, jitter: 0 };
  for (const name of Object.keys(plan.limits)) {
    const { [name as keyof Plan['limits']]: _, ...limits } = plan.limits;
    yield { ...plan, limits };
  }
  if (plan.strictFailed) yield { ...plan, strictFailed: false };
  if (plan.missedSlots !== 'once') yield { ...plan, missedSlots: 'once' };
  if (plan.interruptionsMax !== 10) yield { ...plan, interruptionsMax: 10 };
  if (plan.horizonMs > 60_000) yield { ...plan, horizonMs: Math.max(60_000, Math.round(plan.horizonMs / 2)) };
  yield* withFewerPeople(plan);
  yield* withSimplerHappenings(plan);
}

function* withSmallerCluster(plan: Plan): Generator<Plan> {
  const { cluster } = plan;
  if (!cluster) return;
  const put = (smaller: Partial<ClusterPlan>): Plan => ({ ...plan, cluster: { ...cluster, ...smaller } });
  const { skewsMs, slices } = cluster;
  if (skewsMs.length > 1) yield put({ skewsMs: skewsMs.slice(0, -1) });
  if (skewsMs.some((ms) => ms !== 0)) yield put({ skewsMs: skewsMs.map(() => 0) });
  if (cluster.wayMs > 0) yield put({ wayMs: 0 });
  if (cluster.offersLost > 0) yield put({ offersLost: 0 });
  if (cluster.offersDoubled > 0) yield put({ offersDoubled: 0 });
  if (slices.max > slices.min) yield put({ slices: { ...slices, max: slices.min } });
}

function* withFewerWorkflows(plan: Plan): Generator<Plan> {
  const { workflows } = plan;
  if (workflows.length > 1) yield { ...plan, workflows: workflows.slice(0, -1) };
  for (const [index, workflow] of workflows.entries()) {
    const put = (changed: WorkflowPlan): Plan => ({ ...plan, workflows: workflows.with(index, changed) });
    const { tasks } = workflow;
    if (workflow.isScheduled) yield put({ ...workflow, isScheduled: false });
    for (const at of tasks.keys())
      if (tasks.length > 1) yield put({ ...workflow, tasks: tasks.toSpliced(at, 1) });
    for (const [at, task] of tasks.entries())
      for (const simpler of simplerTasks(task)) yield put({ ...workflow, tasks: tasks.with(at, simpler) });
  }
}

const PLAIN: TaskPlan = {
  continueOnError: false,
  attempts: 1,
  delayMs: 0,
  timeoutMs: null,
  concurrency: null,
  latencyMs: 0,
};

function simplerTasks(task: TaskPlan): TaskPlan[] {
  return (Object.keys(PLAIN) as (keyof TaskPlan)[])
    .filter((name) => task[name] !== PLAIN[name])
    .map((name) => ({ ...task, [name]: PLAIN[name] }));
}

function* withFewerPeople(plan: Plan): Generator<Plan> {
  const users = Math.max(
    1,
    ...plan.happenings.map(({ what }) => (what.kind === 'activate' ? what.from + what.users - 1 : 1)),
  );
  if (users < plan.users) yield { ...plan, users };
  if (plan.users > 1 && !plan.workflows.some((workflow) => !workflow.isScheduled))
    yield { ...plan, users: plan.users - 1 };
  if (plan.concurrency > 1) yield { ...plan, concurrency: plan.concurrency - 1 };
}

function* withSimplerHappenings(plan: Plan): Generator<Plan> {
  for (const [index, { at, what }] of plan.happenings.entries())
    for (const simpler of simplerOperations(what))
      yield { ...plan, happenings: plan.happenings.with(index, { at, what: simpler }) };
}

function simplerOperations(what: What): What[] {
  const list: What[] = [];
  if ('times' in what && what.times > 1) list.push({ ...what, times: what.times - 1 });
  if ('offMs' in what && what.offMs > 0) list.push({ ...what, offMs: 0 });
  if (what.kind === 'activate' && what.users > 1) list.push({ ...what, users: what.users - 1 });
  if (what.kind === 'activate' && what.from > 1) list.push({ ...what, from: 1 });
  return list;
}
