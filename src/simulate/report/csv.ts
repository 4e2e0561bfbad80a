/** Tables for spreadsheets (RFC 4180, UTF-8). */
import type { Comparison } from '../comparison/comparison.ts';
import type { SimulatedRun, SimulationResult } from '../result.ts';
import { STATUS_ORDER } from './text.ts';

type Value = string | number | null;

/** The runs that a result holds: one row a run, with Graph's names. */
export function runsCsv(runs: readonly SimulatedRun[]): string {
  const fields = [
    'id',
    'workflowExecutionType',
    'processingStatus',
    'scheduledDateTime',
    'startedDateTime',
    'completedDateTime',
    'totalUsersCount',
    'successfulUsersCount',
    'failedUsersCount',
    'totalTasksCount',
    'failedTasksCount',
    'totalUnprocessedTasksCount',
  ] as const;
  return csv(
    ['workflow', ...fields],
    runs.map(({ workflow, run }) => [workflow, ...fields.map((name) => run[name])]),
  );
}

/** The days of a result: slots planned and actual, runs and people by how they ended. */
export function calendarCsv({ calendar }: Pick<SimulationResult, 'calendar'>): string {
  const slots = ['hours', 'planned', 'onTime', 'late', 'skipped', 'missed'] as const;
  const head = [
    'day',
    ...slots,
    'process',
    ...STATUS_ORDER.map((status) => `runs_${status}`),
    ...STATUS_ORDER.map((status) => `people_${status}`),
  ];
  const rows = calendar.map((day) => [
    day.day,
    ...slots.map((name) => day[name]),
    day.process.join(' '),
    ...STATUS_ORDER.map((status) => day.runs[status] ?? 0),
    ...STATUS_ORDER.map((status) => day.users[status] ?? 0),
  ]);
  return csv(head, rows);
}

/** The people of a comparison whose outcomes differ. */
export function differencesCsv({ people }: Pick<Comparison, 'people'>): string {
  const head = [
    'workflow',
    'person',
    'drawKey',
    'difference',
    'a',
    'a_reason',
    'a_latencyMs',
    'b',
    'b_reason',
    'b_latencyMs',
  ];
  const rows = people.map(({ workflow, subjectId, drawKey, kind, a, b }) => [
    workflow,
    subjectId,
    drawKey,
    kind,
    ...[a, b].flatMap((one): Value[] => [
      one?.status ?? null,
      one?.failureReason ?? null,
      one?.latencyMs ?? null,
    ]),
  ]);
  return csv(head, rows);
}

function csv(head: readonly string[], rows: readonly (readonly Value[])[]): string {
  return [head, ...rows].map((row) => `${row.map(cellOf).join(',')}\r\n`).join('');
}

/** A cell that a spreadsheet would take for a formula gets a quote before it. */
function cellOf(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
