import { shown } from '../../errors/shown.ts';
import { faultOfId, normalizeText, SUBJECT_ID } from '../../input/subject-id.ts';
import type { Subject } from '../../model/subject.ts';
import type { DirectoryAttribute } from '../../ports/directory.ts';
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
  /** What was read otherwise than it stands in the file or is usual, a sentence each. */
  readonly notes: readonly string[];
  /**
   * One entry per record of the block, in order; `null` for a record that holds nothing.
   *
   * @throws LifecycleError `InvalidFile` naming the line and column of the first that cannot be read.
   */
  decode(block: Block): readonly (Subject | null)[];
  /**
   * The ids of the same, for a pass that needs no more. It checks all that `decode` checks.
   *
   * @param onShortRow called with the line of each row with fewer cells than the header.
   */
  ids(block: Block, onShortRow: (line: number) => void): readonly (string | null)[];
  /** The columns of each record that holds something, with their text, for finding a better id column. */
  cells(block: Block): readonly (readonly (readonly [column: string, text: string])[])[];
  /** The attributes of the records, as far as they have been read. */
  attributes(): readonly DirectoryAttribute[];
  /** @throws LifecycleError `InvalidFile` when the whole file was read and a mapped property never occurred. */
  checkComplete(): void;
}

/**
 * Attributes with a checked id, normalized. A whole number is taken as its digits, because JSON exports have such ids.
 *
 * @throws LifecycleError `InvalidFile` for an id that is missing, empty, no text, too long, or has a control character.
 */
export function toSubject(attributes: Attributes, place: Place & { readonly column: string }): Subject {
  const raw = attributes.id;
  const refused = (expected: string, got: string): Error =>
    invalidFile(place, `Expected ${place.column} to hold ${expected}, got ${got}`);
  if (raw === undefined || raw === null) throw refused('an id', 'none');
  const given = Number.isSafeInteger(raw) ? String(raw) : raw;
  if (typeof given !== 'string') throw refused('an id', shown(given));
  const id = normalizeText(given);
  const fault = faultOfId(id);
  if (fault !== null) throw refused(id === '' ? 'an id' : SUBJECT_ID, fault);
  attributes.id = id;
  return attributes as Attributes & { id: string };
}
