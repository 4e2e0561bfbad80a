import type { Filter, FilterExpression, FilterLiteral } from '../model/filter.ts';
import { DAY_MS, SECOND_MS } from '../model/time.ts';
import { pathText } from './tree.ts';

/**
 * A text that parses to `filter`, but for positions. Longer than the text that it came from, so it may be too long
 * for the parser; and there is none for a moment outside of the years 0 to 9999, which the parser then refuses.
 */
export function writeFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.map(operandText).join(` ${filter.kind} `);
    case 'not':
      return `not ${grouped(filter.operand)}`;
    case 'compare':
      return `${valueText(filter.left)} ${filter.operator} ${valueText(filter.right)}`;
    case 'in':
      return `${valueText(filter.operand)} in (${filter.values.map(valueText).join(', ')})`;
    case 'truth':
      return valueText(filter.operand);
    case 'lambda':
      return lambdaText(filter);
  }
}

/** Only what binds no tighter than `and` and `or` stands in parentheses. */
function operandText(filter: Filter): string {
  return filter.kind === 'and' || filter.kind === 'or' ? grouped(filter) : writeFilter(filter);
}

function grouped(filter: Filter): string {
  return `(${writeFilter(filter)})`;
}

/** `'a' in tags` has a variable that no text can name, and is a comparison with it. */
function lambdaText({ path, quantifier, variable, condition }: Filter & { kind: 'lambda' }): string {
  const collection = pathText(path.segments);
  if (condition === null) return `${collection}/${quantifier}()`;
  if (variable?.startsWith('$') && condition.kind === 'compare')
    return `${valueText(condition.right)} in ${collection}`;
  return `${collection}/${quantifier}(${variable}: ${writeFilter(condition)})`;
}

function valueText(value: FilterExpression): string {
  switch (value.kind) {
    case 'literal':
      return literalText(value);
    case 'path':
      return pathText(value.segments);
    case 'call':
      return `${value.name}(${value.args.map(valueText).join(', ')})`;
    case 'arithmetic': {
      const left = valueText(value.left);
      return value.right ? `(${left} ${value.operator} ${valueText(value.right)})` : `(-(${left}))`;
    }
    case 'condition':
      return grouped(value.condition);
  }
}

function literalText(literal: FilterLiteral): string {
  if (literal.type === 'string') return `'${literal.value.replaceAll("'", "''")}'`;
  if (literal.type === 'dateTime') return new Date(literal.value).toISOString();
  if (literal.type === 'duration') return durationText(literal.value);
  return String(literal.value).replace('Infinity', 'INF');
}

/** In days and seconds, so that no number gets too long to be read. */
function durationText(ms: number): string {
  const [size, days] = [Math.abs(ms), Math.floor(Math.abs(ms) / DAY_MS)];
  return `duration'${ms < 0 ? '-' : ''}P${days}DT${(size - days * DAY_MS) / SECOND_MS}S'`;
}
