/**
 * Ids of subjects as they are compared and kept: `u1`, `u1` with a no-break space behind it, and both spellings of
 * `ë` are one person. Letter case tells people apart.
 */
import { LIMITS } from '../model/limits.ts';
import type { Identified } from '../model/subject.ts';
import { invalid, type Place } from './refuse.ts';

/** What most ids are: nothing is to be done about them. */
const PLAIN = /^[!-~](?:[ -~]*[!-~])?$/;
/** White space, and the invisible characters that copying from pages and spreadsheets leaves at the ends. */
// Without the flag `v`, so that an old Node reads the file and says which Node is needed.
const BLANK = /\p{White_Space}|(?=\p{Default_Ignorable_Code_Point})\p{Cf}/u;
const CONTROL = /\p{Cc}/u;

/** Completes "Expected … to be", or "to hold". */
export const SUBJECT_ID = `an id of 1..${LIMITS.idLengthMax} characters without control characters`;

/** The text without {@link BLANK} characters at its ends, in Unicode's composed form (NFC). */
export function normalizeText(text: string): string {
  if (PLAIN.test(text)) return text;
  let [start, end] = [0, text.length];
  while (start < end && BLANK.test(text.charAt(start))) start += 1;
  while (end > start && BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end).normalize('NFC');
}

/** Why a normalized text is no {@link SUBJECT_ID}, to complete "got"; `null`: it is one. */
export function faultOfId(id: string): string | null {
  if (id === '') return 'an empty one';
  if (id.length > LIMITS.idLengthMax) return `one of ${id.length} characters`;
  const [control] = CONTROL.exec(id) ?? [];
  if (control !== undefined) return `one with ${codePoint(control)}`;
  return id.isWellFormed() ? null : 'one with half of a surrogate pair';
}

/** An id, normalized. @throws LifecycleError `InvalidArgument`. */
export function readSubjectId(place: Place): string {
  const id = typeof place.value === 'string' ? normalizeText(place.value) : null;
  if (id !== null && faultOfId(id) === null) return id;
  throw invalid(place, SUBJECT_ID);
}

/** The subject under its normalized id: itself when it has that already, else a copy. */
export function withId<Person extends Identified>(subject: Person, id: string): Person {
  if (subject.id === id) return subject;
  const copy = Object.assign(Object.create(Object.getPrototypeOf(subject)) as Person, subject);
  return Object.defineProperty(copy, 'id', { value: id, enumerable: true });
}

function codePoint(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
