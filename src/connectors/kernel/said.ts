/** What a system says, as messages have it: they become failure reasons, which are stored and shown. */
import { escapeHidden } from '../../errors/shown.ts';

const LENGTH_MAX = 300;
/** Shorter secrets would take parts of words out of what is said. */
const SECRET_LENGTH_MIN = 4;
const HIDDEN = '(hidden)';

/**
 * What a system says, on one line without control characters, cut, and without these secrets: some systems repeat what
 * they were sent. Empty for what is no text.
 */
export function saidLine(text: unknown, secrets: readonly string[] = [], lengthMax = LENGTH_MAX): string {
  if (typeof text !== 'string') return '';
  // Before the cut, which could leave a part of a secret.
  const line = withoutSecrets(text, secrets)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return escapeHidden(line.slice(0, lengthMax));
}

/** The secrets in the value of an `Authorization` header: `Bearer TOKEN`, `Basic BASE64`. */
export function secretsOfAuthorization(value: string): readonly string[] {
  const [, scheme = '', credentials = ''] = /^\s*(\S+)\s+(.+?)\s*$/s.exec(value) ?? [];
  if (credentials === '') return [value];
  if (scheme.toLowerCase() !== 'basic') return [value, credentials];
  const plain = Buffer.from(credentials, 'base64').toString();
  return [value, credentials, plain, plain.slice(plain.indexOf(':') + 1)];
}

/** A text in which no URL has credentials. */
export function withoutUrlCredentials(text: string): string {
  return text.replace(/\/\/\S*@/g, '//…@');
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter(({ length }) => length >= SECRET_LENGTH_MIN).flatMap(formsOf);
  // The longest first: one may be a part of another.
  const ordered = [...new Set(forms)].sort((one, other) => other.length - one.length);
  return ordered.reduce((left, form) => left.replaceAll(form, HIDDEN), text);
}

function formsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ];
}
