/** What becomes of each part of a filter for one row. Every part is evaluated by `evaluate.ts`, as the whole is. */
import { reportedValue } from '../../errors/shown.ts';
import type { ExplainedClause, ExplainedValue } from '../../model/explanation.ts';
import type { Filter, FilterPath } from '../../model/filter.ts';
import { pathsIn, pathText } from '../tree.ts';
import { writeFilter } from '../write-filter.ts';
import { compileTruth } from './evaluate.ts';
import type { PathResolver } from './paths.ts';

/** Clauses that are explained, at most: a page full. */
const CLAUSES_MAX = 100;
/** Characters of a clause's text, at most. */
const TEXT_MAX = 200;
/** Attributes of one clause, and elements of one array, that are shown at most. */
const VALUES_MAX = 10;

/** The parts of a filter. */
export interface ExplainedFilter {
  /** Each before its parts, so the first one is the whole filter. */
  readonly clauses: readonly ExplainedClause[];
  /** Clauses beyond `CLAUSES_MAX`. */
  readonly omittedClausesCount: number;
}

/** Evaluates every part of a filter for a row, also those that the result of the whole does not need. */
export function explainFilter<Row>(filter: Filter, row: Row, resolve: PathResolver<Row>): ExplainedFilter {
  const clauses: ExplainedClause[] = [];
  let count = 0;
  const visit = (part: Filter, level: number): void => {
    count += 1;
    const parts = partsOf(part);
    if (count <= CLAUSES_MAX) {
      const truth = compileTruth(part, resolve)(row);
      clauses.push({
        level,
        text: shortened(writeFilter(part)),
        result: truth === null ? 'unknown' : truth ? 'met' : 'notMet',
        values: parts.length > 0 ? [] : valuesOf(part, row, resolve),
      });
    }
    for (const one of parts) visit(one, level + 1);
  };
  visit(filter, 0);
  return { clauses, omittedClausesCount: count - clauses.length };
}

function partsOf(filter: Filter): readonly Filter[] {
  if (filter.kind === 'and' || filter.kind === 'or') return filter.operands;
  return filter.kind === 'not' ? [filter.operand] : [];
}

function valuesOf<Row>(clause: Filter, row: Row, resolve: PathResolver<Row>): readonly ExplainedValue[] {
  const paths = new Map<string, FilterPath>();
  for (const path of pathsIn(clause)) {
    // `$it/city` is `city`; what `tags/$count` counts is shown.
    const segments = path.segments.filter((name) => name !== '$it' && name !== '$count');
    if (segments.length > 0) paths.set(pathText(segments), { ...path, segments });
  }
  return Array.from(paths, ([name, path]) => ({ name, value: explainedValue(resolve(path)(row)) })).slice(
    0,
    VALUES_MAX,
  );
}

/** An attribute's value, bounded as {@link ExplainedValue} says. */
export function explainedValue(value: unknown): ExplainedValue['value'] {
  if (!Array.isArray(value)) return reportedValue(value);
  const first = Array.from(value.slice(0, VALUES_MAX), (one: unknown) => String(reportedValue(one)));
  const rest = value.length > first.length ? ['…'] : [];
  return String(reportedValue(`[${[...first, ...rest].join(', ')}]`));
}

function shortened(text: string): string {
  return text.length <= TEXT_MAX ? text : `${text.slice(0, TEXT_MAX - 1)}…`;
}
