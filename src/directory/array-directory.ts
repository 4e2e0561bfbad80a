import { LifecycleError } from '../errors/lifecycle-error.ts';
import { AttributeNames } from '../input/attribute-names.ts';
import { inGroup } from '../input/member-of.ts';
import { invalid } from '../input/refuse.ts';
import { normalizeText, readSubjectId, withId } from '../input/subject-id.ts';
import type { Identified, Subject } from '../model/subject.ts';
import type { Directory, HostTurn, ScopeRule } from '../ports/directory.ts';
import { listed } from './files/file-error.ts';

/**
 * A directory over subjects in memory. The objects are used as they are, but for one whose id has white space or
 * invisible characters at its ends or is not in Unicode NFC: that one is copied, under the id without them.
 *
 * @throws LifecycleError `InvalidArgument` for a subject without a proper id (1..256 characters without control
 *   characters), naming its index; `Duplicate` when ids occur twice, and `details.ids` lists them.
 *
 * @example
 * ```ts
 * import { arrayDirectory } from 'tenure';
 *
 * const directory = arrayDirectory([{ id: 'ada', department: 'IT' }, { id: 'bob', department: 'Sales' }]);
 * for (const { id, department } of await directory.get(['bob'])) console.log(id, department); // → bob Sales
 * ```
 */
export function arrayDirectory<Person extends Identified = Subject>(
  subjects: Iterable<Person>,
): Directory<Person> {
  const byId = new Map<string, Person>();
  const twice = new Set<string>();
  let position = 0;
  if (typeof subjects !== 'object' || typeof subjects?.[Symbol.iterator] !== 'function')
    throw invalid({ path: 'subjects', value: subjects }, 'an array of people, or another iterable');
  for (const subject of subjects) {
    const given = (subject as Identified | null | undefined)?.id;
    const id = readSubjectId({ path: `subjects[${position}].id`, value: given });
    position += 1;
    if (byId.has(id)) twice.add(id);
    byId.set(id, withId(subject, id));
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
      [...new Set(ids.map(normalizeText))]
        .map((id) => byId.get(id))
        .filter((subject) => subject !== undefined),
    query: (rule, turn) => matching(byId.values(), rule, turn),
    membersOf: (groupId) => matching(byId.values(), inGroup(groupId)),
    attributes: async () => {
      const found = new AttributeNames();
      for (const subject of byId.values()) found.add(subject);
      return found.names.map((name) => ({ name }));
    },
  };
}

async function* matching<Person extends Identified>(
  subjects: Iterable<Person>,
  rule: ScopeRule | null,
  turn: HostTurn = () => null,
): AsyncGenerator<Person> {
  for (const subject of subjects) {
    const pause = turn();
    if (pause !== null) await pause;
    if (rule === null || rule.matches(subject)) yield subject;
  }
}
