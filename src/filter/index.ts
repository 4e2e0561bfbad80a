export { compileFilter, type EvaluateOptions, evaluateFilter } from './evaluate.ts';
export { checkFilter, matchesRow, parseListFilter } from './list-filter.ts';
export { type FilterGrammar, parseFilter } from './parse-filter.ts';
export { ownProperties, ownValue, type PathResolver } from './paths.ts';
export type { UnreadableValue } from './rule-values.ts';
export { COLLECTION_ATTRIBUTES, EXACT_ATTRIBUTES } from './scope-grammar.ts';
export { type ParsedScopeRule, parseScopeRule } from './scope-rule.ts';
export { writeFilter } from './write-filter.ts';
