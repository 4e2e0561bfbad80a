import { changesBetween } from './effects.ts';
import type { AuditCrash } from './execution.ts';
import type { AuditReport, EffectDifference, TaskAudit } from './idempotency-audit.ts';

const SAYS: Readonly<Record<TaskAudit['verdict'], string>> = {
  losesEffect: 'LOSES ITS EFFECT',
  idempotent: 'idempotent',
  notIdempotent: 'NOT IDEMPOTENT',
  suspect: 'suspect',
  notRepeated: 'never ran twice',
};

/** Effects that one difference shows, at most. */
const SHOWN_MAX = 10;

/** An audit as text for a terminal: a line a task, then the first lost effect and the first other difference. */
export function formatAudit(report: AuditReport): string {
  const width = Math.max(...report.tasks.map(({ task }) => task.length));
  const lines = report.tasks.map(({ task, verdict, repeats, repeatedIn }) => {
    const often =
      repeats > 0 ? ` (ran again ${times(repeats, 'time')}, in ${times(repeatedIn, 'execution')})` : '';
    return `${task.padEnd(width)}  ${SAYS[verdict]}${often}`;
  });
  const { differences, otherEndings } = report;
  const firstOf = (isLost: boolean) => differences.find(({ lostBy }) => lostBy.length > 0 === isLost) ?? [];
  const endings =
    otherEndings.length > 0 ? `, ${times(otherEndings.length, 'execution')} ended otherwise` : '';
  return [
    `${times(report.executions, 'execution')}: a crash before and after each of ${times(report.commits, 'commit')}, and at the start of each of ${times(report.calls, 'call')}`,
    ...lines,
    `${times(differences.length, 'execution')} had other effects${endings}`,
    ...[firstOf(true), firstOf(false)].flat().flatMap(formatDifference),
    ...report.violations.map(({ rule, message }) => `broken invariant ${rule}: ${message}`),
  ].join('\n');
}

function formatDifference({ crash, lostBy, repeated, expected, got }: EffectDifference): string[] {
  const { missing, added } = changesBetween(expected, got);
  const changes = [...missing.map((one) => `  - ${one}`), ...added.map((one) => `  + ${one}`)];
  return [titleOf(crash, lostBy, Object.keys(repeated)), ...changes.slice(0, SHOWN_MAX)];
}

function titleOf(crash: AuditCrash, lostBy: readonly string[], repeated: readonly string[]): string {
  if (crash.when === 'call') {
    const { task, subjectId } = crash;
    return `With a crash as ${task} was called for ${subjectId}, before it did anything, and a second call:`;
  }
  if (lostBy.length > 0)
    return `With a crash just ${crash.when} commit ${crash.commit}, ${lostBy.join(' and ')} had done nothing yet:`;
  const who = repeated.join(' and ') || 'nothing';
  return `With a crash just ${crash.when} commit ${crash.commit}, ${who} ran twice:`;
}

function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
