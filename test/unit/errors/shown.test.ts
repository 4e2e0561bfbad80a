import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHidden, reportedValue, shown } from '../../../src/errors/shown.ts';

describe('a value in a message', () => {
  it.each([
    [undefined, 'nothing'],
    [null, '`null`'],
    ['7', '`"7"`'],
    [7, '`7`'],
    [12n, '`12n`'],
    [Number.NaN, '`NaN`'],
    [true, '`true`'],
    [[1, 2], 'an array of 2'],
    [{ toJSON: () => 1 }, 'an object'],
    [() => 1, 'a function'],
    [Symbol('s\u0007'), '`Symbol(s\\u0007)`'],
    ['x\ny\u0000', '`"x\\ny\\u0000"`'],
    ['id\u200b', '`"id\\u200b"`'],
  ])('%o is shown as %s', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it('is cut after 100 characters of text, with the length', () => {
    expect(shown('x'.repeat(5_000))).toBe(`\`"${'x'.repeat(100)}"\`… (5000 characters)`);
  });
});

describe('a value in a report', () => {
  it.each([
    [undefined, null],
    ['x'.repeat(101), 'x'.repeat(100)],
    [false, false],
    [7, 7],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [12n, '12'],
    [['secret'], 'an array'],
    [{ secret: 1 }, 'an object'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(Number.NaN), 'an invalid date'],
  ])('%o is %o', (value, reported) => {
    expect(reportedValue(value)).toBe(reported);
  });
});

describe('hidden characters', () => {
  it.each([
    ['terminal sequences', '\u001b[31m\u001b]0;t\u0007', '\\u001b[31m\\u001b]0;t\\u0007'],
    ['C1 controls and DEL', '\u009b\u007f', '\\u009b\\u007f'],
    ['line breaks of every kind', '\n\r\u2028', '\\u000a\\u000d\\u2028'],
    ['changes of direction', 'a\u202eb\u2066', 'a\\u202eb\\u2066'],
    ['invisible characters', '\ufeffid\u200b\u00ad', '\\ufeffid\\u200b\\u00ad'],
    ['lone surrogates', 'a\ud800', 'a\\ud800'],
    ['characters outside the basic plane, unit by unit', '\u{e0001}', '\\udb40\\udc01'],
  ])('are escaped: %s', (_name, text, escaped) => {
    expect(escapeHidden(text)).toBe(escaped);
  });

  it('are not the joiners of words and emoji, nor any letter', () => {
    const text = 'Zoë 日本 می\u200cخواهم 👩\u200d💻 \\ "';
    expect(escapeHidden(text)).toBe(text);
  });

  it('are kept where they are asked for', () => {
    expect(escapeHidden('a\n\tb\u0007', '\n\t')).toBe('a\n\tb\\u0007');
  });

  it('escaped in a JSON document mean the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(JSON.parse(escapeHidden(JSON.stringify([text])))).toEqual([text]);
      }),
    );
  });
});
