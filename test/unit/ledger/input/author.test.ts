import { expect, it } from 'vitest';
import { readAuthor } from '../../../../src/ledger/input/author.ts';

it.each([[undefined], [{}], [{ by: undefined }]])('%j names no author', (author) => {
  expect(readAuthor(author as never)).toBeNull();
});

it('an author is stored by id only', () => {
  const author = { by: 'Ada Lovelace (ada@example.com)' };
  const reference = readAuthor(author);
  expect(reference).toEqual({ id: author.by });
  expect(Object.isFrozen(reference)).toBe(true);
});

it.each([
  [{ by: '' }],
  [{ by: ' ' }],
  [{ by: 'a\nb' }],
  [{ by: 'x'.repeat(257) }],
  [{ by: 7 }],
  [{ by: null }],
])('%j is refused, by the name of the field', (author) => {
  expect(() => readAuthor(author as never)).toThrow(/Expected by to be/);
});

it.each([['ada'], [null], [[]], [{ name: 'ada' }]])('%j is refused', (author) => {
  expect(() => readAuthor(author as never)).toThrow(/Expected the input/);
});
