import { describe, expect, it } from 'vitest';
import { readGoal } from '../../../../src/simulate/sizing/goal.ts';

const goal = (value: unknown) => readGoal({ path: 'goals[0]', value }, ['First day', 'Last day']);
const HOUR_MS = 3_600_000;

describe('a goal', () => {
  it.each([
    ['p95(latency) <= 2h', 'p95(latency) <= 2h', 2 * HOUR_MS],
    ['mean ( latency )≤90s', 'mean(latency) <= 90s', 90_000],
    ['p50(latency) <= 1h30min', 'p50(latency) <= 1h30min', 1.5 * HOUR_MS],
    ['p99(latency) <= 1d 2h 3m 4s 5ms', 'p99(latency) <= 1d 2h 3m 4s 5ms', 93_784_005],
    ['max(latency) <= 1.5h', 'max(latency) <= 1.5h', 1.5 * HOUR_MS],
    ['p90(latency) <= PT45M', 'p90(latency) <= PT45M', 0.75 * HOUR_MS],
    ['p90(latency of First day) <= 1h', 'p90(latency of First day) <= 1h', HOUR_MS],
    ['failed <= 1%', 'failed <= 1%', 0.01],
    ['unfinished<=0.5 %', 'unfinished <= 0.5 %', 0.005],
    ['failed <= 0%', 'failed <= 0%', 0],
  ])('%s is understood', (given, text, limit) => {
    expect(goal(given)).toMatchObject({ text, limit });
  });

  it.each([
    [
      '',
      /^Expected the goal to be a measure, <= and a limit, such as `p95\(latency\) <= 2h` or .*, got `""`$/,
    ],
    [7, /Expected the goal to be a measure/],
    ['p95(latency)', /Expected the goal to be a measure/],
    ['p95(latency) < 2h', /Expected the goal to be a measure/],
    ['p95(latency) <= 2h <= 3h', /Expected the goal to be a measure/],
    [`p95(latency) <= ${'9'.repeat(600)}h`, /Expected the goal to be a measure/],
    ['p97(latency) <= 2h', /the figure before \(latency\) in the goal to be one of p50, .*, got `"p97"`/],
    [
      'p95 <= 2h',
      /^Expected the measure of the goal to be one of p50\(latency\), .*did you mean `p95\(latency\)`/,
    ],
    ['fail <= 1%', /^Expected the measure of the goal .*did you mean `failed`/],
    [
      'p95(duration) <= 2h',
      /what stands in \( \) of the goal to be latency, or latency of a workflow, got `"duration"`/,
    ],
    [
      'p95(latency of Frist day) <= 2h',
      /the workflow of the goal to be one of First day, Last day.*did you mean `First day`/,
    ],
    ['p95(latency) <= soon', /the limit of the goal to be a duration such as 90s, .*, got `"soon"`/],
    ['p95(latency) <= 2', /the limit of the goal to be a duration/],
    ['p95(latency) <= 0h', /the limit of the goal to be a duration/],
    ['p95(latency) <= -2h', /the limit of the goal to be a duration/],
    ['p95(latency) <= 2hours', /the limit of the goal to be a duration/],
    ['p95(latency) <= 1%', /the limit of the goal to be a duration/],
    ['failed <= 2h', /the limit of the goal to be a percentage such as 1% or 0.5%, got `"2h"`/],
    ['failed <= 101%', /the limit of the goal to be a percentage/],
  ])('%j is refused', (given, message) => {
    expect(() => goal(given)).toThrow(message);
  });
});
