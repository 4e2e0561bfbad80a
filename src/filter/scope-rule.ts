import type { ScopeRule } from '../ports/directory.ts';
import { compileFilter } from './evaluate.ts';
import { parseFilter } from './parse-filter.ts';
import { ownProperties } from './paths.ts';

/**
 * Reads a scope rule: `department eq 'Sales' and not startsWith(jobTitle, 'Vice')`. Letter case counts. A text
 * attribute compares with `true`, a number or an unquoted date as what it reads as, so `accountEnabled eq true`
 * also selects a subject from a CSV file whose cell says `True` (decision of ours: CSV has only text). An
 * attribute that is absent is null: `ne 'x'` selects it, `eq 'x'` and `startsWith` do not.
 *
 * `matches` is compiled once, reads own properties only and never throws.
 *
 * @throws LifecycleError `InvalidFilter` with position and remedy.
 */
export function parseScopeRule(text: string): ScopeRule {
  return { text, matches: compileFilter(parseFilter(text, 'scopeRule'), ownProperties) };
}
