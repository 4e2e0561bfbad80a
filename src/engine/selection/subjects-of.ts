import { normalizeText } from '../../input/subject-id.ts';
import type { Subject } from '../../model/subject.ts';

/** Of the subjects that a directory has found, those with these ids, in the same order; `null` for who is missing. */
export function subjectsOf(ids: readonly string[], found: readonly Subject[]): readonly (Subject | null)[] {
  // Most directories answer in the order of the question, which saves the looking up.
  if (found.length === ids.length && ids.every((id, index) => found[index]?.id === id)) return found;
  const byId = new Map(found.map((subject) => [subject.id, subject]));
  // Runs of earlier versions have ids as they were given.
  return ids.map((id) => byId.get(normalizeText(id)) ?? null);
}
