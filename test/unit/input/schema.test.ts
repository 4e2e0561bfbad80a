import { toJsonSchema } from '@valibot/to-json-schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import {
  flag,
  formatted,
  kinds,
  list,
  loose,
  number,
  object,
  positive,
  readBy,
  record,
  type Schema,
  text,
  textOr,
  whole,
  word,
} from '../../../src/input/schema.ts';

/** The message of a refusal; `null` for what is read. */
function refusal(schema: Schema<unknown>, value: unknown): string | null {
  try {
    readBy(schema, { path: 'at', value });
    return null;
  } catch (error) {
    if (LifecycleError.is(error)) return error.message;
    throw error;
  }
}

function jsonOf(schema: Schema<unknown>): Record<string, unknown> {
  return toJsonSchema(schema, { typeMode: 'output', ignoreActions: ['check'] }) as Record<string, unknown>;
}

const bounds = fc
  .tuple(fc.integer({ min: -100, max: 100 }), fc.nat(100))
  .map(([min, width]) => [min, min + width] as const);
const anything = fc.oneof(fc.integer({ min: -250, max: 250 }), fc.double(), fc.anything());

describe('a field of a scenario', () => {
  it('that is a number is read within the bounds that its JSON schema says', () => {
    fc.assert(
      fc.property(bounds, anything, ([min, max], value) => {
        const [integer, any, above] = [whole(min, max), number(min, max), positive(101)];
        const fits = typeof value === 'number' && value >= min && value <= max;
        expect(refusal(any, value) === null).toBe(fits);
        expect(refusal(integer, value) === null).toBe(fits && Number.isInteger(value));
        expect(refusal(above, value) === null).toBe(typeof value === 'number' && value > 0 && value <= 101);
        expect(jsonOf(any)).toMatchObject({ type: 'number', minimum: min, maximum: max });
        expect(jsonOf(integer)).toMatchObject({ type: 'integer', minimum: min, maximum: max });
        expect(jsonOf(above)).toMatchObject({ type: 'number', exclusiveMinimum: 0, maximum: 101 });
      }),
    );
  });

  it('that is a text or an object is read as either', () => {
    const column = textOr(text(1, 3), loose());
    for (const value of ['id', { column: 'id' }]) expect(refusal(column, value)).toBeNull();
    expect(refusal(column, 'longer')).toBe('Expected at to be text of 1..3 characters, got `"longer"`');
    expect(refusal(column, 5)).toBe('Expected at to be text of 1..3 characters, or an object, got `5`');
    expect(jsonOf(column)).toMatchObject({ anyOf: [{ type: 'string' }, { type: 'object' }] });
  });

  it('that is text or a list is read within the lengths that its JSON schema says', () => {
    const [line, items] = [text(1, 3), list(text(1, 3), { min: 1, max: 2 })];
    fc.assert(
      fc.property(fc.string({ maxLength: 5 }), fc.array(fc.constant('a'), { maxLength: 4 }), (one, many) => {
        expect(refusal(line, one) === null).toBe(one.length >= 1 && one.length <= 3);
        expect(refusal(items, many) === null).toBe(many.length >= 1 && many.length <= 2);
      }),
    );
    expect(jsonOf(line)).toMatchObject({ type: 'string', minLength: 1, maxLength: 3 });
    expect(jsonOf(items)).toMatchObject({ type: 'array', minItems: 1, maxItems: 2 });
  });

  it.each<[Schema<unknown>, unknown, string]>([
    [whole(1, 24), 25, 'Expected at to be a whole number in 1..24, got `25`'],
    [positive(5), 0, 'Expected at to be a number above 0, up to 5, got `0`'],
    [text(1, 5), '', 'Expected at to be text of 1..5 characters, got `""`'],
    [flag(), 'yes', 'Expected at to be true or false, got `"yes"`'],
    [
      word(['stop', 'kill']),
      'sotp',
      'Expected at to be one of stop, kill, got `"sotp"`; did you mean `stop`?',
    ],
    [list(flag(), { min: 2, max: 2 }), [], 'Expected at to be an array of 2, got an array of 0'],
    [list(flag(), { max: 2 }), [true, 1], 'Expected at[1] to be true or false, got `1`'],
    [record(flag()), { a: 1 }, 'Expected at.a to be true or false, got `1`'],
    [record(flag()), [true], 'Expected at to be an object, got an array of 1'],
    [loose(), [], 'Expected at to be an object, got an array of 0'],
    [object({}, { a: flag() }), [], 'Expected at to be an object, got an array of 0'],
    [object({}, { a: flag() }), null, 'Expected at to be an object, got `null`'],
    [object({ a: flag() }), {}, 'Expected at.a to be true or false, got nothing'],
    [object({ a: word(['x', 'y']) }), {}, 'Expected at.a to be one of x, y, got nothing'],
    [
      object({ size: flag() }),
      { sise: true },
      'Expected at to have only size, got `sise`; did you mean `size`?',
    ],
    [object({}, { a: flag() }), { toString: 1 }, 'Expected at to have only a, got `toString`'],
    [kinds({ off: [{ ms: flag() }], on: [{}] }), 7, 'Expected at to be an object of kind off or on, got `7`'],
    [kinds({ off: [{ ms: flag() }], on: [{}] }), [], 'Expected at to be an object, got an array of 0'],
    [kinds({ off: [{ ms: flag() }], on: [{}] }), {}, 'Expected at.kind to be one of off, on, got nothing'],
    [
      kinds({ off: [{ ms: flag() }], on: [{}] }),
      { kind: 'off' },
      'Expected at.ms to be true or false, got nothing',
    ],
    [
      formatted('even', 'even', (value) => value.length % 2 === 0)(),
      'abc',
      'Expected at to be even, got `"abc"`',
    ],
  ])('is refused by what it is expected to be (%#)', (schema, value, message) => {
    expect(refusal(schema, value)).toBe(message);
  });

  it('is read as it is written, and what was given is not modified', () => {
    const schema = object({ a: list(record(whole(0, 9)), {}) }, { b: kinds({ on: [{}, { c: flag() }] }) });
    const value = Object.freeze({
      a: Object.freeze([Object.freeze({ x: 1 })]),
      b: Object.freeze({ kind: 'on' }),
    });
    expect(readBy(schema, { path: '', value })).toEqual(value);
  });

  it('has its description in the JSON schema, and a format its own name', () => {
    expect(jsonOf(whole(0, 1, 'Number of people.'))).toMatchObject({ description: 'Number of people.' });
    const even = formatted('even', 'of even length', (value) => value.length % 2 === 0);
    expect(jsonOf(even())).toMatchObject({ type: 'string', format: 'even', description: 'of even length' });
  });
});
