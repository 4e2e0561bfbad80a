import type { LedgerMethods } from '../../ledger/ledger.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { Host } from '../host.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { readFailures } from '../terminal/failures.ts';
import { failureLines, type ReportFacts, runLines } from '../terminal/report.ts';
import { count, counted, quoted, shortId } from '../terminal/text.ts';
import type { SessionOutcome } from './session.ts';

/** Output options of results. */
export interface View {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where the runs are stored, for reports and for commands to paste. */
export interface Place {
  readonly ledger: LedgerMethods;
  /** Path as given; `null`: in memory. */
  readonly db: string | null;
  readonly more: readonly (readonly [string, string])[];
}

/** Failures shown per run. */
const FAILURES_SHOWN = 10;
/** Runs whose failures are shown when there are several. */
const RUNS_WITH_FAILURES = 5;

/** Prints the runs of a session, and how to resume an interrupted one. Returns the exit code. */
export async function finishSession(
  host: Host,
  outcome: SessionOutcome,
  place: Place,
  view: View,
): Promise<ExitCode> {
  if (!view.json && !view.quiet) {
    for (const [at, run] of outcome.runs.entries()) {
      if (at > 0) host.stdout.line();
      await reportRun(host, run, outcome, place, at < RUNS_WITH_FAILURES);
    }
  }
  if (outcome.interrupted !== null) {
    reportInterrupted(host, outcome, place.db);
    return EXIT.interrupted;
  }
  return exitCodeOf(outcome.runs);
}

/** 0 when all runs are completed. */
function exitCodeOf(runs: readonly Run[]): ExitCode {
  return runs.every((run) => run.processingStatus === 'completed') ? EXIT.ok : EXIT.notAllWell;
}

async function reportRun(
  host: Host,
  run: Run,
  outcome: SessionOutcome,
  { ledger, db, more }: Place,
  withFailures: boolean,
): Promise<void> {
  const { stdout } = host;
  const facts: ReportFacts = {
    work: { elapsedMs: outcome.elapsedMs, tasks: outcome.processedTasks.get(run.id) ?? 0 },
    more: [['database', db ?? 'none: this run was kept in memory only (--db FILE keeps it)'], ...more],
  };
  for (const line of runLines(run, facts, stdout.style)) stdout.line(line);
  if (run.failedTasksCount > 0 && withFailures) {
    const failures = await readFailures(ledger, run.id, FAILURES_SHOWN);
    const rest = db === null ? null : showCommand(host, run, db, ` --failures ${run.failedTasksCount}`);
    stdout.line();
    for (const line of failureLines(failures, stdout.style, rest)) stdout.line(line);
  }
  if (db !== null) {
    stdout.line();
    stdout.line(`${stdout.style.dim('Details:')} ${showCommand(host, run, db, '')}`);
  }
}

function showCommand({ self }: Host, run: Run, db: string, more: string): string {
  return `${self} runs show ${shortId(run.id)} --db ${quoted(db)}${more}`;
}

function reportInterrupted({ stderr, self }: Host, { runs }: SessionOutcome, db: string | null): void {
  const [done, total] = [
    runs.reduce((sum, run) => sum + run.successfulUsersCount + run.failedUsersCount, 0),
    runs.reduce((sum, run) => sum + run.totalUsersCount, 0),
  ];
  if (runs.length === 0) stderr.line('Stopped before the run started.');
  else if (db === null) {
    stderr.line(`Stopped at ${count(done)} of ${counted(total, 'user')}. The run was in memory and is lost.`);
    stderr.line('Use --db FILE to keep runs, so that they can be resumed.');
  } else {
    stderr.line(`Stopped at ${count(done)} of ${counted(total, 'user')}; all results are kept. Resume with:`);
    stderr.line(`  ${self} resume --db ${quoted(db)}`);
  }
}
