/** Reads instants, as `moments.ts` has them: with a zone. */
import type { EpochMs } from '../model/time.ts';
import { parseMoment } from './moments.ts';
import { invalid, type Place } from './refuse.ts';

/** An instant. @throws LifecycleError `InvalidArgument`. */
export function readInstant(place: Place): EpochMs {
  const moment = typeof place.value === 'string' ? parseMoment(place.value) : null;
  if (moment?.kind === 'instant') return moment.ms;
  throw invalid(place, 'an ISO 8601 date and time with a zone, such as 2026-01-31T08:00:00Z');
}

/** Both ends of a window, which may be one moment. @throws LifecycleError `InvalidArgument`. */
export function readWindow(startDateTime: string, endDateTime: string): readonly [EpochMs, EpochMs] {
  const fromMs = readInstant({ path: 'startDateTime', value: startDateTime });
  const end = { path: 'endDateTime', value: endDateTime };
  const toMs = readInstant(end);
  if (fromMs > toMs) throw invalid(end, `not before startDateTime ${startDateTime}`);
  return [fromMs, toMs];
}
