import { ownValue } from '../filter/evaluation/paths.ts';
import { openDateFormats } from '../input/date-formats.ts';
import { readArray, readString, readText } from '../input/fields.ts';
import { readAttribute } from '../input/moments.ts';
import { type ReadShape, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import { LIMITS } from '../model/limits.ts';
import { type Attributes, putAttribute } from './files/mapping.ts';

/** Attributes of Graph's user that hold dates. */
const DATE_ATTRIBUTES = [
  'birthday',
  'createdDateTime',
  'deletedDateTime',
  'employeeHireDate',
  'employeeLeaveDateTime',
  'externalUserStateChangeDateTime',
  'hireDate',
  'lastPasswordChangeDateTime',
  'onPremisesLastSyncDateTime',
  'refreshTokensValidFromDateTime',
  'signInActivity/lastNonInteractiveSignInDateTime',
  'signInActivity/lastSignInDateTime',
  'signInActivity/lastSuccessfulSignInDateTime',
  'signInSessionsValidFromDateTime',
] as const;

const ATTRIBUTES_MAX = 100;
const FORMATS_MAX = 20;

/** Which spellings of dates a file has. */
export interface DateOptions {
  /**
   * Spellings to read beside ISO 8601, in attributes that hold dates: patterns of date-fns such as `dd/MM/yyyy`, or
   * `excel` for Excel's serial numbers. A format fits the whole text or not at all, and a text that two of them
   * read differently stays as it is. What is read becomes ISO 8601 in UTC. Default: none; nothing is guessed.
   */
  readonly dates?: readonly string[];
  /** Attributes that hold dates beside those of Graph's user (`employeeHireDate` …). Default: none. */
  readonly dateAttributes?: readonly string[];
}

/** Rewrites the dates of a person in place. */
export type DateRewriter = (attributes: Attributes) => void;

/** What each of the options may be; formats are read when they are opened. */
export const DATE_OPTIONS = {
  dates: withDefault((place: Place) => readArray(place, FORMATS_MAX).map(readString), []),
  dateAttributes: withDefault(
    (place: Place) => readArray(place, ATTRIBUTES_MAX).map((one) => readText(one, LIMITS.idLengthMax, 1)),
    [],
  ),
} satisfies ShapeOf<DateOptions>;

/** @throws LifecycleError `InvalidArgument` for a format that cannot be one. */
export async function openDates({
  dates,
  dateAttributes,
}: ReadShape<typeof DATE_OPTIONS>): Promise<DateRewriter> {
  const read = await openDateFormats({ path: 'dates', value: dates });
  if (read === null) return () => {};
  const paths = [...new Set([...DATE_ATTRIBUTES, ...dateAttributes])].map((name) => name.split('/'));
  return (attributes) => {
    for (const segments of paths) {
      const value = ownValue(attributes, segments);
      if (readAttribute(value) !== 'unreadable') continue;
      const ms = read(value);
      if (ms !== null) putAttribute(attributes, segments, new Date(ms).toISOString());
    }
  };
}
