import type { Filter } from '../../model/filter.ts';
import type { Identified } from '../../model/subject.ts';
import { compileTruth } from '../evaluation/evaluate.ts';
import { type ExplainedFilter, explainFilter } from '../evaluation/explain.ts';
import { ownProperties } from '../evaluation/paths.ts';
import {
  attributesOf,
  dateAttributesOf,
  type UnreadableValue,
  unreadableFinder,
} from '../evaluation/rule-values.ts';
import { parseFilter } from './parse-filter.ts';

/** A parsed scope rule: the `ScopeRule` of `ports/directory.ts`, with its tree. */
export interface ParsedScopeRule {
  readonly text: string;
  /** For directories that translate the rule into a query of their own. */
  readonly filter: Filter;
  matches<Person extends Identified>(subject: Person): boolean;
  /** Attributes that the rule compares with more than null: `employeeOrgData/division`. */
  readonly attributes: readonly string[];
  /** The attributes that it compares with dates. */
  readonly dateAttributes: readonly string[];
  /** The unreadable value that leaves it unknown whether the rule selects the subject; `null`: it is known. */
  unreadable<Person extends Identified>(subject: Person): UnreadableValue | null;
  /** What becomes of each clause for a subject, with the values that it reads; the first clause is the whole rule. */
  explain<Person extends Identified>(subject: Person): ExplainedFilter;
}

/**
 * Reads a scope rule: `department eq 'Sales' and not startsWith(jobTitle, 'Vice')`. Letter case counts. A text
 * attribute compares with `true`, a number or an unquoted date as what it reads as, so `accountEnabled eq true`
 * also selects a subject from a CSV file whose cell says `True` (CSV has only text). An
 * attribute that is absent is null: `ne 'x'` selects it, `eq 'x'` and `startsWith` do not. One that cannot be
 * read as the date or the boolean that it is compared with is selected by neither `eq` nor `ne` (decision 16).
 *
 * `matches` and `unreadable` are compiled once, read own properties only and never throw.
 *
 * @throws LifecycleError `InvalidFilter` with position and remedy.
 *
 * @example
 * ```ts
 * import { parseScopeRule } from 'tenure';
 *
 * const rule = parseScopeRule("department eq 'IT' and startsWith(city, 'Ber')");
 * console.log(rule.matches({ id: 'ada', department: 'IT', city: 'Berlin' })); // → true
 * console.log(rule.matches({ id: 'bob', department: 'IT' })); // → false
 * ```
 */
export function parseScopeRule(text: string): ParsedScopeRule {
  const filter = parseFilter(text, 'scopeRule');
  const truth = compileTruth(filter, ownProperties);
  const find = unreadableFinder(filter);
  return {
    text,
    filter,
    matches: (subject) => truth(subject) === true,
    attributes: attributesOf(filter),
    dateAttributes: dateAttributesOf(filter),
    unreadable: (subject) => (find !== null && truth(subject) === null ? find(subject) : null),
    explain: (subject) => explainFilter(filter, subject, ownProperties),
  };
}
