/** The attributes that a scope rule compares, and the values that it cannot read. */
import type { Filter, FilterExpression, FilterLiteral } from '../../model/filter.ts';
import type { Identified } from '../../model/subject.ts';
import { pathText } from '../tree.ts';
import { ownValue } from './paths.ts';
import { isUnreadable } from './values.ts';

/** An attribute whose value cannot be read as the type that a rule compares it with. */
export interface UnreadableValue {
  readonly attribute: string;
  readonly value: unknown;
  /** The expected type. */
  readonly expected: 'dateTime' | 'boolean';
}

/** An attribute, and the values that a rule compares it with. */
interface Asked {
  readonly segments: readonly string[];
  readonly literals: readonly FilterLiteral[];
}

/** The attributes of a rule, each once. One that is only compared with null may be absent everywhere. */
export function attributesOf(filter: Filter): readonly string[] {
  const asked = [...askedOf(filter)].filter(
    ({ literals }) => literals.length === 0 || literals.some(({ type }) => type !== 'null'),
  );
  return [...new Set(asked.map(({ segments }) => pathText(segments)))];
}

/** The attributes that a rule compares with dates, each once. */
export function dateAttributesOf(filter: Filter): readonly string[] {
  const asked = [...askedOf(filter)].filter(({ literals }) =>
    literals.some(({ type }) => type === 'dateTime'),
  );
  return [...new Set(asked.map(({ segments }) => pathText(segments)))];
}

/**
 * Finds the first value that the rule cannot read; `null`: it compares with nothing that has to be read. Elements of
 * collections are not checked.
 */
export function unreadableFinder(filter: Filter): ((subject: Identified) => UnreadableValue | null) | null {
  const typed = [...askedOf(filter)].flatMap(({ segments, literals }) =>
    (['dateTime', 'boolean'] as const).flatMap((expected) =>
      literals.some(({ type }) => type === expected) ? [{ segments, expected }] : [],
    ),
  );
  if (typed.length === 0) return null;
  return (subject) => {
    for (const { segments, expected } of typed) {
      const value = ownValue(subject, segments);
      if (isUnreadable(value, expected)) return { attribute: pathText(segments), value, expected };
    }
    return null;
  };
}

function* askedOf(filter: Filter): Generator<Asked> {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const operand of filter.operands) yield* askedOf(operand);
      break;
    case 'not':
      yield* askedOf(filter.operand);
      break;
    case 'compare':
      yield* comparison([filter.left, filter.right]);
      break;
    case 'in':
      yield* comparison([filter.operand, ...filter.values]);
      break;
    case 'lambda':
      yield { segments: filter.path.segments, literals: [] };
      break;
    case 'truth':
      if (filter.operand.kind === 'call') yield* comparison(filter.operand.args);
      break;
  }
}

/** The paths among some values, each with the literals beside it. */
function* comparison(values: readonly FilterExpression[]): Generator<Asked> {
  const literals = values.filter((value) => value.kind === 'literal');
  for (const value of values) if (value.kind === 'path') yield { segments: value.segments, literals };
}
