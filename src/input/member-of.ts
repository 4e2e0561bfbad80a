/** The groups of a person, where they are an attribute. */
import type { Identified } from '../model/subject.ts';
import type { ScopeRule } from '../ports/directory.ts';

/**
 * The groups that a subject is in, by id in lower case: its `memberOf`, an array of ids or of objects with
 * an `id`, or a text of ids between commas or semicolons, as a CSV file has it.
 */
export function groupsOf(subject: Identified): ReadonlySet<string> {
  const memberOf: unknown =
    'memberOf' in subject && Object.hasOwn(subject, 'memberOf') ? subject.memberOf : null;
  const listed: readonly unknown[] =
    typeof memberOf === 'string' ? memberOf.split(/[,;]/) : Array.isArray(memberOf) ? memberOf : [];
  const ids = listed.map((one) =>
    typeof one === 'object' && one !== null ? (one as { id?: unknown }).id : one,
  );
  return new Set(
    ids.flatMap((id) => (typeof id === 'string' && id.trim() !== '' ? id.trim().toLowerCase() : [])),
  );
}

/** Selects the people who are in a group by their `memberOf`. */
export function inGroup(groupId: string): ScopeRule {
  const wanted = groupId.trim().toLowerCase();
  return { text: `memberOf ${groupId}`, matches: (subject) => groupsOf(subject).has(wanted) };
}
