/** Counts what an export shows and what could not be checked, and collects findings, all within bounds. */
import { type OracleViolation, ROWS_SHOWN_MAX } from '../oracles/violation.ts';
import { type ExportRow, KIND_NAMES, type RowKind } from './export-kinds.ts';
import type { ExportUnit } from './export-units.ts';
import { factOf, type RuleBasis } from './rule-facts.ts';

/** How sure it is that a finding is one of the service, and not of how the export was made. */
export type Sureness =
  /** The rows contradict each other, or themselves. */
  | 'certain'
  /** Rows were compared that may have been read at different moments. */
  | 'likely'
  /** Rows may be missing, a status was hidden by the service, or the order of the files is not known. */
  | 'possible';

/** A rule that an export breaks. */
export interface ExportFinding {
  /** Its name: `I2`, `edges` … */
  readonly rule: string;
  readonly basis: RuleBasis;
  /** Title of Microsoft's page that states the rule, or that it was derived from; `null`: there is none. */
  readonly page: string | null;
  readonly sureness: Sureness;
  readonly message: string;
  /** Id of the run; `null`: it is not known, or it is no run's. */
  readonly run: string | null;
  /** Names of the documents, at most 20. */
  readonly documents: readonly string[];
  /** The rows that show it, at most 20. */
  readonly rows: readonly object[];
}

/** Why rows could not be checked, or not completely. */
export const UNCHECKED = {
  members: 'members were not selected that the rules need',
  runUsers: 'runs without the list of their user results: their sums were not compared',
  someUsers: 'runs with a part of their user results: their sums were not compared',
  userRun: 'user results without their run: checked by themselves',
  userTasks: 'user results without all of their task results: what the tasks add up to was not compared',
  taskUser: 'task results without the user result that they belong to: checked by themselves',
  reportRun: 'task reports without their run: checked by themselves',
  someReports: 'runs with a part of their task reports, or while they were running: sums were not compared',
  summaryWindow: 'summaries whose window or runs are not in the export: only compared within themselves',
  masked: 'rows with a status that the service hides: read as what it can stand for',
} as const;

/** A reason of {@link UNCHECKED}. */
export type UncheckedReason = keyof typeof UNCHECKED;

/** Rows that could not be checked. */
export interface Unchecked {
  readonly reason: UncheckedReason;
  /** The reason as a sentence. */
  readonly what: string;
  readonly count: number;
}

/** Findings beyond this many are counted, not kept. */
const FINDINGS_KEPT_MAX = 500;
/** Findings beyond this many are counted each time that they occur. */
const KNOWN_MAX = 10_000;
/** Documents that a finding names, at most. */
export const DOCUMENTS_MAX = 20;
const MESSAGE_LENGTH_MAX = 500;
/** Names of unknown members that are kept. */
const NAMES_MAX = 50;
const NAME_LENGTH_MAX = 100;

/** What is written down while an export is verified. */
export class Tally {
  readonly findings: ExportFinding[] = [];
  omittedFindingsCount = 0;
  ignoredRowsCount = 0;
  readonly #known = new Set<string>();
  readonly #unchecked = new Map<UncheckedReason, number>();
  readonly #members = new Map<string, number>();

  found(
    { rule, message: text, rows }: OracleViolation,
    about: Pick<ExportFinding, 'sureness' | 'run' | 'documents'>,
  ): void {
    const message = text.slice(0, MESSAGE_LENGTH_MAX);
    // What was wrong with a row that was read twice is wrong once.
    const key = JSON.stringify([rule, about.run, message, rows.map((row) => (row as ExportRow).id)]);
    if (this.#known.has(key)) return;
    if (this.#known.size < KNOWN_MAX) this.#known.add(key);
    if (this.findings.length >= FINDINGS_KEPT_MAX) {
      this.omittedFindingsCount += 1;
      return;
    }
    const { basis, page } = factOf(rule);
    const { sureness, run, documents } = about;
    const shown = rows.slice(0, ROWS_SHOWN_MAX);
    this.findings.push({
      rule,
      basis,
      page,
      sureness,
      message,
      run,
      documents: [...new Set(documents)].slice(0, DOCUMENTS_MAX),
      rows: shown,
    });
  }

  /** A row that stands twice in one list. */
  repeated(kind: RowKind, id: string, { address, document }: ExportUnit, rows: readonly ExportRow[]): void {
    const message = `A list of ${KIND_NAMES[kind]} has ${JSON.stringify(id.slice(0, NAME_LENGTH_MAX))} twice`;
    const run = kind === 'run' ? id : address.run;
    this.found({ rule: 'keys', message, rows }, { sureness: 'certain', run, documents: [document] });
  }

  unchecked(reason: UncheckedReason): void {
    this.#unchecked.set(reason, (this.#unchecked.get(reason) ?? 0) + 1);
  }

  ignoredRow(): void {
    this.ignoredRowsCount += 1;
  }

  unknownMember(name: string): void {
    const known = this.#members.size < NAMES_MAX || this.#members.has(name);
    const key = known ? name.slice(0, NAME_LENGTH_MAX) : 'others';
    this.#members.set(key, (this.#members.get(key) ?? 0) + 1);
  }

  get uncheckedCounts(): readonly Unchecked[] {
    return Array.from(this.#unchecked, ([reason, count]) => ({ reason, what: UNCHECKED[reason], count }));
  }

  get unknownMembers(): readonly { readonly name: string; readonly count: number }[] {
    return Array.from(this.#members, ([name, count]) => ({ name, count }));
  }
}
