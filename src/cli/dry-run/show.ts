/** Shows what a command would do. */

import type { Host } from '../host.ts';
import type { View } from '../session/finish.ts';
import { factLines, tableLines } from '../terminal/table.ts';
import { count, moment, shortened, shortId } from '../terminal/text.ts';
import type { DryRun, LeftOutPerson, NotProcessedReason, TaskSource } from './dry-run.ts';
import { countsText, previewCounts, previewLines } from './show-preview.ts';

/** Users that are listed for each reason, and of those that would be processed. */
const NAMED = 5;
const LISTED = 20;
const ID_COLUMNS = 36;
const VALUE_COLUMNS = 40;

/** A dry run as JSON. */
export function dryRunJson(dryRun: DryRun): object {
  const { workflow, processed, notProcessed } = dryRun;
  const { id, displayName, version } = workflow;
  const previewed = previewCounts(dryRun);
  return {
    dryRun: true,
    processedCount: processed.length,
    notProcessedCount: notProcessed.length,
    ...(previewed === null ? {} : { previewed }),
    ...dryRun,
    workflow: { id: id === '' ? null : id, displayName, version },
  };
}

/** Prints dry runs, and on stderr what should be looked at. */
export async function showDryRuns(
  { stdout, stderr }: Host,
  dryRuns: readonly DryRun[],
  json: unknown,
  view: View,
): Promise<void> {
  if (view.json) await stdout.write(`${JSON.stringify(json, null, 2)}\n`);
  else if (!view.quiet)
    for (const [at, dryRun] of dryRuns.entries()) {
      if (at > 0) stdout.line();
      for (const line of lines(dryRun)) await stdout.write(`${line}\n`);
    }
  if (view.quiet) return;
  for (const { warnings, refusals } of dryRuns) {
    for (const text of warnings) stderr.line(`${stderr.style.yellow('warning:')} ${text}`);
    for (const text of refusals)
      stderr.line(`${stderr.style.yellow('warning:')} without --dry-run this would be refused: ${text}`);
  }
}

function lines(dryRun: DryRun): string[] {
  const { workflow, runId, slotDateTime, tasks, processed, notProcessed } = dryRun;
  const previewed = previewCounts(dryRun);
  const rows = tasks.map(({ position, displayName, handler, connection }, at) => [
    `${position}  ${displayName}`,
    connection === undefined ? SOURCES[handler ?? 'none'] : `by connection ${connection}`,
    ...(previewed === null ? [] : [countsText(previewed.tasks[at]?.counts ?? {})]),
  ]);
  const taskLines = tableLines([{ head: '' }, { head: '' }, { head: '' }], rows);
  const calls = previewed === null ? 'no handler is called' : 'nothing is changed';
  return [
    `${workflow.displayName} · version ${workflow.version} · dry run: ${calls}, nothing is recorded`,
    ...factLines([
      ...(runId === null ? [] : [['run', shortId(runId)] as const]),
      ...(slotDateTime === null ? [] : [['slot', moment(slotDateTime)] as const]),
      ['people', `${count(processed.length)} would be processed · ${count(notProcessed.length)} would not`],
      ...(previewed === null ? [] : [['', countsText(previewed.people)] as const]),
      ...taskLines.map((line, at) => [at === 0 ? 'tasks' : '', line] as const),
    ]),
    ...(previewed === null ? plannedLines(dryRun) : previewLines(dryRun)),
    ...(notProcessed.length === 0 ? [] : ['', 'Would not be processed:', ...notProcessedLines(dryRun)]),
  ];
}

const SOURCES: Readonly<Record<NonNullable<TaskSource> | 'none', string>> = {
  module: 'by --tasks',
  connection: 'by a connection',
  config: 'by a handler of the configuration',
  effects: 'written to --effects',
  noOp: 'does nothing (--no-op)',
  builtIn: 'by tenure itself',
  none: 'has no handler',
};

function plannedLines(dryRun: DryRun): string[] {
  return dryRun.processed.length === 0 ? [] : ['', 'Would be processed:', ...processedLines(dryRun)];
}

function processedLines({ processed }: DryRun): string[] {
  const rows = processed
    .slice(0, LISTED)
    .map(({ id, dueDateTime, tasks }) => [
      shortened(id, ID_COLUMNS),
      dueDateTime === undefined ? '' : `due since ${moment(dueDateTime)}`,
      tasks === undefined ? '' : `tasks ${tasks.join(', ')}`,
    ]);
  const rest = processed.length - rows.length;
  return [
    ...tableLines([{ head: '' }, { head: '' }, { head: '' }], rows).map((line) => `  ${line}`),
    ...(rest === 0 ? [] : [`  and ${count(rest)} more (--json and --out have all)`]),
  ];
}

function notProcessedLines({ notProcessed }: DryRun): string[] {
  // An attribute is named once for all users that it leaves out.
  const groups = Map.groupBy(notProcessed, ({ reason, attribute }) =>
    attribute === undefined ? REASONS[reason] : `${REASONS[reason]}: ${attribute}`,
  );
  const rows = Array.from(groups, ([reason, people]) => [
    `${count(people.length)} ×`,
    reason,
    people.slice(0, NAMED).map(named).join(', ') + (people.length > NAMED ? ', …' : ''),
  ]);
  return tableLines([{ head: '', align: 'right' }, { head: '' }, { head: '' }], rows).map(
    (line) => `  ${line}`,
  );
}

function named({ id, value }: LeftOutPerson): string {
  const hasValue = value !== undefined && value !== null;
  return (
    shortened(id, ID_COLUMNS) + (hasValue ? ` ${shortened(JSON.stringify(value) ?? '', VALUE_COLUMNS)}` : '')
  );
}

const REASONS: Readonly<Record<NotProcessedReason, string>> = {
  notInScope: 'not in scope',
  notDue: 'not due',
  noDate: 'without a date',
  unreadableDate: 'with a date that cannot be read',
  unreadableScope: 'with a value that the rule cannot read',
  alreadyTaken: 'taken before for the same moment',
  inAnotherRun: 'in another run',
  notNamed: 'not among --ids',
  notInDirectory: 'not in the file of people',
  nothingToDo: 'without a task to reprocess',
  unchanged: 'unchanged',
};
