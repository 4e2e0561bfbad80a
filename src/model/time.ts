/** An instant, in milliseconds since 1970-01-01T00:00:00Z. Whole numbers. */
export type EpochMs = number;

/** A length of time, in milliseconds. */
export type DurationMs = number;

/** A second, in ms. */
export const SECOND_MS = 1_000;
/** A minute, in ms. */
export const MINUTE_MS = 60 * SECOND_MS;
/** An hour, in ms. */
export const HOUR_MS = 60 * MINUTE_MS;
/** A day of 24 hours, in ms. */
export const DAY_MS = 24 * HOUR_MS;
