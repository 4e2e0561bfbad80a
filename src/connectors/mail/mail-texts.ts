import { readLine, readText } from '../../input/fields.ts';
import { optional, readShape } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { ARGUMENT_VALUE_LENGTH_MAX } from '../../model/workflow/workflow-limits.ts';
import { templateProblem } from './mail-template.ts';
import type { MailText, MailTextKey, MailTexts } from './mail-text.ts';
import { ENGLISH } from './texts/english.ts';
import { FRENCH } from './texts/french.ts';
import { GERMAN } from './texts/german.ts';
import { SPANISH } from './texts/spanish.ts';

/** By language, in lower case. */
const BUILT_IN: Readonly<Record<string, MailTexts>> = {
  en: ENGLISH,
  de: GERMAN,
  fr: FRENCH,
  es: SPANISH,
};
const LANGUAGES_MAX = 200;
const LINE_LENGTH_MAX = 1_000;
const LANGUAGE = /^[a-z]{2,3}(?:-[a-z\d]{2,8}){0,4}$/;
const KEYS = Object.keys(ENGLISH) as readonly MailTextKey[];

/** Texts of the host by language, in lower case: whole languages, or single texts. */
export type OwnTexts = Readonly<Record<string, Partial<MailTexts>>>;

/** A text and its language. */
export interface FoundText {
  readonly text: MailText;
  readonly language: string;
}

/**
 * A language as `de` or `pt-br`: of `de-DE`, of `pt_BR`, or the first of `de-DE,de;q=0.9`; `null` when it is none.
 */
export function languageOf(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const [first = ''] = value.slice(0, 100).split(/[,;]/);
  const language = first.trim().toLowerCase().replaceAll('_', '-');
  return LANGUAGE.test(language) ? language : null;
}

/** The text of a task in the first of the languages that has one, else in English. */
export function findText(key: MailTextKey, languages: readonly (string | null)[], own: OwnTexts): FoundText {
  for (const wanted of languages) {
    if (wanted === null) continue;
    const [alone = wanted] = wanted.split('-');
    for (const language of [wanted, alone]) {
      const text = own[language]?.[key] ?? BUILT_IN[language]?.[key];
      if (text) return { text, language: wanted };
    }
  }
  return { text: own.en?.[key] ?? ENGLISH[key], language: 'en' };
}

/** Texts of the host, checked. @throws LifecycleError `InvalidArgument`. */
export function readTexts(place: Place): OwnTexts {
  const { path, value } = place;
  if (typeof value !== 'object' || value === null) throw invalid(place, 'an object of languages');
  const entries = Object.entries(value);
  if (entries.length > LANGUAGES_MAX) throw invalid(place, `an object of at most ${LANGUAGES_MAX} languages`);
  const texts = entries.map(([name, given]) => {
    const language = languageOf(name);
    if (language === null) throw invalid(place, 'an object of languages such as de or pt-BR', `\`${name}\``);
    const shape = Object.fromEntries(KEYS.map((key) => [key, optional(textReader(key))]));
    return [language, readShape({ path: `${path}.${name}`, value: given }, shape)] as const;
  });
  return Object.fromEntries(texts) as OwnTexts;
}

/** A subject with names for values. @throws LifecycleError `InvalidArgument`. */
export function readSubject(place: Place): string {
  return withKnownNames(place, readLine(place, LINE_LENGTH_MAX), false);
}

/** The body of a message of one task. @throws LifecycleError `InvalidArgument`. */
export function bodyReader(key: MailTextKey): (place: Place) => string {
  return (place) =>
    withKnownNames(place, readText(place, ARGUMENT_VALUE_LENGTH_MAX, 1), key === 'generateTapAndSendEmail');
}

function textReader(key: MailTextKey): (place: Place) => MailText {
  return (place) => readShape(place, { subject: readSubject, body: bodyReader(key) });
}

function withKnownNames(place: Place, text: string, hasAccessPass: boolean): string {
  const problem = templateProblem(text, hasAccessPass);
  if (problem !== null) throw invalid(place, problem);
  return text;
}
