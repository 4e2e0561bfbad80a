import { shown } from '../errors/index.ts';
import { LIMITS } from '../model/limits.ts';
import type { Subject } from '../model/subject.ts';
import type { Block } from './blocks.ts';
import { invalidFile, type Place } from './file-error.ts';
import type { Attributes } from './mapping.ts';

/** How the records of a file become subjects. */
export interface RowCodec {
  /** What holds the id: a column of CSV, a property of JSON. */
  readonly idColumn: string;
  /** Whether a record may contain line breaks inside double quotes. */
  readonly isQuoted: boolean;
  /** Position and line of the first record. */
  readonly position: number;
  readonly line: number;
  /**
   * One entry per record of the block, in order; `null` for a record that holds nothing.
   *
   * @throws LifecycleError `InvalidFile` naming the line and column of the first that cannot be read.
   */
  decode(block: Block): readonly (Subject | null)[];
  /** The columns of each record with their text, for finding a better id column. */
  cells(block: Block): readonly (readonly (readonly [column: string, text: string])[])[];
  /** @throws LifecycleError `InvalidFile` when the whole file was read and a mapped property never occurred. */
  checkComplete(): void;
}

/**
 * Attributes with a checked id. A whole number is taken as its digits, because JSON exports have such ids.
 *
 * @throws LifecycleError `InvalidFile` for an id that is empty, no text, or above `LIMITS.idLengthMax`.
 */
export function toSubject(attributes: Attributes, place: Place & { readonly column: string }): Subject {
  const raw = attributes.id;
  const id = Number.isSafeInteger(raw) ? String(raw) : raw;
  if (typeof id !== 'string' || id.trim() === '') {
    const got = id === undefined || id === null ? 'none' : id === '' ? 'an empty one' : shown(id);
    throw invalidFile(place, `Expected ${place.column} to hold an id, got ${got}`);
  }
  if (id.length > LIMITS.idLengthMax) {
    throw invalidFile(
      place,
      `Expected ${place.column} to hold an id of at most ${LIMITS.idLengthMax} characters, got ${id.length}`,
      { details: { limit: 'idLengthMax' } },
    );
  }
  attributes.id = id;
  return attributes as Attributes & { id: string };
}
