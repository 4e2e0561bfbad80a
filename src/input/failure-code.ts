import { isFailureCode } from '../model/failures.ts';
import { LIMITS } from '../model/limits.ts';
import { invalid, type Place } from './refuse.ts';

/** The code of a failure. @throws LifecycleError `InvalidArgument`. */
export function readFailureCode(place: Place): string {
  if (isFailureCode(place.value)) return place.value;
  throw invalid(
    place,
    `a code of at most ${LIMITS.failureCodeLengthMax} characters: a letter or digit, then letters, digits, \`_ . : -\``,
  );
}
