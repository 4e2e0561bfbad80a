/** The time that a record covers, in whole days. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { type IsoDuration, parseDuration } from '../../input/durations.ts';
import { parseMoment } from '../../input/moments.ts';
import type { WorkflowRecord } from '../../model/records.ts';
import { DAY_MS, type EpochMs } from '../../model/time.ts';
import type { StoreReader } from '../../ports/store.ts';
import { dayAfter, type LocalDay, momentAfter, type Zone } from '../world/zone.ts';

/** The days of a record, from the first moment of one to the first moment after another. */
export interface Period {
  readonly zone: Zone;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly days: number;
}

/** A workflow may wait so long for its first run, and the record begins with the workflow. */
const QUIET_MS_MAX = 31 * DAY_MS;

/**
 * The period of a record, or the part of it from `since` on.
 *
 * @throws LifecycleError `InvalidArgument` for a record without runs, and for a `since` that is not in it.
 */
export async function periodOf(
  store: StoreReader,
  workflows: readonly WorkflowRecord[],
  zone: Zone,
  since: string | undefined,
): Promise<Period> {
  const [first, last] = await Promise.all([false, true].map((descending) => runAtEnd(store, descending)));
  if (!first || !last)
    throw new LifecycleError('InvalidArgument', 'Expected a record with runs, got one without any', {
      field: 'store',
    });
  const created = workflows.map(({ workflow }) => Date.parse(workflow.createdDateTime));
  const recent = created.filter((atMs) => atMs >= first.scheduledAtMs - QUIET_MS_MAX);
  const firstMs = Math.min(first.scheduledAtMs, ...recent);
  const slots = workflows.map(({ lastSlotAtMs }) => lastSlotAtMs ?? 0);
  const lastMs = Math.max(last.scheduledAtMs + 1, last.completedAtMs ?? 0, ...slots);
  const endMs = zone.startOf(dayAfter(zone.dayOf(lastMs - 1)));
  const recordMs = zone.startOf(zone.dayOf(firstMs));
  const startMs = since === undefined ? recordMs : sinceMs(since, recordMs, endMs, zone);
  const days = Math.round((endMs - startMs) / DAY_MS);
  return { zone, startMs, endMs, days };
}

async function runAtEnd(store: StoreReader, descending: boolean) {
  const order = { property: 'scheduledDateTime', descending };
  const [run] = await store.listRuns({ where: null, order, after: null, limit: 1 });
  return run;
}

/** The beginning of the day that a duration before the end lies in, or a date. */
function sinceMs(since: string, recordMs: EpochMs, endMs: EpochMs, zone: Zone): EpochMs {
  const duration = parseDuration(since.startsWith('P') ? `-${since}` : '');
  const moment = duration ? null : parseMoment(since);
  const atMs = duration
    ? momentAfter(endMs, duration as IsoDuration, zone.name)
    : moment && (moment.kind === 'instant' ? moment.ms : zone.fromLocal(moment.ms));
  const fail = (expected: string): never => {
    throw new LifecycleError('InvalidArgument', `Expected since to be ${expected}, got \`${since}\``, {
      field: 'since',
    });
  };
  if (atMs === null) return fail('a duration such as P90D, or a date such as 2026-01-31');
  const startMs = zone.startOf(zone.dayOf(atMs));
  if (startMs >= recordMs && startMs < endMs) return startMs;
  return fail(`within the record, which goes from ${zone.dayOf(recordMs)} to ${lastDay({ zone, endMs })}`);
}

/** The last day of a period. */
export function lastDay({ zone, endMs }: Pick<Period, 'zone' | 'endMs'>): LocalDay {
  return zone.dayOf(endMs - 1);
}
