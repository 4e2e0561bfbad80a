/** How values and foreign texts stand in messages. */

/** Characters of a text that a message shows. */
const SHOWN_MAX = 100;

/** Controls, line separators, lone surrogates, and invisible characters; but not the joiners that words and emoji need. */
// Without the flag `v`, so that an old Node reads the file and says which Node is needed.
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])(?=\p{Default_Ignorable_Code_Point})\p{Cf}/gu;

/**
 * A value for "got …": JSON in backticks, so that `"7"` and `7` differ. Texts are cut at 100 characters; of objects
 * and arrays only the kind is shown, because they can hold secrets and anything else.
 */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string': {
      const rest = value.length > SHOWN_MAX ? `… (${value.length} characters)` : '';
      return `\`${escapeHidden(JSON.stringify(value.slice(0, SHOWN_MAX)))}\`${rest}`;
    }
    case 'function':
      return 'a function';
    case 'object':
      if (value === null) return '`null`';
      return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
    case 'bigint':
      return `\`${value}n\``;
    default:
      return `\`${escapeHidden(String(value))}\``;
  }
}

/**
 * The text with everything that a terminal obeys or hides as `\u001b`. Those are the escapes of JSON, so that a JSON
 * document means the same afterwards. Characters of `kept` stay.
 */
export function escapeHidden(text: string, kept = ''): string {
  return text.replace(HIDDEN, (character) => (kept.includes(character) ? character : escapeUnits(character)));
}

/** Every UTF-16 unit as `\u001b`. */
function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

/**
 * An attribute's value in a report: text cut at 100 characters, of arrays and objects only that it is one. `null`: there
 * is none.
 */
export function reportedValue(value: unknown): string | number | boolean | null {
  switch (typeof value) {
    case 'string':
      return value.slice(0, SHOWN_MAX);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return `${value}`.slice(0, SHOWN_MAX);
    default:
      if (value === null || value === undefined) return null;
      if (!(value instanceof Date)) return Array.isArray(value) ? 'an array' : 'an object';
      return Number.isNaN(value.getTime()) ? 'an invalid date' : value.toISOString();
  }
}
