import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { unreadableFinder } from '../../filter/evaluation/rule-values.ts';
import { parseFilter } from '../../filter/parsing/parse-filter.ts';
import type { Filter } from '../../model/filter.ts';
import type { ScopeRule } from '../../ports/directory.ts';

/** A rule as a directory translates it into a query of its own system. */
export interface RuleFilter {
  readonly filter: Filter;
  /**
   * Whether people may be wanted, too, of which the rule is neither true nor false: it compares with dates or
   * booleans, and a value may be none.
   */
  readonly keepsUnknown: boolean;
}

/** The tree of a rule; `null` for one that is no scope rule: people are to be examined one by one. */
export function ruleFilter(rule: ScopeRule): RuleFilter | null {
  try {
    const filter = parseFilter(rule.text, 'scopeRule');
    return { filter, keepsUnknown: unreadableFinder(filter) !== null };
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'InvalidFilter') return null;
    throw error;
  }
}
