import { momentOrNull } from '../../input/moments.ts';
import type { Subject } from '../../model/subject.ts';
import { ACCESS_PASS, type LookUp } from './mail-template.ts';

/** What texts can name. */
export interface MailValues {
  readonly subject: Subject;
  /** `null`: there is none, or they are not known. */
  readonly manager: Subject | null;
  /** For dates. */
  readonly language: string;
  /** `null`: the message has none. */
  readonly accessPass: string | null;
}

/** Gives the values of names; what a person does not have is an empty text. */
export function valuesOf({ subject, manager, language, accessPass }: MailValues): LookUp {
  const named: Readonly<Record<string, () => string>> = {
    userDisplayName: () => displayNameOf(subject) ?? subject.id,
    userGivenName: () => textAt(subject, 'givenName'),
    userSurname: () => textAt(subject, 'surname'),
    userPrincipalName: () => textAt(subject, 'userPrincipalName'),
    userEmployeeHireDate: () => dateAt(subject, 'employeeHireDate', language),
    userEmployeeLeaveDateTime: () => dateAt(subject, 'employeeLeaveDateTime', language),
    managerDisplayName: () => (manager && displayNameOf(manager)) ?? '',
    managerEmail: () => (manager ? textAt(manager, 'mail') : ''),
    [ACCESS_PASS]: () => accessPass ?? '',
  };
  return (name) => named[name]?.() ?? textAt(subject, name.replace(/^user\./, ''));
}

/** What people call a person; `null` when the directory has no name of them. */
export function displayNameOf(person: Subject): string | null {
  const full = [textAt(person, 'givenName'), textAt(person, 'surname')].join(' ').trim();
  return [textAt(person, 'displayName'), full, textAt(person, 'userPrincipalName')].find(Boolean) ?? null;
}

/** An attribute as text, nested ones by their path: `employeeOrgData.division`. */
function textAt(person: Subject, path: string): string {
  let at: unknown = person;
  for (const part of path.split(/[./]/)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return '';
    at = (at as Readonly<Record<string, unknown>>)[part];
  }
  return Array.isArray(at) ? at.map(textOf).filter(Boolean).join(', ') : textOf(at);
}

function textOf(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value) ? String(value) : '';
}

/** The day of an attribute as the language writes it, in UTC; what is no date stays as it is. */
function dateAt(person: Subject, name: string, language: string): string {
  const ms = momentOrNull(Object.hasOwn(person, name) ? person[name] : null);
  if (ms === null) return textAt(person, name);
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(ms);
}
