import { expect, it } from 'vitest';
import type { EngineMetrics } from '../../../../src/metrics/engine-metrics.ts';
import { boundsOf, histogramMetric } from '../../../../src/metrics/engine-metrics.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import { behavioursOf, taskFigures } from '../../../../src/simulate/versions/task-figures.ts';

const BOUNDS = boundsOf('tenure.task.duration');
const VERSION = {
  tasks: [
    { taskDefinitionId: 'mail', isEnabled: true },
    { taskDefinitionId: 'never', isEnabled: false },
    { taskDefinitionId: 'badge', isEnabled: true },
    { taskDefinitionId: 'mail', isEnabled: true },
  ],
} as unknown as Workflow;

/** `counts` by upper bound in seconds; `Infinity`: the last bucket. */
function series(task: string, outcome: string, counts: Readonly<Record<number, number>>) {
  const all = [...BOUNDS, Number.POSITIVE_INFINITY].map((bound) => counts[bound] ?? 0);
  const count = all.reduce((sum, one) => sum + one, 0);
  return { labels: { task, outcome, error_type: '' }, counts: all, count, sum: 0 };
}

function metricsOf(...all: readonly ReturnType<typeof series>[]): EngineMetrics {
  const metrics = [histogramMetric('tenure.task.duration', all)];
  return { takenDateTime: '', storeDateTime: null, metrics };
}

it('a task is taken to last as long, and to fail as often, as was measured', () => {
  const metrics = metricsOf(
    series('mail', 'completed', { 0.1: 80, 1: 10 }),
    series('mail', 'failed', { 10: 10 }),
    series('mail', 'retried', { 300: 500 }),
  );
  const [mail, badge] = taskFigures([VERSION, VERSION], metrics);
  // 50 of the first 80 between 75 and 100 ms; the 95th is the 5th of the 10 between 7.5 and 10 s.
  expect(mail).toEqual({ task: 'mail', medianMs: 91, p95Ms: 8_750, failureShare: 0.1, measuredCount: 100 });
  expect(badge).toMatchObject({ task: 'badge', measuredCount: null });
});

it('fewer than 20 outcomes are too few to go by, and a call longer than the last bound is taken for that long', () => {
  expect(taskFigures([VERSION], metricsOf(series('mail', 'completed', { 1: 19 })))[0]).toEqual({
    task: 'mail',
    medianMs: 500,
    p95Ms: 2_000,
    failureShare: 0,
    measuredCount: null,
  });
  const long = taskFigures(
    [VERSION],
    metricsOf(series('mail', 'completed', { [Number.POSITIVE_INFINITY]: 20 })),
  );
  expect(long[0]).toMatchObject({ medianMs: 300_000, p95Ms: 300_000, measuredCount: 20 });
  expect(taskFigures([VERSION], { takenDateTime: '', storeDateTime: null, metrics: [] })).toHaveLength(2);
});

it('figures become behaviours of a scenario', () => {
  const figure = { task: 'mail', medianMs: 90, p95Ms: 900, failureShare: 0.1, measuredCount: 100 };
  expect(behavioursOf([figure])).toEqual({
    mail: { duration: { kind: 'lognormal', medianMs: 90, p95Ms: 900 }, failureProbability: 0.1 },
  });
});
