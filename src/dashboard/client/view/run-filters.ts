/** Which runs a list shows: in the address of the page, so that it can be passed on. */
import { DAY_MS } from '../../../model/time.ts';

/** A choice that covers several statuses. */
export interface Choice {
  readonly name: string;
  readonly word: string;
  /** Parameters of the list. */
  readonly status: string;
}

/** The choices above the list of runs. */
export const RUN_CHOICES: readonly Choice[] = [
  { name: '', word: 'All', status: '' },
  { name: 'active', word: 'Not finished', status: 'queued,inProgress,canceling' },
  { name: 'failed', word: 'With failures', status: 'failed,completedWithErrors' },
  { name: 'completed', word: 'Completed', status: 'completed' },
  { name: 'canceled', word: 'Canceled', status: 'canceled' },
  { name: 'quarantined', word: 'In quarantine', status: 'quarantined' },
];

/** The choices of a time span. */
export const SPANS = [
  { name: '', word: 'Any time', days: null },
  { name: '1', word: 'Last 24 hours', days: 1 },
  { name: '7', word: 'Last 7 days', days: 7 },
  { name: '30', word: 'Last 30 days', days: 30 },
] as const;

/** What the list is asked for, by the parameters of the page's address. */
export function runQuery(
  params: URLSearchParams,
  nowMs: number,
): Readonly<Record<'status' | 'type' | 'workflow' | 'from' | 'to' | 'after', string | undefined>> {
  const get = (name: string): string | undefined => params.get(name) || undefined;
  const choice = RUN_CHOICES.find(({ name }) => name === (get('show') ?? ''));
  const span = SPANS.find(({ name }) => name === (get('days') ?? ''));
  // To the hour, so that the request stays the same while the page is looked at.
  const sinceMs = span?.days ? Math.floor((nowMs - span.days * DAY_MS) / 3_600_000) * 3_600_000 : null;
  const day = get('day');
  const next = day === undefined ? undefined : new Date(Date.parse(day) + DAY_MS);
  return {
    status: choice?.status || undefined,
    type: get('type'),
    workflow: get('workflow'),
    from: day ?? (sinceMs === null ? undefined : new Date(sinceMs).toISOString()),
    to: next === undefined || Number.isNaN(next.getTime()) ? undefined : next.toISOString(),
    after: get('after'),
  };
}

/** Whether the list leaves anything out. */
export function isFiltered(params: URLSearchParams): boolean {
  return ['show', 'type', 'workflow', 'days', 'day'].some((name) => Boolean(params.get(name)));
}
