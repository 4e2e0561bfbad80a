/** Checks that the schema cannot express: how the values of a scenario fit together. */
import { invalid } from '../../input/refuse.ts';
import { type EpochMs, HOUR_MS } from '../../model/time.ts';
import type { DurationPoint, DurationShape } from './duration-shape.ts';
import { ARRIVALS_MAX, type Scenario } from './scenario.ts';

/** Checks weights, rates and notice. @throws LifecycleError `InvalidArgument`. */
export function checkTurnover({ turnover }: Scenario): void {
  if (!turnover) return;
  const { joinersPerMonth, growthPerYear, noticeDays, seasonality, joinDays, leaveDays } = turnover;
  if (joinersPerMonth !== undefined && growthPerYear !== undefined)
    throw invalid({ path: 'turnover.growthPerYear', value: growthPerYear }, 'absent beside joinersPerMonth');
  if (noticeDays && noticeDays.max < noticeDays.min)
    throw invalid(
      { path: 'turnover.noticeDays.max', value: noticeDays.max },
      `at least min (${noticeDays.min})`,
    );
  for (const [name, weights] of Object.entries({ seasonality, joinDays, leaveDays })) {
    if (weights && Object.values(weights).every((weight) => weight === 0))
      throw invalid({ path: `turnover.${name}`, value: weights }, 'weights that are not all 0');
  }
}

/** Checks durations, hangs, and the time spans of outages and failures. @throws LifecycleError `InvalidArgument`. */
export function checkTasks({ tasks = {} }: Scenario, momentOf: (text: string) => EpochMs): void {
  for (const [name, task] of Object.entries(tasks)) {
    const path = `tasks.${name}`;
    if (task.duration) checkShape(`${path}.duration`, task.duration);
    if (task.wait) checkShape(`${path}.wait`, task.wait);
    if (task.hang && task.hang.probability > 0 && task.timeoutMs === undefined)
      throw invalid({ path: `${path}.timeoutMs`, value: undefined }, 'given for a task that may hang');
    for (const [at, outage] of (task.outages ?? []).entries()) {
      checkOrder(`${path}.outages[${at}]`, outage, momentOf);
      if (outage.wait) checkShape(`${path}.outages[${at}].wait`, outage.wait);
    }
    for (const [at, rule] of (task.failures ?? []).entries())
      checkOrder(`${path}.failures[${at}]`, rule, momentOf);
  }
}

function checkShape(path: string, shape: DurationShape): void {
  if (shape.kind === 'uniform' && shape.maxMs < shape.minMs)
    throw invalid({ path: `${path}.maxMs`, value: shape.maxMs }, `at least minMs (${shape.minMs})`);
  if (shape.kind === 'lognormal' && shape.p95Ms < shape.medianMs)
    throw invalid({ path: `${path}.p95Ms`, value: shape.p95Ms }, `at least medianMs (${shape.medianMs})`);
  if (shape.kind === 'quantiles') checkPoints(`${path}.points`, shape.points);
}

function checkPoints(path: string, points: readonly DurationPoint[]): void {
  for (const [at, { share, ms }] of points.entries()) {
    const before = points[at - 1];
    const place = { path: `${path}[${at}].share`, value: share };
    if (at === 0 && share !== 0) throw invalid(place, '0, at the first point');
    if (at === points.length - 1 && share !== 1) throw invalid(place, '1, at the last point');
    if (before && share <= before.share)
      throw invalid(place, `above that of the point before (${before.share})`);
    if (before && ms < before.ms)
      throw invalid(
        { path: `${path}[${at}].ms`, value: ms },
        `at least that of the point before (${before.ms})`,
      );
  }
}

/** Checks that `until` comes after `from`. @throws LifecycleError `InvalidArgument`. */
export function checkOrder(
  path: string,
  { from, until }: { readonly from?: string; readonly until?: string },
  momentOf: (text: string) => EpochMs,
): void {
  if (from !== undefined && until !== undefined && momentOf(until) <= momentOf(from))
    throw invalid({ path: `${path}.until`, value: until }, `after from (${from})`);
}

/** Checks counts, shares and departments of mass changes. @throws LifecycleError `InvalidArgument`. */
export function checkChanges({ changes = [], population }: Scenario): void {
  const known =
    population.kind === 'generated' && population.departments
      ? new Set(population.departments.map(({ name }) => name))
      : null;
  for (const [at, change] of changes.entries()) {
    const path = `changes[${at}]`;
    const { count, share, department, to } = change;
    if ((count === undefined) === (share === undefined))
      throw invalid({ path: `${path}.count`, value: count }, 'given, or share, but not both');
    if (change.kind === 'join' && share !== undefined)
      throw invalid({ path: `${path}.share`, value: share }, 'absent for people who join: give their count');
    if ((change.kind === 'move') !== (to !== undefined))
      throw invalid({ path: `${path}.to`, value: to }, 'given for a move, and only there');
    // People may join, or move to, a department that does not exist yet.
    const comesFrom = change.kind === 'join' ? undefined : department;
    const isNew =
      changes.some((other) => other.department === comesFrom || other.to === comesFrom) &&
      comesFrom !== undefined;
    const isMade = changes.some(
      (other) => (other.kind === 'join' ? other.department : other.to) === comesFrom,
    );
    if (known && comesFrom !== undefined && !known.has(comesFrom) && !(isNew && isMade))
      throw invalid({ path: `${path}.department`, value: comesFrom }, `one of ${[...known].join(', ')}`);
  }
}

/** Checks that the arrivals of all workflows are not too many. @throws LifecycleError `InvalidArgument`. */
export function checkArrivals({ workflows }: Scenario, startMs: EpochMs, endMs: EpochMs): void {
  const hours = (endMs - startMs) / HOUR_MS;
  let arrivals = 0;
  for (const [at, { arrivals: { perHour } = { perHour: 0 } }] of workflows.entries()) {
    arrivals += perHour * hours;
    if (arrivals > ARRIVALS_MAX)
      throw invalid(
        { path: `workflows[${at}].arrivals.perHour`, value: perHour },
        `at most ${ARRIVALS_MAX} arrivals of all workflows in the simulated time`,
      );
  }
}
