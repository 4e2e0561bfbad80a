/** How long the tasks of versions are taken to last, and how often to fail: as measured, or else assumed. Pure. */
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import type { EngineMetrics, HistogramSeries } from '../../metrics/engine-metrics.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import { DURATION_MAX_MS } from '../scenario/duration-shape.ts';
import type { TaskBehaviour } from '../scenario/scenario.ts';

/** What a what-if takes a task definition to do. */
export interface TaskFigure {
  /** Key of the definition, or the host's own name of it. */
  readonly task: string;
  /** Half of the calls take less, and 19 of 20. */
  readonly medianMs: DurationMs;
  readonly p95Ms: DurationMs;
  /** Share of people that it fails for, 0..1. */
  readonly failureShare: number;
  /** Outcomes that this was measured from, in this process since its start; `null`: it is an assumption. */
  readonly measuredCount: number | null;
}

/** Fewer outcomes say little. */
const MEASURED_MIN = 20;
const ASSUMED = { medianMs: 500, p95Ms: 2_000, failureShare: 0, measuredCount: null } as const;

/** A figure for each task definition that an enabled task of the versions has, in their order. */
export function taskFigures(
  versions: readonly Workflow[],
  { metrics }: EngineMetrics,
): readonly TaskFigure[] {
  const enabled = versions.flatMap(({ tasks }) => tasks.filter(({ isEnabled }) => isEnabled));
  const names = [...new Set(enabled.map(({ taskDefinitionId: id }) => findTaskDefinition(id)?.key ?? id))];
  const durations = metrics.find(({ name }) => name === 'tenure.task.duration');
  if (durations?.kind !== 'histogram') return names.map((task) => ({ task, ...ASSUMED }));
  const { series, bounds } = durations;
  return names.map((task) => measured(task, series, bounds) ?? { task, ...ASSUMED });
}

/** `null`: too little was measured. Attempts that were repeated are not outcomes, and waits for callbacks are no calls. */
function measured(
  task: string,
  series: readonly HistogramSeries[],
  bounds: readonly number[],
): TaskFigure | null {
  const ended = (outcome: string) =>
    series.filter(({ labels }) => labels.task === task && labels.outcome === outcome);
  const countOf = (some: readonly HistogramSeries[]): number => some.reduce((sum, one) => sum + one.count, 0);
  const [completed, failed] = [ended('completed'), ended('failed')];
  const count = countOf(completed) + countOf(failed);
  if (count < MEASURED_MIN) return null;
  const counts = [...bounds, 0].map((_, at) =>
    [...completed, ...failed].reduce((sum, one) => sum + (one.counts[at] ?? 0), 0),
  );
  const medianMs = quantileMs(counts, bounds, 0.5);
  return {
    task,
    medianMs,
    p95Ms: Math.max(medianMs, quantileMs(counts, bounds, 0.95)),
    failureShare: countOf(failed) / count,
    measuredCount: count,
  };
}

/** Estimated within its bucket, as Prometheus does; above the last bound: that bound. Whole ms ≥ 1. */
function quantileMs(counts: readonly number[], bounds: readonly number[], share: number): DurationMs {
  let rest = counts.reduce((sum, count) => sum + count, 0) * share;
  for (const [at, bound] of bounds.entries()) {
    const count = counts[at] ?? 0;
    if (rest > count) {
      rest -= count;
      continue;
    }
    const from = bounds[at - 1] ?? 0;
    return wholeMs((from + (bound - from) * (count === 0 ? 1 : rest / count)) * 1_000);
  }
  return wholeMs((bounds.at(-1) ?? 0) * 1_000);
}

function wholeMs(ms: number): DurationMs {
  return Math.min(DURATION_MAX_MS, Math.max(1, Math.round(ms)));
}

/** A scenario's behaviours that do as the figures say. */
export function behavioursOf(figures: readonly TaskFigure[]): Readonly<Record<string, TaskBehaviour>> {
  return Object.fromEntries(
    figures.map(({ task, medianMs, p95Ms, failureShare }) => [
      task,
      { duration: { kind: 'lognormal', medianMs, p95Ms }, failureProbability: failureShare },
    ]),
  );
}
