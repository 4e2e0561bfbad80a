/** Values of a person in a configuration that is data: `{{user.mail}}`. */
import { permanent } from '../engine/handlers/results/task-failure.ts';
import { ownValue } from '../filter/evaluation/paths.ts';
import type { Subject } from '../model/subject.ts';

const ANY = /\{\{\s*user\.([\p{L}_][\p{L}\p{N}_/.-]*)\s*\}\}/gu;
const ALONE = new RegExp(`^${ANY.source}$`, 'u');

/** The text of a person's attribute. @throws TaskFailure, permanent, when they have none. */
export function personValue(subject: Subject, attribute: string): string {
  const value = present(subject, attribute);
  if (value !== null) return String(value);
  throw permanent(`Expected the person to have ${attribute}, got none`, { code: 'AttributeMissing' });
}

/**
 * A template with the person's values. A text that is one placeholder becomes the value, and is left out when there is none;
 * within a longer text, a value that is missing is empty.
 */
export function fillFromPerson(template: unknown, subject: Subject): unknown {
  if (typeof template === 'string') {
    const alone = ALONE.exec(template)?.[1];
    if (alone !== undefined) return present(subject, alone) ?? undefined;
    return template.replace(ANY, (_, attribute: string) => String(present(subject, attribute) ?? ''));
  }
  if (Array.isArray(template))
    return template.map((item) => fillFromPerson(item, subject)).filter((item) => item !== undefined);
  if (typeof template !== 'object' || template === null) return template;
  const filled = Object.entries(template).map(
    ([name, value]) => [name, fillFromPerson(value, subject)] as const,
  );
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}

function present(subject: Subject, attribute: string): unknown {
  const value = ownValue(subject, attribute.split('/'));
  return value === undefined || value === null || value === '' ? null : value;
}
