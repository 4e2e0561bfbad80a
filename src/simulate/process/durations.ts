import type { DurationMs } from '../../model/time.ts';
import { exp, ln, normalQuantile } from '../../system/virtual/exact-math.ts';
import { DURATION_MAX_MS, type DurationPoint, type DurationShape } from '../scenario/duration-shape.ts';

/** The normal quantile of 0.95. */
const P95 = 1.6448536269514722;
const DRAW_MIN = 2 ** -33;

/** A duration of this shape for a draw in [0, 1): whole ms in 0..{@link DURATION_MAX_MS}, growing with the draw. */
export function durationFor(shape: DurationShape, draw: number): DurationMs {
  return Math.min(DURATION_MAX_MS, Math.max(0, Math.round(exactDuration(shape, draw))));
}

function exactDuration(shape: DurationShape, draw: number): number {
  switch (shape.kind) {
    case 'fixed':
      return shape.ms;
    case 'uniform':
      return shape.minMs + draw * (shape.maxMs - shape.minMs);
    case 'exponential':
      return -shape.meanMs * ln(1 - draw);
    case 'lognormal': {
      const sigma = ln(shape.p95Ms / shape.medianMs) / P95;
      return shape.medianMs * exp(sigma * normalQuantile(Math.max(DRAW_MIN, draw)));
    }
    case 'quantiles':
      return between(shape.points, draw);
  }
}

/** On the straight line between the points on both sides of the draw. */
function between(points: readonly DurationPoint[], draw: number): number {
  const after = points.findIndex(({ share }) => share > draw);
  const [from, to] = [points[after - 1] as DurationPoint, points[after] as DurationPoint];
  return from.ms + ((draw - from.share) / (to.share - from.share)) * (to.ms - from.ms);
}
