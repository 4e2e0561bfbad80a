import { describe, it } from 'vitest';
import { memoryStore } from '../../src/stores/memory/index.ts';
import { storeContract } from '../../src/testing/store-contract.ts';
import { naiveStore } from './naive-store.ts';

storeContract(
  { describe, it },
  {
    name: 'naive',
    capabilities: { durable: false, sharedWriters: false },
    make: async () => ({ store: naiveStore(), dispose: async () => {} }),
  },
);

storeContract(
  { describe, it },
  {
    name: 'memory',
    capabilities: { durable: false, sharedWriters: false },
    make: async () => ({ store: memoryStore(), dispose: async () => {} }),
  },
);
