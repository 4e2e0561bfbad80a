/** Custom task extensions: created, found, changed and deleted, with their author and moment. */
import { describe, expect, it } from 'vitest';
import type { ExtensionInput } from '../../../../src/ledger/input/extension.ts';
import { assembleLedger } from '../../../../src/ledger/ledger.ts';
import { findExtension, requireExtension } from '../../../../src/ledger/methods/extensions.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { AuditEntry } from '../../../../src/model/resources/audit.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { codeOf } from '../../../helpers/world.ts';

const INPUT: ExtensionInput = {
  displayName: 'Badge',
  endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
};

function world() {
  const store = memoryStore();
  const clock = new VirtualClock();
  const audited: AuditEntry[] = [];
  const { customTaskExtensions: extensions } = assembleLedger({
    store,
    clock,
    ids: seededIds(1),
    events: { emit: (_, payload) => void audited.push(payload as AuditEntry), has: () => true },
    aggregation: { strictFailed: false },
    planning: new Set(),
  });
  const notes = () => store.listNotes({ collection: 'extensions', prefix: '', after: null, limit: 999 });
  return { store, clock, extensions, audited, notes };
}

describe('a custom task extension that is created', () => {
  it('has an id, its moment and its author, and is found by its id in any letter case', async () => {
    const { extensions, clock, audited } = world();
    const made = await extensions.create(INPUT, { by: 'ada' });
    expect(made).toMatchObject({
      displayName: 'Badge',
      replyMode: 'none',
      createdDateTime: clock.iso(),
      createdBy: { id: 'ada' },
      lastModifiedDateTime: clock.iso(),
      lastModifiedBy: { id: 'ada' },
    });
    expect(await extensions.get(made.id)).toEqual(made);
    expect(await extensions.get(made.id.toUpperCase())).toEqual(made);
    expect(audited).toMatchObject([
      { activity: 'Create custom task extension', initiatedBy: { id: 'ada' }, target: { id: made.id } },
    ]);
  });

  it('without an author has null for it', async () => {
    const { extensions } = world();
    expect(await extensions.create(INPUT)).toMatchObject({ createdBy: null, lastModifiedBy: null });
  });

  it('may have the name of another one', async () => {
    const { extensions } = world();
    const [first, second] = [await extensions.create(INPUT), await extensions.create(INPUT)];
    expect(first.id).not.toBe(second.id);
    expect(await extensions.list()).toHaveLength(2);
  });

  it.each<[string, unknown, unknown]>([
    ['an invalid input', { displayName: '' }, undefined],
    ['an invalid author', INPUT, { by: '' }],
  ])('from %s is refused, and nothing is stored or audited', async (_, input, author) => {
    const { extensions, audited, notes } = world();
    expect(await codeOf(extensions.create(input as never, author as never))).toBe('InvalidArgument');
    expect([await notes(), audited]).toEqual([[], []]);
  });

  it('as number 101 is refused as LimitExceeded; after a deletion there is room again', async () => {
    const { extensions, audited } = world();
    const made = [];
    for (let no = 0; no < LIMITS.extensionsMax; no++) made.push(await extensions.create(INPUT));
    await expect(extensions.create(INPUT)).rejects.toMatchObject({
      code: 'LimitExceeded',
      message: 'Expected at most 100 custom task extensions, got one more; delete one first',
      details: { limit: 'extensionsMax', max: 100 },
    });
    expect(audited).toHaveLength(100);
    await extensions.delete(made[0]?.id ?? '');
    expect((await extensions.create(INPUT)).displayName).toBe('Badge');
  });
});

describe('the list of custom task extensions', () => {
  it('is empty at first', async () => {
    expect(await world().extensions.list()).toEqual([]);
  });

  it('comes in order of creation, whatever the order of the ids', async () => {
    const { extensions, clock } = world();
    const made = [];
    for (let no = 0; no < 12; no++) {
      made.push(await extensions.create({ ...INPUT, displayName: `E${no}` }));
      await clock.advance(1);
    }
    expect(await extensions.list()).toEqual(made);
    expect(made.map(({ id }) => id)).not.toEqual(made.map(({ id }) => id).sort());
  });

  it('orders those of one moment by id', async () => {
    const { extensions } = world();
    for (let no = 0; no < 12; no++) await extensions.create(INPUT);
    const ids = (await extensions.list()).map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });
});

