import { normalizeText } from '../../input/subject-id.ts';
import type { Subject } from '../../model/subject.ts';

/** Those of the subjects that a directory returned with the given ids, in their order; `null` for a missing one. */
export function subjectsOf(ids: readonly string[], found: readonly Subject[]): readonly (Subject | null)[] {
  // Most directories answer in the order of the request, which saves the lookup.
  if (found.length === ids.length && ids.every((id, index) => found[index]?.id === id)) return found;
  const byId = new Map(found.map((subject) => [subject.id, subject]));
  // Runs of earlier versions have ids that are not normalized.
  return ids.map((id) => byId.get(normalizeText(id)) ?? null);
}
