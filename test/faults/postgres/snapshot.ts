/** Counters of runs and a recount of their users, both as of one moment: one statement each time. */
import type { UserRecord } from '../../../src/model/records.ts';
import { replayBody } from '../../../src/stores/journal/entries.ts';

/** Runs one statement; `null` while the server is away. */
export type Ask = (text: string, values: readonly unknown[]) => Promise<readonly Record<string, unknown>[]>;

const COUNTERS = [
  'successful_users',
  'failed_users',
  'completed_with_errors_users',
  'canceled_users',
  'failed_tasks',
  'unprocessed_tasks',
] as const;
type Counts = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** A slice, as far as its numbers can only grow. */
interface SeenSlice {
  readonly no: number;
  readonly claim: number;
  readonly seq: number;
}

/** A run at one moment. */
export interface SeenRun {
  readonly id: string;
  readonly status: string;
  readonly isFinal: boolean;
  readonly users: number;
  readonly tasks: number;
  readonly slicesLeft: number;
  readonly journalRows: number;
  readonly revision: number;
  readonly slices: readonly SeenSlice[];
  /** Run and active slices, as readers see them. */
  readonly counters: Counts;
  /** Rows of users, and for those at work their journal. */
  readonly recount: Counts;
}

const LEFT = "json_build_object('no', s.no, 'claim', s.claim, 'seq', s.seq)";
const SNAPSHOT = `SELECT r.id, r.processing_status AS status, r.completed_at_ms IS NOT NULL AS is_final,
    r.total_users_count::int AS users, r.total_tasks_count::int AS tasks, r.slices_left, r.revision::int AS revision,
    r.successful_users_count + coalesce(a.successful_users, 0) AS successful_users,
    r.failed_users_count + coalesce(a.failed_users, 0) AS failed_users,
    r.completed_with_errors_users_count + coalesce(a.completed_with_errors_users, 0) AS completed_with_errors_users,
    r.canceled_users_count + coalesce(a.canceled_users, 0) AS canceled_users,
    r.failed_tasks_count + coalesce(a.failed_tasks, 0) AS failed_tasks,
    r.total_unprocessed_tasks_count + coalesce(a.unprocessed_tasks, 0) AS unprocessed_tasks,
    coalesce(a.seq, 0)::int AS open_seq,
    (SELECT json_agg(${LEFT}) FROM {s}.slices s WHERE s.run_no = r.no) AS slices,
    u.*, (SELECT json_agg(body ORDER BY slice_no, seq) FROM {s}.journal WHERE run_no = r.no) AS journal
  FROM {s}.runs r
  LEFT JOIN LATERAL (SELECT sum(seq) AS seq, ${COUNTERS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
    FROM {s}.slices WHERE run_no = r.no AND state = 'active') a ON true
  CROSS JOIN LATERAL (SELECT
      count(*) FILTER (WHERE processing_status = 'completed') AS rows_successful_users,
      count(*) FILTER (WHERE processing_status IN ('failed', 'completedWithErrors')) AS rows_failed_users,
      count(*) FILTER (WHERE processing_status = 'completedWithErrors') AS rows_completed_with_errors_users,
      count(*) FILTER (WHERE processing_status = 'canceled') AS rows_canceled_users,
      sum(failed_tasks_count) AS rows_failed_tasks,
      sum(total_unprocessed_tasks_count) AS rows_unprocessed_tasks
    FROM {s}.users WHERE run_no = r.no) u
  WHERE r.published AND r.id = ANY($1::text[])`;

/** The runs with these ids, at one moment. @throws Error when a journal cannot be read. */
export async function takeSnapshot(ask: Ask, schema: string, ids: readonly string[]): Promise<SeenRun[]> {
  const rows = await ask(SNAPSHOT.replaceAll('{s}', `"${schema}"`), [ids]);
  return rows.map(seenRun);
}

function seenRun(row: Record<string, unknown>): SeenRun {
  const id = String(row.id);
  const bodies = (row.journal ?? []) as readonly string[];
  const working = new Map<number, UserRecord>();
  for (const body of bodies) replayBody(body, id, working);
  const recount: Record<string, number> = countsOf(row, 'rows_');
  for (const user of working.values()) addUser(recount, user);
  return {
    id,
    status: String(row.status),
    isFinal: Boolean(row.is_final),
    users: Number(row.users),
    tasks: Number(row.tasks),
    slicesLeft: Number(row.slices_left),
    journalRows: bodies.length,
    revision: Number(row.revision) + Number(row.open_seq),
    slices: (row.slices ?? []) as readonly SeenSlice[],
    counters: countsOf(row, ''),
    recount: recount as Counts,
  };
}

function countsOf(row: Record<string, unknown>, prefix: string): Counts {
  return Object.fromEntries(COUNTERS.map((name) => [name, Number(row[prefix + name])])) as Counts;
}

/** A user whose row still says that it is queued, with all of its tasks unprocessed, has come as far as this. */
function addUser(recount: Record<string, number>, user: UserRecord): void {
  const failed = user.outcomes?.filter(({ status }) => status === 'failed').length ?? 0;
  const processed = user.outcomes?.filter(({ status }) => status !== 'canceled').length ?? 0;
  recount.failed_tasks = (recount.failed_tasks ?? 0) + failed;
  recount.unprocessed_tasks = (recount.unprocessed_tasks ?? 0) - processed;
}

/** What is wrong with a run as seen after `before`, its earlier state. */
export function faultsOf(run: SeenRun, before: SeenRun | undefined): string[] {
  const faults: string[] = [];
  const differing = COUNTERS.filter((name) => run.counters[name] !== run.recount[name]);
  for (const name of differing)
    faults.push(`run ${run.id}: ${name} is ${run.counters[name]}, counted ${run.recount[name]}`);
  if (before === undefined) return faults;
  if (run.revision < before.revision)
    faults.push(`run ${run.id}: revision went from ${before.revision} to ${run.revision}`);
  if (run.counters.unprocessed_tasks > before.counters.unprocessed_tasks)
    faults.push(
      `run ${run.id}: unprocessed tasks went from ${before.counters.unprocessed_tasks} to ${run.counters.unprocessed_tasks}`,
    );
  if (before.isFinal && run.status !== before.status)
    faults.push(`run ${run.id}: it went from ${before.status} to ${run.status}`);
  const earlier = new Map(before.slices.map((slice) => [slice.no, slice]));
  for (const slice of run.slices) {
    const { claim = 0, seq = 0 } = earlier.get(slice.no) ?? {};
    if (slice.claim < claim || slice.seq < seq)
      faults.push(
        `run ${run.id}: claim and seq of slice ${slice.no} went from ${claim}/${seq} to ${slice.claim}/${slice.seq}`,
      );
  }
  return faults;
}

/** Tasks of a run that have their outcome. */
export function processedTasks({ tasks, counters }: SeenRun): number {
  return tasks - counters.unprocessed_tasks;
}

/** The same, and those that a run has canceled that has ended. */
export function doneTasks(run: SeenRun): number {
  return run.isFinal ? run.tasks : processedTasks(run);
}
