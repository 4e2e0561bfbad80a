/** What a mutant is, and how one is made. */
import type { StoreTransaction } from '../../../src/ports/store.ts';
import type { NaiveTransaction } from '../../../src/testing/contract/random/naive-transaction.ts';
import type { Faults } from '../naive-store.ts';

/** One mutant. */
export interface Mutant {
  readonly name: string;
  /** Title of the `describe` block, one test of which must fail. */
  readonly caughtBy: string;
  readonly faults: Faults;
}

/** A naive store of which these methods are replaced; `self` is the one without the fault. */
export function withMethods(methods: (self: NaiveTransaction) => Partial<StoreTransaction>): Faults {
  const wrap = (state: NaiveTransaction): StoreTransaction => {
    const replaced = methods(state);
    return new Proxy(state, {
      get: (target, name) => Reflect.get(replaced, name) ?? bound(target, name),
    });
  };
  return { tx: wrap, reader: wrap };
}

/** A property of `target`; a method stays its method. */
export function bound(target: NaiveTransaction, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}
