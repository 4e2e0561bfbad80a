import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultOfId, normalizeText, withId } from '../../../src/input/subject-id.ts';

describe('the normal form of an id', () => {
  it.each([
    ['blanks', ' u1 ', 'u1'],
    ['no-break and other Unicode spaces', '\u00a0\u2003u1\u3000', 'u1'],
    ['line breaks and tabulators', '\tu1\r\n', 'u1'],
    ['a byte order mark and zero-width characters', '\ufeffu1\u200b\u2060', 'u1'],
    ['marks of writing direction', '\u200eu1\u202c', 'u1'],
  ])('has none of these at its ends: %s', (_name, given, id) => {
    expect(normalizeText(given)).toBe(id);
  });

  it('has composed letters', () => {
    expect(normalizeText('Zoe\u0308')).toBe('Zo\u00eb');
  });

  it('keeps letter case, and what stands inside', () => {
    for (const id of ['U1', 'Ann Lee', 'a\u00a0b', 'CN=Ann,OU=Sales', '日本', '👩\u200d💻'])
      expect(normalizeText(id)).toBe(id);
  });

  it('is its own normal form, and a text without what is ignored at the ends', () => {
    const ends = fc.string({ unit: fc.constantFrom(' ', '\u00a0', '\ufeff', '\u200b', '\n'), maxLength: 3 });
    fc.assert(
      fc.property(ends, fc.string({ unit: 'binary' }), ends, (before, text, after) => {
        const id = normalizeText(before + text + after);
        expect(normalizeText(id)).toBe(id);
        expect(id).toBe(normalizeText(text));
      }),
    );
  });
});

describe('what is no id', () => {
  it.each([
    ['', 'an empty one'],
    ['u\u0000', 'one with U+0000'],
    ['u\u001b[31m', 'one with U+001B'],
    ['u\u009b1', 'one with U+009B'],
    ['u\ud800', 'one with half of a surrogate pair'],
    ['x'.repeat(257), 'one of 257 characters'],
    ['x'.repeat(256), null],
    ['Zo\u00eb 👩\u200d💻', null],
  ])('%j: %s', (id, fault) => {
    expect(faultOfId(id)).toBe(fault);
  });
});

it('a subject gets another id in a copy that is of the same class', () => {
  class Person {
    readonly id: string = 'u1 ';
    get greeting(): string {
      return `Dear ${this.id}`;
    }
  }
  const person = Object.freeze(new Person());
  const copy = withId(person, 'u1');
  expect([copy.id, copy.greeting, person.id]).toEqual(['u1', 'Dear u1', 'u1 ']);
  expect(withId(copy, 'u1')).toBe(copy);
});
