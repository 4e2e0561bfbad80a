/**
 * What a change trigger observes of a subject. Pure: the observed attributes become a short text, and two texts
 * show whether the subject has changed.
 */
import { createHash } from 'node:crypto';
import { ownValue } from '../../filter/evaluation/paths.ts';
import { groupsOf } from '../../input/member-of.ts';
import type { Subject } from '../../model/subject.ts';
import type {
  ChangeTrigger,
  GroupBasedSubjectSet,
  RuleBasedSubjectSet,
} from '../../model/workflow/workflow.ts';

/** A change trigger with its scope, read. */
export interface Observation {
  /** Identifies what is observed: states of other observations cannot be compared with it. */
  readonly signature: string;
  seen(subject: Subject): string;
  /** `before` `null`: the subject did not exist when all were observed. */
  isChange(before: string | null, after: string): boolean;
  /** Whether the subject still meets the trigger; the scope's rule is not evaluated here. */
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
