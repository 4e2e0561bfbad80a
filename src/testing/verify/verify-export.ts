/** Checks history as Microsoft Graph gives it, of Entra, of tenure or of anything that speaks the same, by the rules. */
import { readFlag, readNumber, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { DurationMs } from '../../model/time.ts';
import { ExportCollector } from './export-moments.ts';
import type { ExportDocument } from './export-units.ts';
import { factOf, type RuleFact } from './rule-facts.ts';
import { type ExportFinding, Tally, type Unchecked } from './tally.ts';
import { History } from './verify-history.ts';

/** Documents in the order in which they were read: files of an export, or answers as they come. */
export type GraphExportSource = Iterable<ExportDocument> | AsyncIterable<ExportDocument>;

/** Options of {@link verifyGraphExport}. */
export interface VerifyExportOptions {
  /** Moments of different rows may be out of order by this much, ms. Default 1,000, as Microsoft's own samples are. */
  readonly toleranceMs?: DurationMs;
  /** Reading of `failed` (domain §6.4, rule 4). Default: either. */
  readonly strictFailed?: boolean;
  /** Rows that are held at once, at most; 1..10,000,000. Default 1,000,000. */
  readonly rowsMax?: number;
}

const OPTIONS = {
  toleranceMs: withDefault((place: Place) => readNumber(place, 0, Infinity), 1_000),
  strictFailed: optional(readFlag),
  rowsMax: withDefault((place: Place) => readWhole(place, 1, 10_000_000), 1_000_000),
} satisfies ShapeOf<VerifyExportOptions>;

/** What {@link verifyGraphExport} has seen and found. */
export interface ExportReport {
  /** Documents that were read, and moments that they show: a later one begins where a row has changed. */
  readonly documents: number;
  readonly moments: number;
  /** Different rows that were read; `changes`: runs and user results that were compared with what they had been. */
  readonly checked: {
    readonly runs: number;
    readonly userResults: number;
    readonly taskResults: number;
    readonly taskReports: number;
    readonly summaries: number;
    readonly changes: number;
  };
  /** The rules that do not hold, with what is known of them. */
  readonly rules: readonly (RuleFact & { readonly rule: string })[];
  /** At most 500; `omittedFindingsCount` are the others. */
  readonly findings: readonly ExportFinding[];
  readonly omittedFindingsCount: number;
  /** What could not be checked, or not completely, and why. */
  readonly unchecked: readonly Unchecked[];
  /** Rows of other resources, and members that were passed over, by name. */
  readonly ignored: {
    readonly rows: number;
    readonly members: readonly { readonly name: string; readonly count: number }[];
  };
}

/**
 * Checks runs, results, task reports and summaries as Graph gives them (v1.0, beta, or the first publication), by every rule
 * that applies to what is there: counters against rows, statuses, moments, reports and summaries against runs, and
 * transitions where a row was read more than once. Reads only. Nothing of it needs to be complete: what is missing is
 * counted in `unchecked`.
 *
 * @throws LifecycleError `InvalidArgument` for a document that is no export, for none, and for too many rows.
 */
export async function verifyGraphExport(
  source: GraphExportSource,
  options?: VerifyExportOptions,
): Promise<ExportReport> {
  const { rowsMax, ...settings } = readOptions(options, 'verifyGraphExport', OPTIONS);
  const tally = new Tally();
  const collector = new ExportCollector(tally, { rowsMax });
  for await (const document of documentsOf(source)) collector.add(document);
  const moments = collector.end();
  const history = new History(settings, tally);
  for (const moment of moments) history.add(moment);
  collector.links.verify(tally);
  const { counts } = collector;
  return {
    documents: collector.documentsCount,
    moments: moments.length,
    checked: {
      runs: counts.run,
      userResults: counts.userResult,
      taskResults: counts.taskResult + collector.expandedTasksCount,
      taskReports: counts.taskReport,
      summaries: counts.runSummary + counts.userSummary + counts.taskReportSummary,
      changes: history.changesCount,
    },
    rules: [...new Set(tally.findings.map(({ rule }) => rule))].map((rule) => ({ rule, ...factOf(rule) })),
    findings: tally.findings,
    omittedFindingsCount: tally.omittedFindingsCount,
    unchecked: tally.uncheckedCounts,
    ignored: { rows: tally.ignoredRowsCount, members: tally.unknownMembers },
  };
}

function documentsOf(source: GraphExportSource): GraphExportSource {
  const isList =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.iterator in source || Symbol.asyncIterator in source);
  if (isList) return source;
  throw invalid({ path: 'source', value: source }, 'an iterable of documents ({ name, body })');
}
