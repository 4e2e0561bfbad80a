/** Plans beside a plan: what happens at a store call, happens some calls earlier or later. */
import type { Plan } from './plan.ts';

/** Calls that a change of the code may add or take away before a moment, at most. */
const CALLS_MAX = 6;

/**
 * The plan, and those with one or all of its moments at other calls. A bug that a plan found at the n-th call
 * is found there no more when the engine makes one call more before it; in the neighbourhood it still is.
 */
export function* neighboursOf(plan: Plan): Generator<Plan> {
  yield plan;
  const atCalls = plan.happenings.flatMap(({ at }, index) => ('call' in at ? [index] : []));
  const moved = atCalls.length > 1 ? [...atCalls.map((index) => [index]), atCalls] : [atCalls];
  for (const indexes of atCalls.length === 0 ? [] : moved)
    for (let by = -CALLS_MAX; by <= CALLS_MAX; by += 1) if (by !== 0) yield shifted(plan, indexes, by);
}

function shifted(plan: Plan, indexes: readonly number[], by: number): Plan {
  const happenings = plan.happenings.map((happening, index) => {
    const { at, what } = happening;
    if (!('call' in at) || !indexes.includes(index)) return happening;
    return { at: { ...at, call: Math.max(1, at.call + by) }, what };
  });
  return { ...plan, happenings };
}
