import type { ProcessingStatus } from '../../model/status.ts';

/** A count for each status that occurred; `unfinished`: not terminal at the horizon. */
export type StatusCounts = Readonly<Partial<Record<ProcessingStatus | 'unfinished', number>>>;
