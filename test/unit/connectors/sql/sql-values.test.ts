import { describe, expect, it } from 'vitest';
import type { SqlColumnType, SqlIdType } from '../../../../src/connectors/sql/sql-options.ts';
import { idOf, idParameter, subjectOf } from '../../../../src/connectors/sql/sql-values.ts';

const valueOfType = (type: SqlColumnType, value: unknown) =>
  subjectOf({ c0: value }, 'u1', [{ attribute: 'a', column: 'col', type }]).a;

describe('a value of a row', () => {
  const date = new Date(0);
  it.each<[SqlColumnType, unknown, unknown]>([
    ['text', 'Sales', 'Sales'],
    ['text', '', ''],
    ['boolean', 1, true],
    ['boolean', 0n, false],
    ['boolean', false, false],
    ['boolean', Buffer.from([1]), true],
    ['integer', 5, 5],
    ['integer', 5n, 5],
    ['integer', '5', 5],
    ['integer', '9007199254740993', '9007199254740993'],
    ['day', '2026-01-31', '2026-01-31'],
    ['value', date, date],
    ['text', null, undefined],
    ['boolean', undefined, undefined],
  ])('of type %s: %s', (type, value, expected) => {
    expect(valueOfType(type, value)).toEqual(expected);
  });

  it.each<[SqlColumnType, unknown, string]>([
    ['text', 5, 'a whole number'],
    ['text', date, 'a Date'],
    ['text', Buffer.from('x'), 'bytes'],
    ['text', true, 'a boolean'],
    ['boolean', 2, 'a whole number'],
    ['boolean', 'yes', 'other text'],
    ['integer', 1.5, 'a number'],
    ['integer', [], 'an array'],
    ['day', '31.01.2026', 'other text'],
    ['day', {}, 'an object'],
  ])('is refused for type %s: %s', (type, value, got) => {
    expect(() => valueOfType(type, value)).toThrow(
      new RegExp(
        `^Expected column .col. to have .*, got ${got}; set the type of columns.a, or cast it in a view$`,
      ),
    );
  });
});

describe('an id of a row', () => {
  it.each<[SqlIdType, unknown, string]>([
    ['text', 'ana', 'ana'],
    ['integer', 17, '17'],
    ['integer', 17n, '17'],
    ['integer', '9007199254740993', '9007199254740993'],
  ])('of type %s: %s', (type, value, expected) => {
    expect(idOf(value, { column: 'id', type })).toBe(expected);
  });

  it.each<[SqlIdType, unknown, string]>([
    ['text', 17, 'got a whole number; set id.type'],
    ['text', 'ana  ', 'got one with white space at its ends, or not in Unicode NFC; correct it'],
    ['text', 'e\u0301', 'not in Unicode NFC'],
    ['text', '', 'got an empty one'],
    ['integer', 2 ** 53, 'exact in JavaScript'],
    ['integer', 'ana', 'got other text'],
  ])('is refused for type %s: %s', (type, value, message) => {
    expect(() => idOf(value, { column: 'id', type })).toThrow(message);
  });

  it.each<[SqlIdType, string, unknown]>([
    ['text', 'x', 'x'],
    ['text', 'x\0', null],
    ['integer', '-7', -7],
    ['integer', '9007199254740993', '9007199254740993'],
    ['integer', '007', null],
    ['uuid', '3F2504E0-4F89-11D3-9A0C-0305E82C3301', '3F2504E0-4F89-11D3-9A0C-0305E82C3301'],
    ['uuid', 'ana', null],
  ])('is looked for by a parameter: %s %s', (type, id, expected) => {
    expect(idParameter(id, type)).toBe(expected);
  });
});
