/** Reads the `changes` that a handler returned, which can be anything. */
import { shown } from '../../../errors/shown.ts';
import { LIMITS } from '../../../model/limits.ts';
import { cutTo } from '../failure.ts';
import { PermanentFailure } from './task-failure.ts';

/**
 * At most `LIMITS.changesMax` texts of `LIMITS.changeLengthMax` characters. Longer texts end in an ellipsis; of more
 * texts the last one says how many are missing. `null`: there are none.
 *
 * @throws PermanentFailure for anything but an array of texts: no further call would mend it.
 */
export function changesOf(value: unknown): readonly string[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw refused('changes', 'an array of texts', value);
  const { length } = value;
  if (length === 0) return null;
  const isAll = length <= LIMITS.changesMax;
  const kept = isAll ? length : LIMITS.changesMax - 1;
  const changes = Array.from({ length: kept }, (_, index) => {
    const change: unknown = value[index];
    if (typeof change !== 'string') throw refused(`changes[${index}]`, 'a text', change);
    return cutTo(LIMITS.changeLengthMax, change);
  });
  return isAll ? changes : [...changes, `… and ${length - kept} more`];
}

function refused(path: string, expected: string, value: unknown): PermanentFailure {
  return new PermanentFailure(
    `Expected \`${path}\` of the handler's result to be ${expected}, got ${shown(value)}`,
    'InvalidResult',
  );
}
