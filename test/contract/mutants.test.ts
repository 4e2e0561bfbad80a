import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { TestBody } from '../../src/testing/contract/kit.ts';
import { storeContract } from '../../src/testing/contract/store-contract.ts';
import { MUTANTS, withMethods } from './mutants/index.ts';
import { type Faults, naiveStore } from './naive-store.ts';

interface Collected {
  readonly topic: string;
  readonly title: string;
  readonly body: TestBody;
}

/** The tests of the suite for a naive store with these faults, without running them. */
function testsOf(faults: Faults): Collected[] {
  const tests: Collected[] = [];
  const topics: string[] = [];
  const define = (title: string, body: TestBody) => {
    tests.push({ topic: topics.at(-1) ?? '', title, body });
  };
  storeContract(
    {
      describe: (name, body) => {
        topics.push(name);
        body();
        topics.pop();
      },
      it: Object.assign(define, { skip: () => {} }),
    },
    {
      name: 'mutant',
      capabilities: { durable: false, sharedWriters: false },
      make: async () => ({ store: naiveStore(faults), dispose: async () => {} }),
    },
  );
  return tests;
}

/** The title of the first test that fails; `null` when all pass. */
async function firstFailure(tests: readonly Collected[]): Promise<string | null> {
  for (const { title, body } of tests) {
    try {
      await body();
    } catch {
      return title;
    }
  }
  return null;
}

describe('the store contract catches faults', () => {
  it('a store without a fault passes every test, wrapped or not', async () => {
    assert.equal(await firstFailure(testsOf({})), null);
    assert.equal(await firstFailure(testsOf(withMethods(() => ({})))), null);
  });

  for (const { name, caughtBy, faults } of MUTANTS) {
    it(`a store that ${name} fails a test of “${caughtBy}”`, async () => {
      const tests = testsOf(faults).filter(({ topic }) => topic === caughtBy);
      assert.ok(tests.length > 0, `Expected a topic “${caughtBy}”`);
      assert.notEqual(await firstFailure(tests), null);
    });
  }
});
