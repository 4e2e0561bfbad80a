import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { Store } from '../../src/ports/store.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { type StoreSubject, type TestBody, turns } from '../../src/testing/contract/kit.ts';
import { storeContract } from '../../src/testing/contract/store-contract.ts';
import { MUTANTS, withMethods } from './mutants/index.ts';
import { BOUNDS, SLICE_MUTANTS, withSlices } from './mutants/slices.ts';
import { type Faults, naiveStore } from './naive-store.ts';

interface Collected {
  readonly topic: string;
  readonly title: string;
  readonly body: TestBody;
}

/** The tests of the suite for a naive store with these faults, without running them. */
function testsOf(faults: Faults): Collected[] {
  return collect(() => naiveStore(faults), { capabilities: { durable: false, sharedWriters: false } });
}

/** As {@link testsOf}, for a store with slices. */
function testsOfSlices(make: () => Store): Collected[] {
  const capabilities = { durable: false, sharedWriters: true };
  return collect(make, { capabilities, slices: BOUNDS });
}

function collect(make: () => Store, subject: Pick<StoreSubject, 'capabilities' | 'slices'>): Collected[] {
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
      ...subject,
      make: async () => ({ store: make(), dispose: async () => {} }),
    },
  );
  return tests;
}

/** The title of the first test that fails; `null` when all pass. */
async function firstFailure(tests: readonly Collected[]): Promise<string | null> {
  for (const { title, body } of tests) {
    try {
      if (!(await endsSoon(body()))) return title;
    } catch {
      return title;
    }
  }
  return null;
}

/** Whether a test ends: one that still waits after this many turns of the event loop waits for ever. */
async function endsSoon(test: Promise<void>): Promise<boolean> {
  const isOver = test.then(() => true);
  return Promise.race([isOver, turns(20_000).then(() => false)]);
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

  it('a store with slices and without a fault passes every test of slices, wrapped or not', async () => {
    for (const make of [() => memoryStore({ slices: BOUNDS }), withSlices(() => ({}))]) {
      const tests = testsOfSlices(make).filter(({ topic }) => topic.startsWith('slices'));
      assert.ok(tests.length > 0);
      assert.equal(await firstFailure(tests), null);
    }
  });

  for (const { name, caughtBy, make } of SLICE_MUTANTS) {
    it(`a store with slices that ${name} fails a test of “${caughtBy}”`, async () => {
      const tests = testsOfSlices(make).filter(({ topic }) => topic === caughtBy);
      assert.ok(tests.length > 0, `Expected a topic “${caughtBy}”`);
      assert.notEqual(await firstFailure(tests), null);
    });
  }
});
