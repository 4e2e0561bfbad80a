/**
 * Masks what differs from person to person in a failure reason, so that failures of one cause have one text. Pure, the
 * same for the same input, and masking twice changes nothing.
 */
import { LIMITS } from '../../model/limits.ts';

/** Names of the person that a reason may be about. */
export interface MaskedPerson {
  readonly id: string;
  readonly displayName?: unknown;
}

/** A masked part. It counts as part of a word, so that it joins with what it touches. */
const MASK = '…';
/** A shorter name is rather a word of the language. */
const NAME_LENGTH_MIN = 3;
/** Rounds until nothing changes; more are never needed, and the bound keeps hostile texts cheap. */
const ROUNDS_MAX = 12;

/** What is masked, in this order. */
const RULES: readonly (readonly [pattern: RegExp, mask: string])[] = [
  // Controls and white space of any kind.
  [/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' '],
  // Quoted texts. An apostrophe within a word opens and closes nothing.
  [/"[^"]*"/g, `"${MASK}"`],
  [/`[^`]*`/g, `\`${MASK}\``],
  [/“[^”]*”/g, `“${MASK}”`],
  [/(?<![\p{L}\p{N}…])'[^']*'(?![\p{L}\p{N}…])/gu, `'${MASK}'`],
  // The query of a URL.
  [/(https?:\/\/[^\s?#"'`<>]*)[?#][^\s"'`<>]*/gi, `$1?${MASK}`],
  // Mail addresses and other names with a domain.
  [/[^\s"'`“”<>()[\]{},;:=/]+@[^\s"'`“”<>()[\]{},;:=/]+/g, MASK],
  // GUIDs and long hexadecimal numbers, of which parts may be letters only.
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{16,}/gi, MASK],
  // Numbers and ids: words with a digit, and what hyphens and the like join to them.
  [/[\p{L}\p{N}_…]*\p{N}[\p{L}\p{N}_…]*/gu, MASK],
  // Lists, dates, versions and moments: masks with only separators in between.
  [/…(?:[-.,:;/+_ ]*…)+/g, MASK],
  [/(["'`])…\1(?:, ?\1…\1)+/g, `$1${MASK}$1`],
  [/“…”(?:, ?“…”)+/g, `“${MASK}”`],
];

/** The reason without ids, names, numbers, addresses and quoted texts; at most `LIMITS.maskedReasonLengthMax` characters. */
export function maskReason(reason: string, person: MaskedPerson): string {
  const names = [person.id, person.displayName].flatMap(nameOf).sort((a, b) => b.length - a.length);
  const patterns = names.map(wordPattern);
  let text = reason.toWellFormed();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const next = cut(maskOnce(text, patterns));
    if (next === text) break;
    text = next;
  }
  return text;
}

function maskOnce(reason: string, names: readonly RegExp[]): string {
  let text = reason;
  for (const name of names) text = text.replace(name, MASK);
  for (const [pattern, mask] of RULES) text = text.replace(pattern, mask);
  return text.trim();
}

/** Text that is as long as it may be; the end is masked like the rest. */
function cut(text: string): string {
  const max = LIMITS.maskedReasonLengthMax;
  return text.length <= max ? text : `${text.slice(0, max - 1)}${MASK}`.toWellFormed();
}

function nameOf(value: unknown): readonly string[] {
  const name = typeof value === 'string' ? value.trim() : '';
  return name.length < NAME_LENGTH_MIN ? [] : [name];
}

/** Finds a name as a whole word: `bob` is not part of `bobby`. */
function wordPattern(name: string): RegExp {
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'giu');
}
