/**
 * What a change trigger watches of a subject. Pure: what is seen of him becomes a short text, and two texts
 * say whether he has changed.
 */
import { createHash } from 'node:crypto';
import { ownValue } from '../../filter/evaluation/paths.ts';
import type { Subject } from '../../model/subject.ts';
import type {
  ChangeTrigger,
  GroupBasedSubjectSet,
  RuleBasedSubjectSet,
} from '../../model/workflow/workflow.ts';
import { groupsOf } from './groups.ts';

/** A change trigger with its scope, read. */
export interface Observation {
  /** Names what is watched: what was seen of anything else is of no use. */
  readonly signature: string;
  seen(subject: Subject): string;
  /** `before` `null`: he was not there when everybody was looked at. */
  isChange(before: string | null, after: string): boolean;
  /** Whether he is still as the trigger wants him; the scope's rule is not asked here. */
  holds(subject: Subject): boolean;
}

/** The observation that a change trigger needs. */
export function observationOf(
  trigger: ChangeTrigger,
  scope: RuleBasedSubjectSet | GroupBasedSubjectSet,
): Observation {
  if ('triggerAttributes' in trigger) return ofAttributes(trigger.triggerAttributes.map(({ name }) => name));
  return ofMembership(
    trigger.changeType,
    'groups' in scope ? scope.groups.map(({ id }) => id.toLowerCase()) : [],
  );
}

function ofAttributes(names: readonly string[]): Observation {
  const paths = names.map((name) => name.split('/'));
  return {
    signature: JSON.stringify(['attributes', ...names]),
    // A digest: the ledger keeps no copy of what the directory says of people.
    seen: (subject) => digest(JSON.stringify(paths.map((segments) => ownValue(subject, segments) ?? null))),
    isChange: (before, after) => before !== null && before !== after,
    holds: () => true,
  };
}

function ofMembership(changeType: 'add' | 'remove', groupIds: readonly string[]): Observation {
  const isMember = (subject: Subject): boolean => {
    const groups = groupsOf(subject);
    return groupIds.some((id) => groups.has(id));
  };
  const wanted = changeType === 'add' ? MEMBER : OUTSIDER;
  const seen = (subject: Subject): string => (isMember(subject) ? MEMBER : OUTSIDER);
  return {
    signature: JSON.stringify(['membership', ...groupIds.toSorted()]),
    seen,
    isChange: (before, after) => after === wanted && (before ?? OUTSIDER) !== after,
    holds: (subject) => seen(subject) === wanted,
  };
}

const MEMBER = '1';
const OUTSIDER = '0';

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
