/**
 * The part of JSON Schema (2020-12) that a scenario needs, and a validator for it that reports the first violation.
 * The published schema is the one that validates.
 */
import { fieldsOf } from '../../input/fields.ts';
import { invalid, type Place, root, unknownWord } from '../../input/refuse.ts';

/** A schema. */
export type Schema = {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
} & (
  | ObjectSchema
  | { readonly type: 'array'; readonly items: Schema; readonly minItems?: number; readonly maxItems?: number }
  | {
      readonly type: 'string';
      readonly format?: string;
      readonly minLength?: number;
      readonly maxLength?: number;
      readonly enum?: readonly string[];
    }
  | {
      readonly type: 'number' | 'integer';
      readonly minimum?: number;
      readonly maximum?: number;
      readonly exclusiveMinimum?: number;
    }
  | { readonly type: 'boolean' }
  /** Alternatives, discriminated by their property `kind`. */
  | { readonly oneOf: readonly ObjectSchema[] }
);

/** A schema of objects. */
export interface ObjectSchema {
  readonly type: 'object';
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** `false`: no others; a schema: others of this kind; absent: anything (checked elsewhere). */
  readonly additionalProperties?: false | Schema;
}

/** A `format`: a test for text, and the description of what is expected. */
export interface Format {
  readonly expected: string;
  test(text: string): boolean;
}

/** Most characters of a text without `maxLength`. */
const LENGTH_MAX = 1_024;
const ITEMS_MAX = 10_000;

/**
 * Validates a value that came from outside.
 *
 * @throws LifecycleError `InvalidArgument`; `details.field` is the path: `tasks.sendWelcomeEmail.outages[0].from`.
 */
export function checkBySchema(
  value: unknown,
  schema: Schema,
  formats: Readonly<Record<string, Format>>,
): void {
  check(root(value), schema, formats);
}

function check(place: Place, schema: Schema, formats: Readonly<Record<string, Format>>): void {
  if ('oneOf' in schema) {
    check(place, alternativeFor(place, schema.oneOf), formats);
    return;
  }
  switch (schema.type) {
    case 'object':
      checkObject(place, schema, formats);
      return;
    case 'array': {
      const { minItems = 0, maxItems = ITEMS_MAX } = schema;
      const { value } = place;
      if (!Array.isArray(value) || value.length < minItems || value.length > maxItems)
        throw invalid(place, `an array of ${minItems}..${maxItems}`);
      for (const [index, item] of value.entries())
        check({ path: `${place.path}[${index}]`, value: item }, schema.items, formats);
      return;
    }
    case 'string':
      checkText(place, schema, formats);
      return;
    case 'boolean':
      if (typeof place.value !== 'boolean') throw invalid(place, 'true or false');
      return;
    default:
      checkNumber(place, schema);
  }
}

function alternativeFor(place: Place, alternatives: readonly ObjectSchema[]): ObjectSchema {
  const kind = fieldsOf(place, null)('kind');
  const kinds = alternatives.map((one) => {
    const own = one.properties?.kind;
    return own && 'type' in own && own.type === 'string' ? (own.enum?.[0] ?? '') : '';
  });
  const found = alternatives[kinds.indexOf(String(kind.value))];
  if (!found) throw unknownWord(kind, kinds);
  return found;
}

function checkObject(place: Place, schema: ObjectSchema, formats: Readonly<Record<string, Format>>): void {
  const { properties = {}, required = [], additionalProperties: others } = schema;
  const at = fieldsOf(place, others === false ? Object.keys(properties) : null);
  for (const name of required) {
    if (at(name).value === undefined) {
      const one = properties[name];
      throw invalid(at(name), one?.description ?? 'given');
    }
  }
  for (const [name, value] of Object.entries(place.value as object)) {
    const known = Object.hasOwn(properties, name) ? properties[name] : others || undefined;
    if (known && value !== undefined) check(at(name), known, formats);
  }
}

function checkText(
  place: Place,
  schema: Extract<Schema, { readonly type: 'string' }>,
  formats: Readonly<Record<string, Format>>,
): void {
  const { minLength = 0, maxLength = LENGTH_MAX } = schema;
  const { value } = place;
  if (schema.enum) {
    if (typeof value !== 'string' || !schema.enum.includes(value)) throw unknownWord(place, schema.enum);
    return;
  }
  if (typeof value !== 'string' || value.length < minLength || value.length > maxLength)
    throw invalid(place, `text of ${minLength}..${maxLength} characters`);
  const format = schema.format === undefined ? undefined : formats[schema.format];
  if (format && !format.test(value)) throw invalid(place, format.expected);
}

function checkNumber(place: Place, schema: Extract<Schema, { readonly type: 'number' | 'integer' }>): void {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, exclusiveMinimum } = schema;
  const { value } = place;
  const fits =
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (schema.type === 'number' || Number.isInteger(value)) &&
    value >= minimum &&
    value <= maximum &&
    (exclusiveMinimum === undefined || value > exclusiveMinimum);
  if (fits) return;
  const noun = schema.type === 'integer' ? 'a whole number' : 'a number';
  const from = exclusiveMinimum === undefined ? `in ${minimum}` : `above ${exclusiveMinimum}, up to `;
  const bounds =
    exclusiveMinimum === undefined
      ? `${from}..${maximum}`
      : Number.isFinite(maximum)
        ? `${from}${maximum}`
        : `above ${exclusiveMinimum}`;
  throw invalid(place, `${noun} ${bounds}`);
}
