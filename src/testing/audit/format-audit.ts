import type { AuditReport, EffectDifference, TaskAudit } from './idempotency-audit.ts';

const LABELS: Readonly<Record<TaskAudit['result'], string>> = {
  idempotent: 'idempotent',
  notIdempotent: 'NOT IDEMPOTENT',
  suspect: 'suspect',
  notRepeated: 'never ran twice',
};

/** Effects that one difference shows, at most. */
const SHOWN_MAX = 10;

/** An audit as text for a terminal: a line a task, then the first difference that it found. */
export function formatAudit(report: AuditReport): string {
  const width = Math.max(...report.tasks.map(({ task }) => task.length));
  const lines = report.tasks.map(({ task, result, repeats, repeatedIn }) => {
    const often =
      repeats > 0 ? ` (ran again ${times(repeats, 'time')}, in ${times(repeatedIn, 'execution')})` : '';
    return `${task.padEnd(width)}  ${LABELS[result]}${often}`;
  });
  const { differences, otherEndings } = report;
  const endings =
    otherEndings.length > 0 ? `, ${times(otherEndings.length, 'execution')} ended otherwise` : '';
  return [
    `${times(report.executions, 'execution')}, a crash before and after each of ${times(report.commits, 'commit')}`,
    ...lines,
    `${times(differences.length, 'execution')} had other effects${endings}`,
    ...(differences[0] ? formatDifference(differences[0]) : []),
    ...report.violations.map(({ rule, message }) => `broken invariant ${rule}: ${message}`),
  ].join('\n');
}

function formatDifference({ crash, repeated, expected, got }: EffectDifference): string[] {
  const who = Object.keys(repeated).join(' and ') || 'nothing';
  const title = `With a crash just ${crash.when} commit ${crash.commit}, ${who} ran twice:`;
  return [title, ...changesOf('', expected, got).slice(0, SHOWN_MAX)];
}

/** `+ laptops: "ada"` for an effect too many, `- …` for one that is missing. */
function changesOf(path: string, expected: unknown, got: unknown): string[] {
  const [before, after] = [JSON.stringify(expected), JSON.stringify(got)];
  if (before === after) return [];
  if (Array.isArray(expected) && Array.isArray(got)) {
    return [
      ...without(expected, got).map((one) => line('-', path, one)),
      ...without(got, expected).map((one) => line('+', path, one)),
    ];
  }
  if (!isRecord(expected) || !isRecord(got))
    return [line('-', path, before ?? 'nothing'), line('+', path, after ?? 'nothing')];
  return [...new Set([...Object.keys(expected), ...Object.keys(got)])].flatMap((key) =>
    changesOf(path ? `${path}.${key}` : key, expected[key], got[key]),
  );
}

function line(sign: '+' | '-', path: string, text: string): string {
  return `  ${sign} ${path ? `${path}: ` : ''}${text}`;
}

/** What of `left` is not in `right`, as JSON; each entry of `right` accounts for one of `left`. */
function without(left: readonly unknown[], right: readonly unknown[]): string[] {
  const rest = right.map((one) => JSON.stringify(one));
  return left
    .map((one) => JSON.stringify(one) ?? 'undefined')
    .filter((one) => {
      const index = rest.indexOf(one);
      if (index >= 0) rest.splice(index, 1);
      return index < 0;
    });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function times(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
