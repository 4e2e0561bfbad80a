/** Exports of a run that the model has lived through, and ways to break them. */
import { endedReportStatus } from '../../../rules/counters/reports.ts';
import { isTerminal } from '../../model/edges.ts';
import { type ModelRun, snapshotOf } from '../../model/reference-model.ts';
import { type GraphResult, type GraphRun, graphOf } from '../../oracles/graph-run.ts';
import type { ExportRow } from '../export-kinds.ts';
import type { ExportDocument } from '../export-units.ts';

/** Everything that Graph shows of one run at a moment. */
export interface SampleMoment {
  readonly run: GraphRun;
  readonly results: readonly GraphResult[];
  readonly tasks: readonly ExportRow[];
  readonly reports: readonly ExportRow[];
  readonly summary: ExportRow;
}

/** How a sample is written down. */
export interface SampleStyle {
  /** Rows of a page; lists are split into several, with links. */
  readonly pageSize: number;
  /** All answers in one document, each with its URL, in place of a document for each. */
  readonly together: boolean;
  /** The run of 2022, which had no total. */
  readonly firstPublication: boolean;
  /** `canceling` and `quarantined` are hidden, as they are from clients that have not asked for them. */
  readonly masked: boolean;
  /** Members that no version has yet. */
  readonly unknownMembers: boolean;
}

/** As a client asks by default. */
export const PLAIN_STYLE: SampleStyle = {
  pageSize: 1_000,
  together: false,
  firstPublication: false,
  masked: false,
  unknownMembers: false,
};

const BASE = 'https://graph.microsoft.com/v1.0/identityGovernance/lifecycleWorkflows';
const CONTEXT =
  "https://graph.microsoft.com/v1.0/$metadata#identityGovernance/lifecycleWorkflows/workflows('w')";
const STEP_MS = 1_000;

/** What Graph shows of the model as it is now. */
export function momentOfModel(model: ModelRun): SampleMoment {
  const { run, results } = graphOf(model);
  const snapshot = snapshotOf(model);
  const { users } = snapshot;
  const startMs = Date.parse(run.scheduledDateTime);
  const iso = (step: number | null) =>
    step === null ? null : new Date(startMs + step * STEP_MS).toISOString();
  const tasks = users.flatMap((user, at) =>
    (user.tasks ?? []).map(({ status, startedAt, completedAt }, index) => ({
      id: `task-result-${at + 1}-${index + 1}`,
      createdDateTime: run.scheduledDateTime,
      startedDateTime: iso(startedAt),
      completedDateTime: iso(completedAt),
      processingStatus: status,
      failureReason: null,
      processingInfo: null,
      subject: { id: `subject-${at + 1}` },
      task: taskOf(snapshot.continueOnError ?? [], index),
    })),
  );
  const reports = (snapshot.reports ?? []).map((report, index) => ({
    id: `report-${index + 1}`,
    runId: run.id,
    ...report,
    unprocessedUsersCount: report.totalUsersCount - report.successfulUsersCount - report.failedUsersCount,
    processingStatus: isTerminal(snapshot.status) ? endedReportStatus(report) : 'inProgress',
    startedDateTime: run.startedDateTime,
    completedDateTime: run.completedDateTime,
    lastUpdatedDateTime: run.lastUpdatedDateTime,
    task: taskOf(snapshot.continueOnError ?? [], index),
  }));
  return { run, results, tasks, reports, summary: summaryOf(run) };
}

function taskOf(continueOnError: readonly boolean[], index: number): object {
  return {
    id: `task-${index + 1}`,
    executionSequence: index + 1,
    continueOnError: continueOnError[index],
    isEnabled: true,
  };
}

function summaryOf(run: GraphRun): ExportRow {
  const is = (...statuses: readonly string[]) => (statuses.includes(run.processingStatus) ? 1 : 0);
  return {
    totalRuns: 1,
    successfulRuns: is('completed'),
    failedRuns: is('failed', 'completedWithErrors'),
    totalTasks: run.totalTasksCount,
    failedTasks: run.failedTasksCount,
    totalUsers: run.totalUsersCount,
  };
}

/** The documents of one moment. */
export function documentsOf(
  moment: SampleMoment,
  style: SampleStyle,
  name: string,
): readonly ExportDocument[] {
  const { run, results, tasks, reports, summary } = moment;
  const { totalTasksCount: _, ...first } = run;
  const at = run.startedDateTime ?? run.scheduledDateTime;
  const lists: readonly (readonly [path: string, rows: readonly object[]])[] = [
    ['/runs', [style.firstPublication ? first : run]],
    [`/runs('${run.id}')/userProcessingResults`, results],
    [`/runs('${run.id}')/taskProcessingResults`, tasks],
    ['/taskReports', reports],
  ];
  const answers = lists.flatMap(([path, rows]) =>
    pagesOf(
      path,
      rows.map((row) => shownAs(row, style)),
      style.pageSize,
    ),
  );
  const function_ = `/runs/summary(startDateTime=${at},endDateTime=${at})`;
  const asked = { url: `${BASE}/workflows/w${function_}`, body: summary };
  const all = style.firstPublication ? answers : [...answers, asked];
  if (style.together) return [{ name: `${name}.json`, body: all }];
  return all.map((answer, index) => ({ name: `${name}-${index + 1}.json`, ...answer }));
}

function pagesOf(
  path: string,
  rows: readonly object[],
  size: number,
): readonly { url: string; body: object }[] {
  const pages = Array.from({ length: Math.max(1, Math.ceil(rows.length / size)) }, (_, page) =>
    rows.slice(page * size, (page + 1) * size),
  );
  const url = `${BASE}/workflows('w')${path}`;
  return pages.map((value, page) => ({
    url,
    body: {
      '@odata.context': `${CONTEXT}${path}`,
      ...(page + 1 < pages.length ? { '@odata.nextLink': `${url}?$skiptoken=${page + 1}` } : {}),
      value,
    },
  }));
}

function shownAs(row: object, { masked, unknownMembers }: SampleStyle): object {
  const { processingStatus } = row as { readonly processingStatus?: unknown };
  const isHidden = masked && (processingStatus === 'canceling' || processingStatus === 'quarantined');
  return {
    ...row,
    ...(isHidden ? { processingStatus: 'unknownFutureValue' } : {}),
    ...(unknownMembers ? { newInNextYear: [1], 'newInNextYear@odata.type': '#Collection(Int32)' } : {}),
  };
}
