import { describe, it } from 'vitest';
import { SLICE_BOUNDS } from '../../src/rules/status/slice.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { storeContract } from '../../src/testing/contract/store-contract.ts';
import { naiveStore } from './naive-store.ts';

const IN_MEMORY = { durable: false, sharedWriters: false };

storeContract(
  { describe, it },
  {
    name: 'naive',
    capabilities: IN_MEMORY,
    make: async () => ({ store: naiveStore(), dispose: async () => {} }),
  },
);

storeContract(
  { describe, it },
  {
    name: 'memory',
    capabilities: { ...IN_MEMORY, synchronous: true },
    make: async () => ({ store: memoryStore(), dispose: async () => {} }),
  },
);

for (const [name, bounds] of [
  ['memory, in slices', SLICE_BOUNDS],
  ['memory, in slices of two', { min: 2, max: 2 }],
] as const)
  storeContract(
    { describe, it },
    {
      name,
      capabilities: { durable: false, sharedWriters: true, synchronous: true },
      make: async () => ({
        store: memoryStore({ slices: bounds === SLICE_BOUNDS || bounds }),
        dispose: async () => {},
      }),
      slices: bounds,
    },
  );
