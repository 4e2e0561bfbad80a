import type { Filter } from '../model/filter.ts';
import type { Identified } from '../model/subject.ts';
import { compileFilter } from './evaluate.ts';
import { parseFilter } from './parse-filter.ts';
import { ownProperties } from './paths.ts';

/** A scope rule that has been read: the `ScopeRule` of `ports/directory.ts`, with its tree. */
export interface ParsedScopeRule {
  readonly text: string;
  /** For directories that translate the rule into a query of their own. */
  readonly filter: Filter;
  matches<Person extends Identified>(subject: Person): boolean;
}

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
export function parseScopeRule(text: string): ParsedScopeRule {
  const filter = parseFilter(text, 'scopeRule');
  return { text, filter, matches: compileFilter(filter, ownProperties) };
}
