import type { Subject } from '../model/subject.ts';
import type { Directory } from '../ports/directory.ts';

/** The subjects with these ids, in the same order; `null` for those whom the directory does not have. */
export async function subjectsOf(
  ids: readonly string[],
  directory: Directory,
): Promise<readonly (Subject | null)[]> {
  const found = await directory.get(ids);
  // Most answer in the order of the question, which saves the looking up.
  if (found.length === ids.length && ids.every((id, index) => found[index]?.id === id)) return found;
  const byId = new Map(found.map((subject) => [subject.id, subject]));
  return ids.map((id) => byId.get(id) ?? null);
}
