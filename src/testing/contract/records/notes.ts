import assert from 'node:assert/strict';
import type { Note } from '../../../model/records.ts';
import type { StoreReader } from '../../../ports/store.ts';
import type { ContractKit } from '../kit.ts';

const note = (key: string, body = `body of ${key}`, collection = 'first'): Note => ({
  collection,
  key,
  body,
});

/** Keys under `prefix`, page by page, in any order. */
async function walk(reader: StoreReader, prefix: string, limit: number): Promise<string[]> {
  const keys: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: readonly Note[] = await reader.listNotes({ collection: 'first', prefix, after, limit });
    keys.push(...page.map(({ key }) => key));
    if (page.length < limit) return keys;
    after = page.at(-1)?.key ?? null;
  }
}

/** Documents that the ledger keeps for itself. */
export function notes({ describe, test }: ContractKit): void {
  describe('notes', () => {
    test('those asked for come back, of this collection only; those that are not there are left out', async (store) => {
      await store.transaction((tx) => tx.putNotes([note('a'), note('b'), note('a', 'other', 'second')]));
      assert.deepEqual(await store.getNotes('first', ['b', 'c']), [note('b')]);
      assert.deepEqual(await store.getNotes('second', ['a', 'b']), [note('a', 'other', 'second')]);
      assert.deepEqual(await store.getNotes('third', ['a']), []);
      assert.deepEqual(await store.getNotes('first', []), []);
    });

    test('a put replaces; keys and bodies keep every character', async (store) => {
      const key = `__proto__ Grüße 🎈 ' "%_`;
      await store.transaction((tx) => tx.putNotes([note(key, 'first'), note('', '')]));
      await store.transaction((tx) => tx.putNotes([note(key, 'x\n🎈'.repeat(10_000))]));
      assert.deepEqual(await store.getNotes('first', [key]), [note(key, 'x\n🎈'.repeat(10_000))]);
      assert.deepEqual(await store.getNotes('first', ['']), [note('', '')]);
    });

    test('a list pages through the keys with a prefix, each once, whatever follows the prefix', async (store) => {
      const keys = ['w/', 'w/1', 'w/2', 'w/ä', 'w/🎈', 'w/\uffff', 'w/%', 'w/_', 'w/z/1'];
      const others = ['', 'v/9', 'w', 'w0', 'W/1', 'x'];
      await store.transaction((tx) => tx.putNotes([...keys, ...others].map((key) => note(key))));
      for (const limit of [1, 2, 4, 100])
        assert.deepEqual((await walk(store, 'w/', limit)).sort(), [...keys].sort(), `pages of ${limit}`);
      assert.deepEqual((await walk(store, '', 3)).sort(), [...keys, ...others].sort());
    });

    test('keys of ASCII come in their order', async (store) => {
      const keys = ['10', '9', '1/', '1', 'B', 'a', '~', '1/z', '0', 'A/1', '_'];
      await store.transaction((tx) => tx.putNotes(keys.map((key) => note(key))));
      for (const limit of [1, 3, 100]) assert.deepEqual(await walk(store, '', limit), [...keys].sort());
      await store.transaction(async (tx) =>
        assert.deepEqual(await walk(tx, '1', 2), ['1', '1/', '1/z', '10']),
      );
    });

    test('a deletion takes the keys named, a purge those with the prefix, of this collection only', async (store) => {
      const keys = ['w/1', 'w/2', 'w0', 'w'];
      await store.transaction((tx) =>
        tx.putNotes(keys.flatMap((key) => [note(key), note(key, '', 'second')])),
      );
      await store.transaction((tx) => tx.deleteNotes('first', ['w', 'none']));
      assert.deepEqual((await walk(store, '', 9)).sort(), ['w/1', 'w/2', 'w0']);
      await store.transaction((tx) => tx.purgeNotes('first', 'w/'));
      assert.deepEqual(await walk(store, '', 9), ['w0']);
      await store.transaction((tx) => tx.purgeNotes('first', ''));
      assert.deepEqual(await walk(store, '', 9), []);
      assert.equal((await store.getNotes('second', keys)).length, 4);
    });

    test('a transaction that is taken back leaves none', async (store) => {
      await store.transaction((tx) => tx.putNotes([note('a')]));
      const undone = store.transaction(async (tx) => {
        await tx.putNotes([note('a', 'new'), note('b')]);
        assert.equal((await tx.getNotes('first', ['a', 'b'])).length, 2);
        await tx.purgeNotes('first', '');
        throw new Error('no');
      });
      await assert.rejects(undone, /no/);
      assert.deepEqual(await store.getNotes('first', ['a', 'b']), [note('a')]);
    });
  });
}
