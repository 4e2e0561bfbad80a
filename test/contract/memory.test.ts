import { describe, it } from 'vitest';
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
    capabilities: IN_MEMORY,
    make: async () => ({ store: memoryStore(), dispose: async () => {} }),
  },
);
