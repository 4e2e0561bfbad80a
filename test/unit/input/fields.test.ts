import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import {
  fieldsOf,
  ifGiven,
  readArray,
  readCount,
  readDescription,
  readFlag,
  readFunction,
  readLine,
  readName,
  readNumber,
  readString,
  readText,
  readWhole,
  readWord,
} from '../../../src/input/fields.ts';
import { invalid, root } from '../../../src/input/refuse.ts';

const place = (value: unknown) => ({ path: 'a.b', value });

function refusal(body: () => unknown): { message: string; field: unknown } {
  try {
    body();
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'InvalidArgument')
      return { message: error.message, field: error.details.field };
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('invalid', () => {
  it('names the field, what it is to be, and its value', () => {
    const error = invalid(place('x'), 'right');
    expect([error.message, error.details]).toEqual(['Expected a.b to be right, got `"x"`', { field: 'a.b' }]);
  });

  it('calls the root the input', () => {
    expect(invalid(root(1), 'an object').message).toBe('Expected the input to be an object, got `1`');
  });
});

describe('fieldsOf', () => {
  it('gives each field with its path, absent ones without a value', () => {
    const at = fieldsOf(place({ x: 1 }), ['x', 'y']);
    expect([at('x'), at('y')]).toEqual([
      { path: 'a.b.x', value: 1 },
      { path: 'a.b.y', value: undefined },
    ]);
  });

  it('refuses a field that is not known, by its path', () => {
    const { message, field } = refusal(() => fieldsOf(place({ x: 1, z: 2 }), ['x', 'y']));
    expect(message).toBe('Expected a.b to have only x, y, got `z`');
    expect(field).toBe('a.b.z');
  });

  it('passes over ignored fields and annotations, but not over any name with an @', () => {
    expect(() =>
      fieldsOf(root({ i: 1, 'x@odata.context': '', '@microsoft.graph.tips': '' }), ['x'], ['i']),
    ).not.toThrow();
    expect(refusal(() => fieldsOf(root({ 'a@b.com': 1 }), ['x'])).field).toBe('a@b.com');
  });

  it('reads own fields only', () => {
    const at = fieldsOf(root(Object.create({ x: 1 })), null);
    expect(at('x').value).toBeUndefined();
    expect(at('toString').value).toBeUndefined();
    expect(at('__proto__').value).toBeUndefined();
  });

  it.each([null, undefined, 1, 'text', [], true])('refuses %o, which is no object', (value) => {
    expect(refusal(() => fieldsOf(place(value), null)).field).toBe('a.b');
  });
});

describe('a word that is none of those allowed', () => {
  it('is refused with the nearest one', () => {
    expect(() => readWord(place('onec'), ['skip', 'once', 'each'])).toThrow(
      'Expected a.b to be one of skip, once, each, got `"onec"`; did you mean `once`?',
    );
  });
});

describe('the readers of single values', () => {
  it('take what they should', () => {
    expect(readFlag(place(false))).toBe(false);
    expect(readLine(place('one line'), 10)).toBe('one line');
    expect(readName(place('x'.repeat(256)))).toHaveLength(256);
    expect(readText(place('any\ntext'), 10)).toBe('any\ntext');
    expect(readText(place(''), 10)).toBe('');
    expect(readDescription(place(null))).toBeNull();
    expect(readDescription(place('a\nb'))).toBe('a\nb');
    expect(readWord(place('JOINER'), ['joiner', 'leaver'])).toBe('joiner');
    expect(readWhole(place(9), 1, 9)).toBe(9);
    expect(Object.is(readWhole(place(-0), 0, 9), 0)).toBe(true);
    expect(readNumber(place(1.5), 0, 2)).toBe(1.5);
    expect(readCount(place(2_147_483_647))).toBe(2_147_483_647);
    expect(readString(place('any'))).toBe('any');
    expect(readFunction(place(root))).toBe(root);
    expect(readArray(place(['x']), 1)).toEqual([{ path: 'a.b[0]', value: 'x' }]);
    expect(ifGiven(place(undefined), readFlag)).toBeUndefined();
    expect(ifGiven(place(true), readFlag)).toBe(true);
  });

  it.each<[string, () => unknown]>([
    ['a flag that is text', () => readFlag(place('true'))],
    ['a flag that is null', () => ifGiven(place(null), readFlag)],
    ['an empty line', () => readLine(place(''), 10)],
    ['a blank line', () => readLine(place(' \t'), 10)],
    ['two lines', () => readLine(place('a\nb'), 10)],
    ['a line with a NUL', () => readLine(place('a\u0000'), 10)],
    ['a line with an escape sequence', () => readLine(place('\u001b[2J'), 10)],
    ['a line that is too long', () => readLine(place('12345678901'), 10)],
    ['a name that is too long', () => readName(place('x'.repeat(257)))],
    ['a text that is a number', () => readText(place(5), 10)],
    ['a text that is too long', () => readText(place('12345678901'), 10)],
    ['a description that is too long', () => readDescription(place('x'.repeat(1025)))],
    ['another word', () => readWord(place('guest'), ['joiner'])],
    ['a whole number with a fraction', () => readWhole(place(1.5), 1, 9)],
    ['a whole number that is text', () => readWhole(place('5'), 1, 9)],
    ['a whole number that is too large', () => readWhole(place(10), 1, 9)],
    ['a number that is none', () => readNumber(place(Number.NaN), 0, 9)],
    ['a count beyond 31 bits', () => readCount(place(2_147_483_648))],
    ['an empty text where there must be some', () => readText(place(''), 10, 1)],
    ['text that is a number', () => readString(place(5))],
    ['a function that is its name', () => readFunction(place('root'))],
    ['a word that is an object', () => readWord(place({ toString: () => 'joiner' }), ['joiner'])],
    ['an array that is an object', () => readArray(place({ length: 1 }), 9)],
    ['an array that is too long', () => readArray(place([1, 2]), 1)],
  ])('refuse %s', (_, body) => {
    expect(refusal(body).field).toBe('a.b');
  });
});
