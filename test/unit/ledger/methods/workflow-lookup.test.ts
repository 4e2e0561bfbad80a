import { describe, expect, it } from 'vitest';
import {
  checkName,
  checkRoom,
  keyOf,
  recordNamed,
  requireDeleted,
  requireLive,
} from '../../../../src/ledger/methods/workflow-lookup.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { DEFAULT_LIMITS } from '../../../../src/model/workflow/workflow-limits.ts';
import { codeOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

async function world() {
  const { engine, store } = makeWorld();
  const live = await engine.workflows.create(workflowInput(['a'], { displayName: 'Café' }));
  const deleted = await engine.workflows.create(workflowInput(['a'], { displayName: 'Old' }));
  await engine.workflows.delete(deleted.id);
  const named = (name: string, ownId: string | null = null) =>
    codeOf(store.transaction((tx) => checkName(tx, name, ownId)));
  return { store, live, deleted, named };
}

describe('the name of a workflow', () => {
  it.each(['Café', 'CAFÉ', '  café ', 'Cafe\u0301'])('%j is taken by “Café”', async (name) => {
    const { named, store, live } = await world();
    expect(await named(name)).toBe('Duplicate');
    expect(recordNamed(await store.listWorkflows(), name)?.workflow.id).toBe(live.id);
  });

  it('is free for the workflow that has it, and once that is deleted', async () => {
    const { named, live, store } = await world();
    const isFree = (name: string, ownId: string | null) =>
      store.transaction((tx) => checkName(tx, name, ownId)).then(() => true);
    expect(await isFree('café', live.id)).toBe(true);
    expect(await isFree('Old', null)).toBe(true);
    expect(await named('Café', 'another')).toBe('Duplicate');
  });
});

it('a deleted workflow takes no room', async () => {
  const { store } = await world();
  const room = (workflowsMax: number) =>
    store.transaction((tx) => checkRoom(tx, { ...DEFAULT_LIMITS, workflowsMax }));
  await room(2);
  expect(await codeOf(room(1))).toBe('LimitExceeded');
});

it('a workflow is found live or deleted, never as both', async () => {
  const { store, live, deleted } = await world();
  expect((await requireLive(store, live.id)).workflow.id).toBe(live.id);
  expect((await requireDeleted(store, deleted.id)).workflow.id).toBe(deleted.id);
  expect(await codeOf(requireLive(store, deleted.id))).toBe('NotFound');
  expect(await codeOf(requireDeleted(store, live.id))).toBe('NotFound');
});

it('an id is looked up in lower case, and refused when it is no text or too long', () => {
  expect(keyOf('AbC')).toBe('abc');
  for (const id of [7, null, undefined, {}, 'x'.repeat(LIMITS.idLengthMax + 1)])
    expect(() => keyOf(id)).toThrowError(expect.objectContaining({ code: 'InvalidArgument' }));
});
