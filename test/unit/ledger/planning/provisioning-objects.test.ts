import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';
import {
  objectNote,
  objectsOfRuns,
  readProvisioningObject,
} from '../../../../src/ledger/planning/provisioning-objects.ts';
import { runIdFrom, userResultId } from '../../../../src/model/ids.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';

const TYPE = '#microsoft.graph.identityGovernance.provisioningObjectWorkflowSubject';
const read = (value: unknown) => readProvisioningObject({ path: 'provisioningObject', value });

describe('a provisioning object', () => {
  it('is read, with its attributes, and keeps nothing of the input by reference', () => {
    const input = {
      '@odata.type': TYPE.slice(1),
      id: 'p1',
      attributeSetEntries: [
        { '@odata.type': '#microsoft.graph.attributeSetEntry', name: 'department', value: 'Sales' },
        { name: 'manager', value: null },
        { name: 'phone' },
      ],
    };
    const object = read(input);
    input.attributeSetEntries.length = 0;
    expect(object).toEqual({
      '@odata.type': TYPE,
      id: 'p1',
      attributeSetEntries: [
        { name: 'department', value: 'Sales' },
        { name: 'manager', value: null },
        { name: 'phone', value: null },
      ],
    });
    expect(read({ id: 'p1' })).toEqual({ '@odata.type': TYPE, id: 'p1', attributeSetEntries: [] });
  });

  it.each<[string, unknown]>([
    ['', 'p1'],
    ['.id', {}],
    ['.id', { id: 'a\nb' }],
    ['.@odata.type', { '@odata.type': '#microsoft.graph.user', id: 'p1' }],
    ['.name', { id: 'p1', name: 'x' }],
    ['.attributeSetEntries', { id: 'p1', attributeSetEntries: 'x' }],
    ['.attributeSetEntries', { id: 'p1', attributeSetEntries: Array(101).fill({ name: 'a' }) }],
    ['.attributeSetEntries[0].name', { id: 'p1', attributeSetEntries: [{ value: 'x' }] }],
    ['.attributeSetEntries[0].value', { id: 'p1', attributeSetEntries: [{ name: 'a', value: 7 }] }],
    [
      '.attributeSetEntries[0].value',
      { id: 'p1', attributeSetEntries: [{ name: 'a', value: 'x'.repeat(4_097) }] },
    ],
  ])('is refused at provisioningObject%s', (path, value) => {
    let caught: unknown;
    try {
      read(value);
    } catch (error) {
      caught = error;
    }
    expect(LifecycleError.is(caught) && caught.details.field).toBe(`provisioningObject${path}`);
  });
});

it('the objects of runs are found by the results of the runs, of this workflow only', async () => {
  const store = memoryStore();
  const [first, second, third] = ['1', '2', '3'].map((digit) =>
    runIdFrom(`${digit.repeat(8)}-aaaa-4aaa-8aaa-aaaaaaaaaaaa`),
  );
  const object = read({ id: 'p1' });
  await store.transaction((tx) =>
    tx.putNotes([objectNote('w', first ?? '', object), objectNote('other', second ?? '', object)]),
  );
  const results = [first, first, second, third].map((run, index) => ({
    id: userResultId(run ?? '', index + 1),
  }));
  expect([...(await objectsOfRuns(store, 'w', results as never))]).toEqual([[first, object]]);
});
