import assert from 'node:assert/strict';
import type { ErrorCode } from '../../errors/codes.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { Store, StoreCapabilities, StoreSlices } from '../../ports/store.ts';
import type { SliceBounds } from '../../rules/status/slice.ts';

/** A test without its title. */
export type TestBody = () => Promise<void>;

/** What the suite takes of a test runner; `vitest` and `node:test` both have it. */
export interface ContractRunner {
  describe(name: string, body: () => void): unknown;
  readonly it: {
    (name: string, body: TestBody): unknown;
    skip(name: string, body: TestBody): unknown;
  };
}

/** A store that is open for one test. */
export interface OpenedStore {
  readonly store: Store;
  /** A new store over the same data. The suite has closed the one before. Needed when `durable`. */
  reopen?(): Promise<Store>;
  /** Ends the test: closes whatever is still open and removes the data. */
  dispose(): Promise<void>;
}

/** The kind of store under test. */
export interface StoreSubject {
  readonly name: string;
  /** What the store must claim and show. */
  readonly capabilities: StoreCapabilities;
  /** An empty store. */
  make(): Promise<OpenedStore>;
  /** Seeds of the random-operations tests; a few fixed ones when absent. */
  readonly seeds?: readonly number[];
  /** Users of a slice, at least and at most; absent: the store has no slices, and the tests of them are skipped. */
  readonly slices?: SliceBounds;
}

/** What a test gets. */
interface TestContext {
  readonly store: Store;
  /** Closes `store` and opens the same data anew. */
  reopen(store: Store): Promise<Store>;
}

/** How the topics of the suite define their tests. */
export interface ContractKit {
  readonly subject: StoreSubject;
  describe(name: string, body: () => void): void;
  test(title: string, body: (store: Store) => Promise<void>): void;
  /** Skipped, by name, for a store that does not outlive its process. */
  durableTest(title: string, body: (context: TestContext) => Promise<void>): void;
  /** Skipped, by name, for a store without slices. */
  slicesTest(title: string, body: (context: SlicesContext) => Promise<void>): void;
}

/** What a test of slices gets. */
export interface SlicesContext {
  readonly store: Store;
  readonly slices: StoreSlices;
  readonly bounds: SliceBounds;
}

/** The kit over a runner. Every test has a store of its own and disposes of it. */
export function makeKit(runner: ContractRunner, subject: StoreSubject): ContractKit {
  const define = subject.capabilities.durable ? runner.it : runner.it.skip;
  const bounds = subject.slices;
  return {
    subject,
    describe: (name, body) => {
      runner.describe(name, body);
    },
    test: (title, body) => {
      runner.it(title, () => withStore(subject, ({ store }) => body(store)));
    },
    durableTest: (title, body) => {
      define(title, () => withStore(subject, body));
    },
    slicesTest: (title, body) => {
      if (bounds === undefined) runner.it.skip(title, async () => {});
      else
        runner.it(title, () =>
          withStore(subject, ({ store }) => {
            const { slices } = store;
            assert.ok(slices, `Expected ${subject.name} to have slices, got none`);
            return body({ store, slices, bounds });
          }),
        );
    },
  };
}

async function withStore(subject: StoreSubject, body: (context: TestContext) => Promise<void>) {
  const opened = await subject.make();
  const reopen = async (store: Store) => {
    assert.ok(opened.reopen, `Expected the durable subject ${subject.name} to have reopen(), got none`);
    await store.close();
    return opened.reopen();
  };
  try {
    await body({ store: opened.store, reopen });
  } finally {
    await opened.dispose();
  }
}

/** Fails unless `call` gives a promise that rejects with a `LifecycleError` of this code. */
export async function rejectsWith(code: ErrorCode, call: () => Promise<unknown>, what = 'the call') {
  const error = await rejectionOf(call, what);
  assert.ok(LifecycleError.is(error), `Expected ${what} to reject with a LifecycleError, got ${error}`);
  assert.equal(error.code, code, `${what} rejects with ${code}`);
}

/** What `call` rejects with. Fails when it resolves, and when it throws instead of rejecting. */
export async function rejectionOf(call: () => Promise<unknown>, what = 'the call'): Promise<unknown> {
  let promise: Promise<unknown>;
  try {
    promise = call();
  } catch (error) {
    assert.fail(`Expected ${what} to give a promise, got a synchronous throw of ${error}`);
  }
  const outcome = await promise.then(
    () => null,
    (error: unknown) => ({ error }),
  );
  assert.ok(outcome, `Expected ${what} to reject, got a value`);
  return outcome.error;
}

/** A promise and the function that resolves it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Lets everything that is ready run, `count` turns of the event loop long. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise<void>((done) => setImmediate(done));
}
