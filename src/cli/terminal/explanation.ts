import type { ExplainedClause, ExplainedStep, Explanation } from '../../model/explanation.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Style } from './style.ts';
import { moment, oneLine, quoted, shortened, shortId } from './text.ts';

const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** Width of the column of conditions: the longest name, and a gap. */
const NAME_COLUMNS = 12;

/** An explanation for a terminal: the summary, then a line for each condition and for each clause of the scope rule. */
export function explanationLines(
  { subjectId, summary, steps }: Explanation,
  { displayName, version }: Workflow,
  style: Style,
): readonly string[] {
  return [
    `${style.bold(oneLine(displayName))} · version ${version} · ${oneLine(subjectId)}`,
    '',
    readable(summary),
    '',
    ...steps.flatMap((step) => stepLines(step, style)),
  ];
}

/** The command that shows the run of the last result; `null`: there is none. */
export function runCommandOf({ steps }: Explanation, self: string, db: string): string | null {
  const values = steps.find(({ condition }) => condition === 'run')?.values ?? [];
  const runId = values.find(({ name }) => name === 'runId')?.value;
  return runId === undefined ? null : `${self} runs show ${shortId(String(runId))} --db ${quoted(db)}`;
}

function stepLines(step: ExplainedStep, style: Style): readonly string[] {
  const { condition, result, reason, clauses, omittedClausesCount } = step;
  const indent = ' '.repeat(NAME_COLUMNS + 4);
  const more = omittedClausesCount === 0 ? [] : [`${indent}… and ${omittedClausesCount} more clauses`];
  return [
    `  ${markOf(result, style)} ${condition.padEnd(NAME_COLUMNS)}${readable(reason)}`,
    ...clauses.map((clause) => `${indent}${clauseText(clause, style)}`),
    ...more,
  ];
}

function clauseText({ level, text, result, values }: ExplainedClause, style: Style): string {
  const met = values.map(
    ({ name, value }) => `${name}: ${value === null ? 'empty' : oneLine(String(value))}`,
  );
  const shown = met.length === 0 ? '' : style.dim(`   ${met.join(', ')}`);
  return `${'  '.repeat(Math.min(level, 8))}${markOf(result, style)} ${shortened(text, 100)}${shown}`;
}

function markOf(result: ExplainedStep['result'] | ExplainedClause['result'], style: Style): string {
  if (result === 'met') return style.green('✓');
  if (result === 'notMet') return style.red('✗');
  return result === 'unknown' ? style.yellow('?') : style.dim('–');
}

/** The sentence on one line, with times as the other commands show them. */
function readable(text: string): string {
  return oneLine(text.replace(ISO, (iso) => moment(iso)));
}
