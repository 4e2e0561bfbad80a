import { dayTimeMs } from '../../input/durations.ts';
import type { FilterLiteral } from '../../model/filter.ts';
import { filterError } from '../filter-error.ts';
import { scanLiteral } from './literals.ts';

/** A word of a filter. `at` and `end` are indices into the text; `end` is exclusive. */
export type Token =
  | { readonly kind: 'literal'; readonly literal: FilterLiteral; readonly at: number; readonly end: number }
  | { readonly kind: 'name'; readonly name: string; readonly at: number; readonly end: number }
  | {
      readonly kind: '(' | ')' | ',' | '/' | ':' | '-' | 'end';
      readonly at: number;
      readonly end: number;
    };

/** An OData identifier, dotted when it is qualified by a namespace; `$it` and `$count` count as names. */
const NAME =
  /\$(?:it|count)(?![\p{L}\p{N}_])|[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]*(?:\.[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}\p{Cf}]*)*/uy;
/** The ABNF allows blank and tab; rules in files also have line breaks. */
const BLANKS = /[ \t\r\n]*/y;
/** Longer signs first. */
const SIGNS: readonly (readonly [string, string])[] = [
  ['"', "Text stands in single quotes: 'Sales'"],
  ['!=', 'Write ne'],
  ['<>', 'Write ne'],
  ['=', 'Write eq'],
  ['<', 'Write lt or le'],
  ['>', 'Write gt or ge'],
  ['&', 'Write and'],
  ['|', 'Write or'],
  ['!', 'Write not'],
  ['@', 'Parameter aliases are not supported; write the value itself'],
  ['[', 'JSON is not supported; write a list in round brackets: in (1, 2)'],
  ['{', 'JSON is not supported; write the value itself'],
  ['$', 'Of the names with $, $it and $count are supported'],
];
const CONSTANTS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * The token that starts at or after `from`.
 *
 * @throws LifecycleError `InvalidFilter` for a character that starts no token, and for a broken literal.
 */
export function nextToken(text: string, from: number): Token {
  BLANKS.lastIndex = from;
  BLANKS.exec(text);
  const at = BLANKS.lastIndex;
  const character = text.charAt(at);
  if (character === '') return { kind: 'end', at, end: at };
  if (character === "'") return stringToken(text, at, at);
  const scanned = scanLiteral(text, at);
  if (scanned) return { kind: 'literal', literal: scanned.literal, at, end: scanned.end };
  if (isMark(character)) return { kind: character, at, end: at + 1 };
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[0];
  if (name !== undefined) return nameToken(text, at, name);
  throw filterError(text, at, { expected: 'a name, a value or `(`', ...habitAt(text, at) });
}

/** What to write instead of an operator of another language. */
function habitAt(text: string, at: number): { readonly remedy?: string } {
  const habit = SIGNS.find(([sign]) => text.startsWith(sign, at));
  return habit ? { remedy: habit[1] } : {};
}

function isMark(character: string): character is '(' | ')' | ',' | '/' | ':' | '-' {
  return character.length === 1 && '(),/:-'.includes(character);
}

function nameToken(text: string, at: number, name: string): Token {
  const end = at + name.length;
  if (text.charAt(end) === "'") {
    if (name.toLowerCase() === 'duration') return durationToken(text, at, end);
    // namespace.enumType'member': the type is the property's own, so the member is enough.
    if (name.includes('.')) return stringToken(text, at, end);
    throw filterError(text, at, {
      expected: 'an operator and a blank, or an enumeration type with its namespace, before the quote',
      remedy: 'Binary and geo literals are not supported',
    });
  }
  const word = name.toLowerCase();
  if (!Object.hasOwn(CONSTANTS, word)) return { kind: 'name', name, at, end };
  const value = CONSTANTS[word] ?? null;
  const literal: FilterLiteral =
    value === null
      ? { kind: 'literal', type: 'null', value, at }
      : { kind: 'literal', type: 'boolean', value, at };
  return { kind: 'literal', literal, at, end };
}

/** `duration'PT5M'`. */
function durationToken(text: string, at: number, quote: number): Token {
  const { literal, end } = stringToken(text, at, quote);
  const value = typeof literal.value === 'string' ? dayTimeMs(literal.value) : null;
  if (value !== null)
    return { kind: 'literal', literal: { kind: 'literal', type: 'duration', value, at }, at, end };
  throw filterError(text, quote, {
    expected: 'a duration of days, hours, minutes and seconds, like P1DT2H30M',
  });
}

/** Text in single quotes that begins at `quote`; a quote in it is written twice. */
function stringToken(text: string, at: number, quote: number): Token & { kind: 'literal' } {
  let end = text.indexOf("'", quote + 1);
  while (end !== -1 && text.charAt(end + 1) === "'") end = text.indexOf("'", end + 2);
  if (end === -1) {
    throw filterError(text, quote, {
      expected: 'a closing quote for the text that starts here',
      got: 'the end',
      remedy: "Write a quote inside a text twice: 'O''Neil'",
    });
  }
  const value = text.slice(quote + 1, end).replaceAll("''", "'");
  return { kind: 'literal', literal: { kind: 'literal', type: 'string', value, at }, at, end: end + 1 };
}
