/** Checks a run with its user results as Graph shows them: tenure's resources, or data exported from Entra. */
import { readFlag, readNumber, readWord } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import { isTerminal } from '../model/edges.ts';
import { violationsOf } from '../model/invariants.ts';
import { aggregate } from '../model/recount.ts';
import type { RunSnapshot, UserSnapshot } from '../model/snapshot.ts';
import { rowsOf, snapshotOfGraph } from './graph-rows.ts';
import { withUnreported } from './unreported.ts';
import { Findings, type OracleViolation, ROWS_SHOWN_MAX } from './violation.ts';

/** How much is known, and how strictly it is read. */
export interface CheckRunOptions {
  /**
   * Moments of *different* rows may be out of order by this much, ms. Default 1,000: in Microsoft's own
   * samples a user starts some ms before its run. `Infinity`: such moments are not compared.
   */
  readonly toleranceMs?: number;
  /** `some`: a page of the results; sums are not compared. Default `all`. */
  readonly results?: 'all' | 'some';
  /** All task reports of the run, if they are to be compared with it: the rows. Default: none. */
  readonly taskReports?: readonly object[];
  /** Reading of `failed` (domain §6.4, rule 4). Default: either. */
  readonly strictFailed?: boolean;
}

const OPTIONS = {
  toleranceMs: withDefault((place: Place) => readNumber(place, 0, Infinity), 1_000),
  results: withDefault((place: Place) => readWord(place, ['all', 'some'] as const), 'all'),
  taskReports: optional(readRows),
  strictFailed: optional(readFlag),
} satisfies ShapeOf<CheckRunOptions>;

/**
 * What is wrong with a run and its user results; empty when all is well. Unknown fields are passed over,
 * `subject` may be missing, `unknownFutureValue` is taken for the status that it can stand for.
 *
 * @param run `GET …/runs/{id}`, or an item of `runs.list`.
 * @param results all of `…/runs/{id}/userProcessingResults`: the rows, or a page with `value`. Where a row
 *   has its `taskProcessingResults` expanded, they are checked too.
 */
export function checkRun(
  run: object,
  results: Iterable<object> | { readonly value: Iterable<object> },
  options?: CheckRunOptions,
): readonly OracleViolation[] {
  const {
    toleranceMs,
    results: which,
    strictFailed,
    taskReports,
  } = readOptions(options, 'checkRun', OPTIONS);
  const findings = new Findings();
  const rows = rowsOf(results);
  const known = snapshotOfGraph(run, rows, findings, taskReports ?? null);
  const snapshot = which === 'all' ? withUnreported(known) : known;
  for (const { rule, what, user, needsAllUsers } of violationsOf(snapshot, null, { toleranceMs })) {
    if (needsAllUsers && which === 'some') continue;
    const shown = user === undefined ? evidence(rule, snapshot, rows) : [rows[user] ?? run];
    findings.expect(false, rule, what, ...(user === undefined ? [run, ...shown] : shown));
  }
  checkNames(run, rows, findings);
  checkScope(run, findings);
  checkMoments(run, rows, snapshot, toleranceMs, findings);
  checkEnding(run, snapshot, strictFailed, findings);
  return findings.violations;
}

function readRows(place: Place): readonly object[] {
  if (Array.isArray(place.value) && place.value.every((row) => typeof row === 'object' && row !== null))
    return place.value;
  throw invalid(place, 'an array of objects');
}

/** The results that bear on a rule about the run. */
function evidence(rule: string, snapshot: RunSnapshot, rows: readonly object[]): readonly object[] {
  const isFinal = isTerminal(snapshot.status);
  const bears = (user: UserSnapshot): boolean => {
    if (rule === 'I8a') return isFinal && !isTerminal(user.status);
    if (rule === 'I10') return user.status === 'inProgress';
    return rule === 'I2' || rule === 'I3';
  };
  const bearing: object[] = [];
  for (const [index, row] of rows.entries()) {
    if (bearing.length === ROWS_SHOWN_MAX) break;
    if (bears(snapshot.users[index] as UserSnapshot)) bearing.push(row);
  }
  return bearing;
}

/** I13, of a run whose scope was selected; a masked type may be either. */
function checkScope(run: object, findings: Findings): void {
  const { activatedOnScope: scope, workflowExecutionType: type } = run as Readonly<Record<string, unknown>>;
  if (scope === undefined || typeof type !== 'string' || type === 'unknownFutureValue') return;
  const what = `activatedOnScope is ${scope === null ? 'null' : 'set'}, and the run is \`${type}\``;
  findings.expect((scope !== null) === (type === 'activatedWithScope'), 'I13', what, run);
}

/** No id and no subject twice. */
function checkNames(run: object, rows: readonly object[], findings: Findings): void {
  const seen = new Map<string, object>();
  for (const row of rows) {
    const { id, subject } = row as { id?: unknown; subject?: { id?: unknown } | null };
    for (const [kind, name] of [
      ['id', id],
      ['subject', subject?.id],
    ] as const) {
      if (typeof name !== 'string') continue;
      const key = `${kind} ${name}`;
      const other = seen.get(key);
      if (other) findings.expect(false, 'keys', `Two results of ${key} in one run`, run, other, row);
      seen.set(key, row);
    }
  }
}

/** I9 between the starts of the run and of its users; `violationsOf` compares the ends. */
function checkMoments(
  run: object,
  rows: readonly object[],
  { startedAt, users }: RunSnapshot,
  toleranceMs: number,
  findings: Findings,
): void {
  for (const [index, row] of rows.entries()) {
    const user = users[index] as UserSnapshot;
    const startsAfter =
      startedAt === null || user.startedAt === null || startedAt <= user.startedAt + toleranceMs;
    findings.expect(startsAfter, 'I9', 'A user starts before its run', run, row);
  }
}

/** §6.4: one of the statuses that the outcomes can give; who canceled, the resource does not say. */
function checkEnding(
  run: object,
  snapshot: RunSnapshot,
  strictFailed: boolean | undefined,
  findings: Findings,
): void {
  const { status, users, totalUsersCount } = snapshot;
  if (!isTerminal(status) || status === 'quarantined' || users.length !== totalUsersCount) return;
  if (totalUsersCount === 0 || !users.every((user) => isTerminal(user.status))) return;
  const count = (wanted: string) => users.filter((user) => user.status === wanted).length;
  const ending = {
    C: count('completed'),
    E: count('completedWithErrors'),
    F: count('failed'),
    X: count('canceled') + count('quarantined'),
    completedTasks:
      snapshot.totalTasksCount - snapshot.failedTasksCount - snapshot.totalUnprocessedTasksCount,
  };
  const strictness = strictFailed === undefined ? [false, true] : [strictFailed];
  const allowed = strictness.flatMap((strict) =>
    [false, true].map((wasCanceling) => aggregate({ ...ending, wasCanceling, strictFailed: strict })),
  );
  const names = [...new Set(allowed)].join('` or `');
  const what = `${ending.C} completed, ${ending.E} with errors, ${ending.F} failed, ${ending.X} canceled give \`${names}\`, not \`${status}\``;
  findings.expect(allowed.includes(status), '6.4', what, run);
}
