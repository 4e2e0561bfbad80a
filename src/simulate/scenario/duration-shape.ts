/** How long something takes, in virtual time. */
import type { InferOutput } from 'valibot';
import { kinds, list, number, object, whole } from '../../input/schema.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';

/** Longest duration of a simulated call: 7 days. */
export const DURATION_MAX_MS: DurationMs = 7 * DAY_MS;

/** A duration, whole ms. */
export const ms = (description?: string) => whole(0, DURATION_MAX_MS, description);
/** A duration above 0, whole ms. */
export const msAboveZero = (description?: string) => whole(1, DURATION_MAX_MS, description);

const SHAPES = {
  fixed: [{ ms: ms('Always the same. 0: the task answers at once.') }],
  uniform: [{ minMs: ms(), maxMs: ms() }],
  lognormal: [
    {
      medianMs: msAboveZero('Half of the calls take less.'),
      p95Ms: msAboveZero('19 of 20 calls take less.'),
    },
  ],
  exponential: [{ meanMs: msAboveZero('Short calls are frequent, long ones rare; this on average.') }],
  quantiles: [
    {
      points: list(
        object({ share: number(0, 1), ms: ms('This share of the calls takes at most so long.') }),
        { min: 2, max: 1_000 },
        'As measured: share and ms ascending, from share 0 (the shortest) to 1 (the longest); straight lines between.',
      ),
    },
  ],
} as const;

/** A distribution of durations. */
export const durationShape = (description: string) => kinds(SHAPES, description);

/** Distribution of how long a task takes, in virtual ms. */
export type DurationShape = InferOutput<ReturnType<typeof durationShape>>;
/** A point of measured durations: this share of them, 0..1, is at most `ms`. */
export type DurationPoint = Extract<DurationShape, { readonly kind: 'quantiles' }>['points'][number];
