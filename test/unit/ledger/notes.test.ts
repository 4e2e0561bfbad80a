import { expect, it } from 'vitest';
import { forgetWorkflow, notesUnder, OF_WORKFLOWS } from '../../../src/ledger/notes.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';

async function keysUnder(store: ReturnType<typeof memoryStore>, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of notesUnder(store, OF_WORKFLOWS.seen, prefix)) keys.push(key);
  return keys;
}

it('the notes under a prefix are read over several pages, each once and in order', async () => {
  const store = memoryStore();
  const keys = Array.from({ length: 2_000 }, (_, index) => `w/${String(index).padStart(4, '0')}`);
  await store.transaction((tx) =>
    tx.putNotes(keys.toReversed().map((key) => ({ collection: OF_WORKFLOWS.seen, key, body: '1' }))),
  );
  expect(await keysUnder(store, 'w/')).toEqual(keys);
});

it('a purged workflow loses its notes of every collection, and no other workflow does', async () => {
  const store = memoryStore();
  const collections = Object.values(OF_WORKFLOWS);
  await store.transaction((tx) =>
    tx.putNotes(
      collections.flatMap((collection) =>
        ['w/1', 'w1/1', 'v/1'].map((key) => ({ collection, key, body: '1' })),
      ),
    ),
  );
  await store.transaction((tx) => forgetWorkflow(tx, 'w'));
  for (const collection of collections) {
    const left = await store.listNotes({ collection, prefix: '', after: null, limit: 9 });
    expect(left.map(({ key }) => key)).toEqual(['v/1', 'w1/1']);
  }
});
