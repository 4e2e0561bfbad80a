import type { Run } from '../model/resources.ts';
import { duration } from '../text/numbers.ts';
import type { Failures } from './failures.ts';
import type { Style } from './style.ts';
import { factLines, tableLines } from './table.ts';
import { count, oneLine, shortened } from './text.ts';

/** What a report tells of a run besides the run. */
export interface ReportFacts {
  /** What took how long, ms, and how many tasks were processed in it; `null`: it never began. */
  readonly work: { readonly elapsedMs: number; readonly tasks: number } | null;
  /** More lines: database, effects. */
  readonly more: readonly (readonly [string, string])[];
}

/** The table of one run. */
export function runLines(run: Run, facts: ReportFacts, style: Style): string[] {
  const canceled = canceledUsers(run);
  const users = [
    `${count(run.totalUsersCount)} total`,
    `${count(run.successfulUsersCount)} ok`,
    `${count(run.failedUsersCount)} failed`,
    ...(canceled === null ? [] : [`${count(canceled)} canceled`]),
  ];
  const tasks = [
    `${count(run.totalTasksCount)} total`,
    `${count(run.failedTasksCount)} failed`,
    `${count(run.totalUnprocessedTasksCount)} unprocessed`,
  ];
  const { work } = facts;
  return [
    `${style.bold(oneLine(run.workflow.displayName))} · version ${run.workflow.version} · ${EXECUTION_WORDS[run.workflowExecutionType]}`,
    ...factLines([
      ['run', run.id],
      ['status', statusText(run.processingStatus, style)],
      ...(run.isNoOp ? [NO_OP_NOTE] : []),
      ['users', users.join(' · ')],
      ...(canceled !== null && canceled > 0 && run.processingStatus !== 'canceled' ? [CANCELED_NOTE] : []),
      ['tasks', tasks.join(' · ')],
      ...(work === null ? [] : [['duration', workText(work)] as const]),
      ...facts.more,
    ]),
  ];
}

const NO_OP_NOTE = ['no-op', 'handlers were not called: tasks count as completed and did nothing'] as const;
const CANCELED_NOTE = ['', 'canceled: who is no longer among the people, or no longer due'] as const;

const EXECUTION_WORDS: Readonly<Record<Run['workflowExecutionType'], string>> = {
  onDemand: 'on demand',
  scheduled: 'scheduled',
  activatedWithScope: 'activated with scope',
  preview: 'preview',
  extensibilityOnDemand: 'on demand, for a provisioning object',
};

/** The status, in a colour that says how it went. */
export function statusText(status: string, style: Style): string {
  if (status === 'completed') return style.green(status);
  if (status === 'failed') return style.red(status);
  return ['completedWithErrors', 'canceled', 'canceling'].includes(status) ? style.yellow(status) : status;
}

/** Users who were not processed to an end; only a final run tells. */
export function canceledUsers(run: Run): number | null {
  if (run.completedDateTime === null) return null;
  return run.totalUsersCount - run.successfulUsersCount - run.failedUsersCount;
}

function workText({ elapsedMs, tasks }: { readonly elapsedMs: number; readonly tasks: number }): string {
  const rate = elapsedMs > 0 && tasks > 0 ? ` · ${count((tasks * 1_000) / elapsedMs)} tasks/s` : '';
  return duration(elapsedMs) + rate;
}

const REASONS_SHOWN = 8;
const REASON_COLUMNS = 110;
const SUBJECT_COLUMNS = 36;

/** Reasons with counts, then the first failures, then where the others are. */
export function failureLines(failures: Failures, style: Style, whereRest: string | null): string[] {
  if (failures.count === 0) return [];
  const { first, reasons } = failures;
  const rest = reasons.slice(REASONS_SHOWN).reduce((sum, one) => sum + one.count, 0);
  const grouped = [
    ...reasons
      .slice(0, REASONS_SHOWN)
      .map((one) => [`${count(one.count)} ×`, shortened(one.reason, REASON_COLUMNS)]),
    ...(rest > 0 ? [[`${count(rest)} ×`, 'other reasons']] : []),
  ];
  const rows = first.map(({ subject, task, failureReason }) => [
    shortened(subject.id, SUBJECT_COLUMNS),
    shortened(task.displayName, SUBJECT_COLUMNS),
    shortened(failureReason ?? '', REASON_COLUMNS),
  ]);
  const total = `${count(failures.count)}${failures.isAll ? '' : '+'}`;
  const isCut = first.length < failures.count;
  return [
    style.bold(`Failed tasks: ${total}`),
    ...tableLines([{ head: '', align: 'right' }, { head: '' }], grouped).map((line) => `  ${line}`),
    '',
    ...(rows.length === 0 ? [] : tableLines(FAILURE_COLUMNS, rows).map((line) => `  ${line}`)),
    ...(isCut
      ? [
          '',
          `  ${style.dim(`${first.length} of ${total}; the rest:`)} ${whereRest ?? 'is kept with --db FILE only'}`,
        ]
      : []),
  ];
}

const FAILURE_COLUMNS = [{ head: 'subject' }, { head: 'task' }, { head: 'reason' }];
