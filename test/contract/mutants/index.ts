/** Stores that are each wrong in one way, and the topic of the suite that must catch it. */
import { CONTENT } from './content.ts';
import { LISTS } from './lists.ts';
import type { Mutant } from './mutant.ts';
import { KEYS, TRANSACTIONS } from './transactions-and-keys.ts';

export { type Mutant, withMethods } from './mutant.ts';

/** All mutants. */
export const MUTANTS: readonly Mutant[] = [...TRANSACTIONS, ...KEYS, ...LISTS, ...CONTENT];