describe('a change of a custom task extension', () => {
  it('keeps what it does not name, and is strictly later than the last change', async () => {
    const { extensions, clock } = world();
    const made = await extensions.create(INPUT, { by: 'ada' });
    const changed = await extensions.update(made.id.toUpperCase(), { description: 'new' }, { by: 'bob' });
    expect(changed).toEqual({
      ...made,
      description: 'new',
      lastModifiedDateTime: clock.iso(1),
      lastModifiedBy: { id: 'bob' },
    });
    expect(await extensions.get(made.id)).toEqual(changed);
    await clock.advance(5_000);
    const again = await extensions.update(made.id, { description: null });
    expect(again).toMatchObject({ lastModifiedDateTime: clock.iso(), lastModifiedBy: null });
  });

  it('that changes nothing stores nothing, is not audited, and keeps the author of the last change', async () => {
    const { extensions, clock, audited } = world();
    const made = await extensions.create(INPUT, { by: 'ada' });
    await clock.advance(1_000);
    for (const patch of [{}, INPUT, made])
      expect(await extensions.update(made.id, patch, { by: 'bob' })).toEqual(made);
    expect(audited).toHaveLength(1);
  });

  it('is audited with the name that the extension has after it', async () => {
    const { extensions, audited } = world();
    const { id } = await extensions.create(INPUT);
    await extensions.update(id, { displayName: 'Other' }, { by: 'bob' });
    expect(audited[1]).toMatchObject({
      activity: 'Update custom task extension',
      initiatedBy: { id: 'bob' },
      target: { displayName: 'Other' },
    });
  });

  it('that is refused leaves the extension as it was', async () => {
    const { extensions, audited } = world();
    const made = await extensions.create(INPUT);
    for (const patch of [{ replyMode: 'callback' }, { displayName: '' }, { color: 1 }])
      expect(await codeOf(extensions.update(made.id, patch as never))).toBe('InvalidArgument');
    expect(await codeOf(extensions.update(made.id, { description: 'x' }, { by: 7 } as never))).toBe(
      'InvalidArgument',
    );
    expect(await extensions.get(made.id)).toEqual(made);
    expect(audited).toHaveLength(1);
  });

  it('of two at the same moment loses neither', async () => {
    const { extensions } = world();
    const { id } = await extensions.create(INPUT);
    await Promise.all([
      extensions.update(id, { description: 'new' }),
      extensions.update(id, { displayName: 'Other' }),
    ]);
    expect(await extensions.get(id)).toMatchObject({ description: 'new', displayName: 'Other' });
  });
});

describe('a custom task extension that is deleted', () => {
  it('is gone, by its id in any letter case, and the deletion names what it was', async () => {
    const { extensions, audited } = world();
    const { id } = await extensions.create(INPUT);
    const other = await extensions.create(INPUT);
    await extensions.delete(id.toUpperCase(), { by: 'cleo' });
    expect((await extensions.list()).map((one) => one.id)).toEqual([other.id]);
    expect(audited[2]).toMatchObject({
      activity: 'Delete custom task extension',
      initiatedBy: { id: 'cleo' },
      target: { id, displayName: 'Badge' },
    });
  });

  it.each(['get', 'update', 'delete'] as const)('is refused as NotFound by %s', async (method) => {
    const { extensions } = world();
    const { id } = await extensions.create(INPUT);
    await extensions.delete(id);
    await expect(
      method === 'update' ? extensions.update(id, {}) : extensions[method](id),
    ).rejects.toMatchObject({
      code: 'NotFound',
      message: `Expected a custom task extension \`${id}\`, got none`,
      details: { id },
    });
  });
});

it('an extension is found, or null, or required', async () => {
  const { store, extensions } = world();
  const made = await extensions.create(INPUT);
  expect(await findExtension(store, made.id.toUpperCase())).toEqual(made);
  expect(await requireExtension(store, made.id)).toEqual(made);
  expect(await findExtension(store, 'x')).toBeNull();
  expect(await findExtension(store, undefined as never)).toBeNull();
  expect(await codeOf(requireExtension(store, 'x'))).toBe('NotFound');
});

it.each([
  ['callback', { timeoutDuration: 'PT5M' }],
  ['none', null],
] as const)(
  'an extension that was stored before reply modes existed has the mode %s with the callback configuration %j',
  async (mode, callbackConfiguration) => {
    const { store, extensions } = world();
    const { id } = await extensions.create({ ...INPUT, callbackConfiguration });
    const [note] = await store.getNotes('extensions', [id]);
    const { replyMode: _, ...old } = JSON.parse(note?.body ?? '');
    await store.transaction((tx) =>
      tx.putNotes([{ collection: 'extensions', key: id, body: JSON.stringify(old) }]),
    );
    expect((await extensions.get(id)).replyMode).toBe(mode);
    expect((await extensions.list()).map(({ replyMode }) => replyMode)).toEqual([mode]);
  },
);
