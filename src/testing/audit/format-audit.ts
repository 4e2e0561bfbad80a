import type { AuditReport, TaskAudit } from './idempotency-audit.ts';

const SAYS: Readonly<Record<TaskAudit['verdict'], string>> = {
  idempotent: 'idempotent',
  notIdempotent: 'NOT IDEMPOTENT',
  suspect: 'suspect',
  notRepeated: 'never ran twice',
};

/** An audit as text for a terminal: a line a task, then the first difference that it found. */
export function formatAudit(report: AuditReport): string {
  const width = Math.max(...report.tasks.map(({ task }) => task.length));
  const lines = report.tasks.map(
    ({ task, verdict, repeats, repeatedIn }) =>
      `${task.padEnd(width)}  ${SAYS[verdict]}${repeats > 0 ? ` (ran again ${repeats} times, in ${repeatedIn} executions)` : ''}`,
  );
  const [difference] = report.differences;
  const shown = difference
    ? [
        `With a crash just ${difference.crash.when} commit ${difference.crash.commit}, ${Object.keys(difference.repeated).join(' and ') || 'nothing'} ran twice:`,
        `  expected ${JSON.stringify(difference.expected)}`,
        `  got      ${JSON.stringify(difference.got)}`,
      ]
    : [];
  return [
    `${report.executions} executions, a crash before and after each of ${report.commits} commits`,
    ...lines,
    `${report.differences.length} executions had other effects, ${report.otherEndings.length} another ending`,
    ...shown,
    ...report.violations.map(({ rule, message }) => `broken invariant ${rule}: ${message}`),
  ].join('\n');
}
