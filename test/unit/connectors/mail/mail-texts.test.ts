import { describe, expect, it } from 'vitest';
import { EMAIL_TASKS } from '../../../../src/catalogue/email-tasks.ts';
import { templateProblem } from '../../../../src/connectors/mail/mail-template.ts';
import type { MailTextKey } from '../../../../src/connectors/mail/mail-text.ts';
import { findText, languageOf, readTexts } from '../../../../src/connectors/mail/mail-texts.ts';

const KEYS = EMAIL_TASKS.map(({ key }): MailTextKey => key);
const namesIn = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

describe.each(['en', 'de', 'fr', 'es'])('the texts in %s', (language) => {
  it.each(KEYS)('have one of %s, with the names of the English one', (key) => {
    const { text, language: found } = findText(key, [language], {});
    expect(found).toBe(language);
    expect(templateProblem(text.subject, false)).toBeNull();
    expect(templateProblem(text.body, key === 'generateTapAndSendEmail')).toBeNull();
    expect(text.subject).not.toContain('\n');
    const english = findText(key, ['en'], {}).text;
    expect(new Set(namesIn(text.body))).toEqual(new Set(namesIn(english.body)));
    expect(namesIn(text.subject)).toEqual(namesIn(english.subject));
  });
});

it.each([
  ['de', 'de'],
  ['de-DE', 'de-de'],
  ['pt_BR', 'pt-br'],
  ['zh-Hant-TW', 'zh-hant-tw'],
  ['fr-CH, fr;q=0.9, en;q=0.8', 'fr-ch'],
  ['', null],
  ['German', null],
  ['de"><script>', null],
  [undefined, null],
  [7, null],
])('takes the language of %j for %j', (value, language) => expect(languageOf(value)).toBe(language));

describe('the text of a task', () => {
  const own = readTexts({
    path: 'texts',
    value: {
      'pt-BR': { sendWelcomeEmail: { subject: 'Oi', body: 'Oi' } },
      pt: {
        sendWelcomeEmail: { subject: 'Olá', body: 'Olá' },
        sendInactivityEmail: { subject: 'Conta', body: 'Conta' },
      },
      de: { sendWelcomeEmail: { subject: 'Moin', body: 'Moin' } },
    },
  });
  const subjectOf = (key: MailTextKey, ...languages: (string | null)[]) => {
    const { text, language } = findText(key, languages, own);
    return [language, text.subject];
  };

  it('is that of the region, of the language, and the own one before the built-in one', () => {
    expect(subjectOf('sendWelcomeEmail', 'pt-br')).toEqual(['pt-br', 'Oi']);
    expect(subjectOf('sendInactivityEmail', 'pt-br')).toEqual(['pt-br', 'Conta']);
    expect(subjectOf('sendWelcomeEmail', 'de-at')).toEqual(['de-at', 'Moin']);
    expect(subjectOf('sendInactivityEmail', 'de')[1]).toBe('Ihr Konto wurde lange nicht benutzt');
  });

  it('is in the first language that has one, and else in English', () => {
    expect(subjectOf('sendWelcomeEmail', null, 'ja', 'pt', 'de')).toEqual(['pt', 'Olá']);
    expect(subjectOf('sendGuestRemovalEmail', 'ja', 'pt')).toEqual([
      'en',
      'Your guest account will be removed',
    ]);
    expect(subjectOf('sendWelcomeEmail', 'constructor' as never)[0]).toBe('en');
  });
});

describe('texts of the host', () => {
  const text = { subject: 'Hi', body: 'Hi' };
  it.each([
    [{ german: {} }, 'Expected texts to be an object of languages such as de or pt-BR, got `german`'],
    [{ de: { sendMail: text } }, 'Expected texts.de to have only sendWelcomeEmail'],
    [
      { de: { sendWelcomeEmail: { subject: 'Hi' } } },
      'Expected texts.de.sendWelcomeEmail.body to be text of 1..65536 characters, got nothing',
    ],
    [
      { de: { sendWelcomeEmail: { ...text, subject: 'Hi\r\nBcc: eve@example.org' } } },
      'Expected texts.de.sendWelcomeEmail.subject to be one line of 1..1000 characters',
    ],
    [
      { de: { sendWelcomeEmail: { ...text, body: '{{firstName}}' } } },
      'Expected texts.de.sendWelcomeEmail.body to be text whose names in braces are known (`{{firstName}}`',
    ],
    [
      { de: { sendWelcomeEmail: { ...text, body: '{{temporaryAccessPass}}' } } },
      'only in the body of generateTapAndSendEmail',
    ],
    [
      { de: { generateTapAndSendEmail: { ...text, subject: '{{temporaryAccessPass}}' } } },
      'only in the body of generateTapAndSendEmail',
    ],
    ['de', 'Expected texts to be an object of languages, got `"de"`'],
  ])('%j are refused', (value, message) => {
    expect(() => readTexts({ path: 'texts', value })).toThrow(message);
  });
});
