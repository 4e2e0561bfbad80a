import { ConnectorError } from './connector-error.ts';

/** Attributes of one task, at most, as Entra has it. */
const ATTRIBUTES_MAX = 10;
/** Ids in one argument, at most. */
const IDS_MAX = 1_000;

/** An attribute and the value that it shall have; `null`: none. */
export interface WantedAttribute {
  readonly name: string;
  readonly value: string | null;
}

/**
 * The attributes of the task argument `attributeUpdates`: JSON, name → value; an empty value clears.
 *
 * @param known the names that the system has an attribute for, under Graph's names.
 * @param system its name, in messages.
 * @throws ConnectorError `refused`: what is wrong with the argument.
 */
export function readAttributeUpdates(
  text: string | undefined,
  known: readonly string[],
  system: string,
): readonly WantedAttribute[] {
  const updates = parse(text ?? '');
  const names = Object.keys(updates);
  if (names.length === 0 || names.length > ATTRIBUTES_MAX)
    throw refused(`1 to ${ATTRIBUTES_MAX} attributes in attributeUpdates, got ${names.length}`);
  return names.map((name) => {
    const value = updates[name];
    if (!known.includes(name))
      throw refused(
        `an attribute that ${system} has in attributeUpdates (${known.join(', ')}), got \`${name}\``,
      );
    if (value !== null && typeof value !== 'string') throw refused(`a text for ${name}, got ${typeof value}`);
    return { name, value: value === '' ? null : value };
  });
}

/**
 * The ids of a task argument such as `groupID`, each once.
 *
 * @param things what they are ids of, in messages: `groups`.
 * @throws ConnectorError `refused` for none, and for more than 1,000.
 */
export function readIds(
  text: string | undefined,
  argument: string,
  things: string,
  separator = ',',
): readonly string[] {
  const ids = [...new Set((text ?? '').split(separator).map((id) => id.trim()))].filter((id) => id !== '');
  if (ids.length > 0 && ids.length <= IDS_MAX) return ids;
  const between = separator === ',' ? 'commas' : 'semicolons';
  throw refused(`1 to ${IDS_MAX} ${things} in ${argument}, separated by ${between}, got ${ids.length}`);
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw refused('JSON with attributes and their values in attributeUpdates, got something else');
}

function refused(expected: string): ConnectorError {
  return new ConnectorError('refused', `Expected ${expected}`, { code: 'BadArgument' });
}
