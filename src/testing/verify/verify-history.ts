/** Checks the moments of an export one after the other, each against what is known from those before it. */
import { TERMINAL } from '../model/edges.ts';
import { idOf } from './export-kinds.ts';
import { type ExportEntry, type ExportMoment, isWhole } from './export-moments.ts';
import type { Tally } from './tally.ts';
import { verifyRunChange, verifyUserChange } from './verify-changes.ts';
import { reportViolations, type VerifySettings, verifyUser } from './verify-rows.ts';
import { isOfWholeList, type KnownRun, usersOf, verifyRun } from './verify-run.ts';
import { verifySummaries } from './verify-summaries.ts';

/** What is known so far. */
export class History {
  /** Runs and user results that were read again. */
  changesCount = 0;
  readonly #runs = new Map<string, KnownRun>();
  readonly #users = new Map<string, ExportEntry>();
  readonly #settings: VerifySettings;
  readonly #tally: Tally;

  constructor(settings: VerifySettings, tally: Tally) {
    this.#settings = settings;
    this.#tally = tally;
  }

  add(moment: ExportMoment): void {
    const { runs, users, tasks, reports } = moment;
    const ids = new Set([runs, users, tasks, reports].flatMap((shelves) => [...shelves.keys()]));
    for (const id of ids) this.#addRun(id, moment);
    verifySummaries(moment, this.#tally);
  }

  #addRun(id: string, moment: ExportMoment): void {
    const before = this.#runs.get(id);
    const entry = moment.runs.get(id);
    // What has ended does not change: what was read of it before still stands.
    const ended = before && isOver(before.entry) && (!entry || isOver(entry)) ? before : null;
    const run = entry ?? ended?.entry;
    const isListed = isWhole(moment.resultsOf('userResult', run?.workflow ?? null, id));
    const rows = withLater(isListed ? [] : (ended?.users ?? []), moment.users.get(id));
    const users = usersOf(rows, moment, id, this.#tally);
    const reports = withLater(ended?.reports ?? [], moment.reports.get(id));
    if (run) {
      const { workflow } = run;
      const known = {
        entry: run,
        users,
        reports,
        areUsersListed: isListed || ended?.areUsersListed === true || users.some(isOfWholeList),
        areTasksRead:
          ended?.areTasksRead === true ||
          users.some(({ row }) => Array.isArray(row.taskProcessingResults)) ||
          moment.resultsOf('taskResult', workflow, id).pages > 0,
      };
      verifyRun(id, known, this.#settings, this.#tally);
      this.#runs.set(id, known);
    } else this.#alone(id, users, reports);
    if (entry && before) {
      this.changesCount += 1;
      verifyRunChange(id, before.entry, entry, this.#tally);
    }
    for (const user of users) if (moment.users.get(id)?.has(idOf(user.row))) this.#user(id, user);
  }

  /** Results and reports whose run is not known. */
  #alone(id: string, users: readonly ExportEntry[], reports: readonly ExportEntry[]): void {
    for (const user of users) {
      this.#tally.unchecked('userRun');
      verifyUser(user, this.#settings, this.#tally);
    }
    for (const { row, document } of reports) {
      this.#tally.unchecked('reportRun');
      for (const violation of reportViolations(row, null, this.#settings))
        this.#tally.found(violation, {
          sureness: 'certain',
          run: id === '' ? null : id,
          documents: [document],
        });
    }
  }

  #user(run: string, entry: ExportEntry): void {
    const key = `${run} ${idOf(entry.row)}`;
    const before = this.#users.get(key);
    this.#users.set(key, entry);
    if (!before) return;
    this.changesCount += 1;
    verifyUserChange(run === '' ? null : run, before, entry, this.#tally);
  }
}

function isOver({ row }: ExportEntry): boolean {
  return (TERMINAL as readonly unknown[]).includes(row.processingStatus);
}

/** The rows that were known, in place of each what was read of it later, and those that are new. */
function withLater(
  known: readonly ExportEntry[],
  later: ReadonlyMap<string, ExportEntry> | undefined,
): readonly ExportEntry[] {
  const byId = new Map(known.map((entry) => [idOf(entry.row), entry]));
  for (const [id, entry] of later ?? []) byId.set(id, entry);
  return [...byId.values()];
}
