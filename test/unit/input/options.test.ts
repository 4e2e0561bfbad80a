import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { readFlag, readFunction, readString, readWhole } from '../../../src/input/fields.ts';
import {
  nullable,
  optional,
  readOptions,
  readShape,
  shapeReader,
  withDefault,
} from '../../../src/input/options.ts';
import { type Place, root } from '../../../src/input/refuse.ts';

const SHAPE = {
  label: readString,
  size: withDefault((place: Place) => readWhole(place, 1, 9), 5),
  quiet: optional(readFlag),
  until: optional(nullable(readString)),
  notify: optional(readFunction),
  inner: optional(shapeReader({ deep: optional(readFlag) })),
};

function refusalOf(value: unknown): { message: string; details: object } {
  try {
    readOptions(value, 'make', SHAPE);
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'InvalidArgument') return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('options', () => {
  it('that are given are read, with defaults for the others; what has none stays absent', () => {
    const options = readOptions({ label: 'x', until: null, quiet: undefined }, 'make', SHAPE);
    expect(options).toEqual({ label: 'x', size: 5, until: null });
    expect(Object.keys(options)).toEqual(['label', 'size', 'until']);
  });

  it('may be left out as a whole', () => {
    expect(readOptions(undefined, 'make', { size: SHAPE.size })).toEqual({ size: 5 });
  });

  it('with an unknown name are refused with the nearest right one', () => {
    const { message, details } = refusalOf({ label: 'x', quite: true });
    expect(message).toBe(
      'Expected the options of make to have only label, size, quiet, until, notify, inner, got `quite`; did you mean `quiet`?',
    );
    expect(details).toEqual({ field: 'quite', nearest: 'quiet' });
  });

  it('with an unknown name that is near nothing are refused without a guess', () => {
    const { message, details } = refusalOf({ label: 'x', zzz: 1 });
    expect(message).toMatch(/got `zzz`$/);
    expect(details).toEqual({ field: 'zzz' });
  });

  it('show a name that hides something as escapes, cut', () => {
    expect(refusalOf({ 'a\u001b[2J': 1 }).message).toMatch(/got `a\\u001b\[2J`$/);
    expect(refusalOf({ ['z'.repeat(5_000)]: 1 }).message.length).toBeLessThan(400);
  });

  it.each([
    [null, 'Expected the options of make to be an object, got `null`'],
    ['tenure.db', 'Expected the options of make to be an object, got `"tenure.db"`'],
    [[], 'Expected the options of make to be an object, got an array of 0'],
    [{}, 'Expected label to be text, got nothing'],
    [{ label: 7 }, 'Expected label to be text, got `7`'],
    [{ label: 'x', size: '7' }, 'Expected size to be a whole number in 1..9, got `"7"`'],
    [{ label: 'x', size: null }, 'Expected size to be a whole number in 1..9, got `null`'],
    [{ label: 'x', notify: 'me' }, 'Expected notify to be a function, got `"me"`'],
    [{ label: 'x', inner: { deep: 1 } }, 'Expected inner.deep to be true or false, got `1`'],
    [
      { label: 'x', inner: { dep: true } },
      'Expected inner to have only deep, got `dep`; did you mean `deep`?',
    ],
  ])('%o are refused', (value, message) => {
    expect(refusalOf(value).message).toBe(message);
  });

  it('inherit nothing, so that none can be set by way of a prototype', () => {
    const options = Object.create({ size: 9 }, { label: { value: 'x', enumerable: true } });
    expect(readOptions(options, 'make', SHAPE).size).toBe(5);
  });
});

describe('a shape', () => {
  it('passes over the fields that it is asked to ignore, and refuses others', () => {
    const shape = { a: optional(readFlag) };
    expect(readShape(root({ a: true, id: 1 }), shape, ['id'])).toEqual({ a: true });
    expect(() => readShape(root({ b: 1 }), shape, ['id'])).toThrow(LifecycleError);
  });

  it('without any field says so', () => {
    expect(() => readOptions({ a: 1 }, 'make', {})).toThrow(
      'Expected the options of make to have no fields, got `a`',
    );
  });
});
