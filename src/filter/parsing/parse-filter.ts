import type { Filter } from '../../model/filter.ts';
import { parseOData } from './parse.ts';
import { checkScopeGrammar } from './scope-grammar.ts';

/** `odata`: all of OData's boolean expressions; `scopeRule`: the subset of domain §3.1. */
export type FilterGrammar = 'odata' | 'scopeRule';

/**
 * Parses a filter or scope rule into the tree of `model/filter.ts`.
 *
 * @throws LifecycleError `InvalidFilter`: its message shows the text with a caret under the character, its
 *   details have `position` (0-based) and `near`. Nothing else is ever thrown, whatever the text.
 */
export function parseFilter(text: string, grammar: FilterGrammar = 'odata'): Filter {
  const filter = parseOData(text);
  if (grammar === 'scopeRule') checkScopeGrammar(filter, text);
  return filter;
}
