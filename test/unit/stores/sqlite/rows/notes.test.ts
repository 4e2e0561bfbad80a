import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Note } from '../../../../../src/model/records.ts';
import type { NoteQuery } from '../../../../../src/ports/store.ts';
import {
  deleteNotes,
  getNotes,
  listNotes,
  purgeNotes,
  putNotes,
} from '../../../../../src/stores/sqlite/rows/notes.ts';
import { newDatabase } from '../database.ts';

const note = (key: string, collection = 'c', body = '{}'): Note => ({ collection, key, body });

function filled(...keys: readonly string[]) {
  const database = newDatabase();
  putNotes(database, [...keys.map((key) => note(key)), note('a', 'other', '"other"')]);
  return database;
}

const list = (database: ReturnType<typeof newDatabase>, change: Partial<NoteQuery> = {}) =>
  listNotes(database, { collection: 'c', prefix: '', after: null, limit: 100, ...change }).map(
    ({ key }) => key,
  );

/** Node 22 reads a text only up to its first U+0000; what the store keeps is JSON, which has none. */
const WITH_NUL = process.versions.node.startsWith('22.') ? [] : ['a\0b'];

describe('plans', () => {
  const database = filled();

  it.each<[string, Partial<NoteQuery>, string]>([
    ['a collection', {}, '(collection=?)'],
    ['a prefix', { prefix: 'p' }, '(collection=? AND key>? AND key<?)'],
    ['the rest of a collection', { after: 'k' }, '(collection=? AND key>?)'],
    ['the rest of a prefix', { prefix: 'p', after: 'pk' }, '(collection=? AND key>? AND key<?)'],
  ])('%s is a range of the table, in its order', (_name, change, range) => {
    expect(database.plansOf(() => list(database, change))).toEqual([
      `SEARCH notes USING PRIMARY KEY ${range}`,
    ]);
  });

  it('a purge by prefix deletes a range', () => {
    expect(database.plansOf(() => purgeNotes(database, 'c', 'p'))).toEqual([
      'SEARCH notes USING PRIMARY KEY (collection=? AND key>? AND key<?)',
    ]);
  });
});

describe('a prefix', () => {
  it.each([
    ['a', ['a', 'a!', 'aZ', 'a~', 'aé', 'a🙂']],
    ['a~', ['a~']],
    ['%', ['%', '%a']],
    ['_', ['_']],
    ["'", ["'x"]],
    ['', ['%', '%a', "'x", 'A', '_', 'a', 'a!', 'aZ', 'a~', 'aé', 'a🙂', 'b']],
    ['nothing', []],
  ])('%j is compared by bytes: no character of it is a pattern, and case counts', (prefix, keys) => {
    const database = filled('b', 'a🙂', 'aé', 'a~', 'aZ', 'a!', 'a', 'A', '_', '%a', '%', "'x");
    expect(list(database, { prefix })).toEqual(keys);
    purgeNotes(database, 'c', prefix);
    expect(list(database).filter((key) => key.startsWith(prefix))).toEqual([]);
    expect(list(database)).toHaveLength(12 - keys.length);
    expect(getNotes(database, 'other', ['a'])).toEqual([note('a', 'other', '"other"')]);
  });

  it('whose last character is the last of ASCII has its own keys only', () => {
    const database = filled('k\x7f', 'k\x7f1', 'k', 'k\x80');
    expect(list(database, { prefix: 'k\x7f' })).toEqual(['k\x7f', 'k\x7f1']);
  });
});

describe('single notes', () => {
  it('are replaced, and the later of two in one batch wins', () => {
    const database = filled('a');
    putNotes(database, [note('a', 'c', '1'), note('a', 'c', '2')]);
    expect(getNotes(database, 'c', ['a'])).toEqual([note('a', 'c', '2')]);
    expect(list(database)).toEqual(['a']);
  });

  it('come in the order of the keys asked for, and missing ones are left out', () => {
    const database = filled('a', 'b');
    expect(getNotes(database, 'c', ['b', 'x', 'a']).map(({ key }) => key)).toEqual(['b', 'a']);
    expect(getNotes(database, 'c', [])).toEqual([]);
    expect(getNotes(database, 'unknown', ['a'])).toEqual([]);
  });

  it('are deleted from their collection only, and deleting what is not there is nothing', () => {
    const database = filled('a', 'b');
    deleteNotes(database, 'c', ['a', 'x']);
    expect(list(database)).toEqual(['b']);
    expect(getNotes(database, 'other', ['a'])).toHaveLength(1);
  });

  it.each(["'; DROP TABLE notes; --", '', '🙂', ...WITH_NUL])(
    'keep a hostile key, collection and body as they are: %j',
    (text) => {
      const database = filled();
      const hostile = { collection: text, key: text, body: text };
      putNotes(database, [hostile, { ...hostile, key: `${text}x` }]);
      expect(getNotes(database, text, [text])).toEqual([hostile]);
      deleteNotes(database, text, [text]);
      expect(getNotes(database, text, [text, `${text}x`])).toHaveLength(1);
    },
  );
});

it('any sequence of writes gives the notes of a map, and pages give each of them once, by key', () => {
  const key = fc.constantFrom('a', 'ab', 'abc', 'b', 'B', 'ba', '%', 'a%', '_b');
  const prefix = fc.constantFrom('', 'a', 'ab', 'b', '%', '_', 'z');
  const write = fc.oneof(
    fc.record({ kind: fc.constant('put' as const), key, body: fc.string() }),
    fc.record({ kind: fc.constant('delete' as const), key }),
    fc.record({ kind: fc.constant('purge' as const), prefix }),
  );
  fc.assert(
    fc.property(
      fc.array(write, { maxLength: 20 }),
      prefix,
      fc.integer({ min: 1, max: 4 }),
      (writes, of, limit) => {
        const database = filled();
        const notes = new Map<string, string>();
        for (const one of writes) {
          if (one.kind === 'put') {
            putNotes(database, [note(one.key, 'c', one.body)]);
            notes.set(one.key, one.body);
          } else if (one.kind === 'delete') {
            deleteNotes(database, 'c', [one.key]);
            notes.delete(one.key);
          } else {
            purgeNotes(database, 'c', one.prefix);
            for (const known of notes.keys()) if (known.startsWith(one.prefix)) notes.delete(known);
          }
        }
        const found: Note[] = [];
        for (let after: string | null = null; found.length <= notes.size; ) {
          const page: Note[] = listNotes(database, { collection: 'c', prefix: of, after, limit });
          found.push(...page);
          const last = page.at(-1);
          if (!last || page.length < limit) break;
          after = last.key;
        }
        const expected = [...notes]
          .filter(([known]) => known.startsWith(of))
          .sort(([a], [b]) => (a < b ? -1 : 1));
        expect(found).toEqual(expected.map(([known, body]) => note(known, 'c', body)));
        database.close();
      },
    ),
  );
});
