/** Checks what became of a run between two moments at which it was read. */
import { violationsOf } from '../model/invariants.ts';
import type { RunSnapshot } from '../model/snapshot.ts';
import { violationsOfResult } from '../oracles/check-result.ts';
import { snapshotOfGraph } from '../oracles/graph-rows.ts';
import { Findings, type OracleViolation } from '../oracles/violation.ts';
import type { ExportRow } from './export-kinds.ts';
import type { ExportEntry } from './export-moments.ts';
import type { Tally } from './tally.ts';
import { MASKED } from './verify-rows.ts';

/** Rules about a change; others are of each moment. */
const OF_CHANGES: ReadonlySet<string> = new Set(['I4', 'I12', 'edges']);

/** Checks the change of a run: its status, its counters, when it was updated. */
export function verifyRunChange(id: string, before: ExportEntry, after: ExportEntry, tally: Tally): void {
  const [then, now] = [snapshotOf(before.row, after.row), snapshotOf(after.row, before.row)];
  const isDated = before.row.lastUpdatedDateTime != null && after.row.lastUpdatedDateTime != null;
  const violations = violationsOf(now, then)
    .filter(({ rule }) => OF_CHANGES.has(rule) && (rule !== 'I12' || isDated))
    .map(({ rule, what }) => ({ rule, message: what, rows: [before.row, after.row] }));
  note(violations, id, before, after, tally);
}

/** Checks the change of a user result and of its tasks. */
export function verifyUserChange(
  run: string | null,
  before: ExportEntry,
  after: ExportEntry,
  tally: Tally,
): void {
  const violations = violationsOfResult(after.row, before.row)
    .filter(({ rule }) => rule === 'edges')
    .map(({ rule, what }) => ({ rule, message: what, rows: [before.row, after.row] }));
  note(violations, run, before, after, tally);
}

/** The run alone; a resource without a total (of 2022) has none to compare. */
function snapshotOf(row: ExportRow, other: ExportRow): RunSnapshot {
  const snapshot = snapshotOfGraph(row, [], new Findings());
  const hasTotal = [row, other].every((one) => 'totalTasksCount' in one || 'totalTasksCounts' in one);
  return hasTotal ? snapshot : { ...snapshot, totalTasksCount: 0 };
}

function note(
  violations: readonly OracleViolation[],
  run: string | null,
  before: ExportEntry,
  after: ExportEntry,
  tally: Tally,
): void {
  const isMasked = before.row.processingStatus === MASKED || after.row.processingStatus === MASKED;
  // A change that goes back in time is one of the service, or of the order in which the files were given.
  const [then, now] = [before, after].map(({ row }) => Date.parse(String(row.lastUpdatedDateTime))) as [
    number,
    number,
  ];
  const sureness = isMasked || then > now ? 'possible' : 'certain';
  const documents = [before.document, after.document];
  for (const violation of violations) tally.found(violation, { sureness, run, documents });
}
