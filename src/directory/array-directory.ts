import { LifecycleError, shown } from '../errors/index.ts';
import { LIMITS } from '../model/limits.ts';
import type { Identified, Subject } from '../model/subject.ts';
import type { Directory, ScopeRule } from '../ports/directory.ts';
import { listed } from './file-error.ts';

/**
 * A directory over subjects in memory. The objects are used as they are, not copied.
 *
 * @throws LifecycleError `InvalidArgument` for a subject without a proper id (a text, not empty, at most
 *   `LIMITS.idLengthMax` characters), `Duplicate` when ids occur twice; `details.ids` lists them.
 */
export function arrayDirectory<Person extends Identified = Subject>(
  subjects: Iterable<Person>,
): Directory<Person> {
  const byId = new Map<string, Person>();
  const twice = new Set<string>();
  let position = 0;
  for (const subject of subjects) {
    checkId(subject, position);
    position += 1;
    if (byId.has(subject.id)) twice.add(subject.id);
    byId.set(subject.id, subject);
  }
  if (twice.size > 0) {
    const ids = [...twice];
    throw new LifecycleError(
      'Duplicate',
      `Expected every subject to have its own id, got ${listed(ids, 5)} twice`,
      {
        ids,
      },
    );
  }
  return {
    get: async (ids) =>
      [...new Set(ids)].map((id) => byId.get(id)).filter((subject) => subject !== undefined),
    query: (rule) => matching(byId.values(), rule),
  };
}

async function* matching<Person extends Identified>(
  subjects: Iterable<Person>,
  rule: ScopeRule | null,
): AsyncGenerator<Person> {
  for (const subject of subjects) {
    if (rule === null || rule.matches(subject)) yield subject;
  }
}

function checkId(subject: Identified, position: number): void {
  const field = `subjects[${position}].id`;
  const id: unknown = (subject as Identified | null | undefined)?.id;
  if (typeof id === 'string' && id.trim() !== '' && id.length <= LIMITS.idLengthMax) return;
  const got =
    typeof id === 'string' && id.length > LIMITS.idLengthMax ? `${id.length} characters` : shown(id);
  throw new LifecycleError(
    'InvalidArgument',
    `Expected ${field} to be a text of 1 to ${LIMITS.idLengthMax} characters, got ${got}`,
    { field, position },
  );
}
