/** Checks single rows of an export: results and reports by themselves, and over time. */

import { endedReportStatus } from '../../rules/counters/reports.ts';
import { TERMINAL } from '../model/edges.ts';
import { violationsOfTask } from '../model/invariants.ts';
import { violationsOfResult } from '../oracles/check-result.ts';
import { momentOf, taskOf } from '../oracles/graph-rows.ts';
import { Findings, type OracleViolation } from '../oracles/violation.ts';
import type { ExportRow } from './export-kinds.ts';
import type { ExportEntry } from './export-moments.ts';
import type { Tally } from './tally.ts';

/** How strictly an export is read. */
export interface VerifySettings {
  readonly toleranceMs: number;
  readonly strictFailed?: boolean;
}

/** A status that the service does not show to clients that have not asked for it. */
export const MASKED = 'unknownFutureValue';

/** Checks a user result whose run is not in the export. */
export function verifyUser({ row, document }: ExportEntry, settings: VerifySettings, tally: Tally): void {
  const findings = new Findings();
  for (const { rule, what } of violationsOfResult(row, null, findings, settings))
    findings.expect(false, rule, what, row);
  const sureness = row.processingStatus === MASKED ? 'possible' : 'certain';
  for (const violation of findings.violations)
    tally.found(violation, { sureness, run: null, documents: [document] });
}

/** Checks a task result whose user result is not in the export, or not with all of its tasks. */
export function verifyTask({ row, document }: ExportEntry, run: string | null, tally: Tally): void {
  const findings = new Findings();
  for (const { rule, what } of violationsOfTask(taskOf(row, findings)))
    findings.expect(false, rule, what, row);
  for (const violation of findings.violations)
    tally.found(violation, { sureness: 'certain', run, documents: [document] });
}

/** What is wrong with a task report: within itself, and against its run, if it is there. */
export function reportViolations(
  report: ExportRow,
  run: ExportRow | null,
  { toleranceMs }: VerifySettings,
): readonly OracleViolation[] {
  const findings = new Findings();
  const { totalUsersCount, successfulUsersCount, failedUsersCount, unprocessedUsersCount } = report;
  const counts = [totalUsersCount, successfulUsersCount, failedUsersCount] as [number, number, number];
  const [total, successful, failed] = counts;
  const rest = (unprocessedUsersCount ?? total - successful - failed) as number;
  const isRight = [...counts, rest].every((count) => Number.isInteger(count) && count >= 0);
  const sum = `${successful} successful, ${failed} failed and ${rest} unprocessed users of ${total}`;
  const isWhole = isRight && successful + failed + rest === total;
  findings.expect(isWhole, '1.6', `the report counts ${sum}`, report);
  if (run === null) return findings.violations;
  for (const name of ['startedDateTime', 'completedDateTime'] as const) {
    if (report[name] === undefined || run[name] === undefined) continue;
    const [own, its] = [momentOf(report, name, findings), momentOf(run, name, findings)];
    const isSame = own === its || (own !== null && its !== null && Math.abs(own - its) <= toleranceMs);
    findings.expect(isSame, '1.6', `${name} of a task report is that of its run`, run, report);
  }
  const status = report.processingStatus;
  const ending = run.processingStatus as (typeof TERMINAL)[number];
  const isEnded = TERMINAL.includes(ending) && ending !== 'quarantined';
  if (!isEnded || !isRight || total === 0 || typeof status !== 'string' || status === MASKED)
    return findings.violations;
  const expected = endedReportStatus({
    totalUsersCount: total,
    successfulUsersCount: successful,
    failedUsersCount: failed,
  });
  findings.expect(status === expected, '3.5', `${sum} give \`${expected}\`, not \`${status}\``, report);
  return findings.violations;
}
