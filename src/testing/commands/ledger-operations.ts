/** Operations on a record of external runs, as data, and the model that says what each must come to. */
import type { UserStatus } from '../../model/status.ts';
import { differencesOf } from '../model/difference.ts';
import { isTerminal } from '../model/edges.ts';
import {
  appendResult,
  cancelExternalRun,
  createExternalRun,
  type ExternalResult,
  type ExternalRun,
  moveResult,
  refusalOfAppend,
  snapshotOfExternal,
} from '../model/external-model.ts';
import { checkRun } from '../oracles/check-run.ts';
import { formatViolations } from '../oracles/violation.ts';
import type { ReportedResult, RunClient } from './run-client.ts';

/** One operation. `run` and `user` are numbers of any size: they are taken modulo how many there are. */
export type LedgerOperation =
  | { readonly kind: 'createRun'; readonly users: number }
  | {
      readonly kind: 'report';
      readonly run: number;
      /** Of few subjects, so that some are reported twice. */
      readonly subject: number;
      readonly status: Exclude<UserStatus, 'quarantined'>;
      readonly failed: number;
      readonly unprocessed: number;
    }
  | {
      readonly kind: 'recordTask';
      readonly run: number;
      readonly user: number;
      readonly status: 'completed' | 'failed';
    }
  | { readonly kind: 'cancelRun' | 'deleteRun'; readonly run: number };

/** A run in the model. */
interface KnownRun {
  readonly id: string;
  readonly model: ExternalRun;
  readonly users: { readonly id: string; readonly subjectId: string; readonly tellsTasks: boolean }[];
}

/** What the record must hold. */
export class LedgerModel {
  readonly runs: KnownRun[] = [];
  /** `continueOnError` of the tasks that every user has. */
  readonly tasks: readonly boolean[];

  constructor(tasks: readonly boolean[]) {
    this.tasks = tasks;
  }

  /** The run that an operation is about. */
  at(index: number): KnownRun | undefined {
    return this.runs[index % Math.max(1, this.runs.length)];
  }
}

/** Whether the client has the call and the model the run. */
export function canPerform(
  model: LedgerModel,
  client: Partial<RunClient>,
  operation: LedgerOperation,
): boolean {
  if (operation.kind === 'createRun') return model.runs.length < 4;
  const call = operation.kind === 'report' ? client.report : client[operation.kind];
  return call !== undefined && model.runs.length > 0;
}

/**
 * Performs the operation on both, and compares what the client then shows of the run with the model.
 *
 * @throws Error naming what differs, or which invariant does not hold.
 */
export async function perform(
  model: LedgerModel,
  client: RunClient,
  operation: LedgerOperation,
): Promise<void> {
  if (operation.kind === 'createRun') {
    const totals = {
      totalUsersCount: operation.users,
      totalTasksCount: operation.users * model.tasks.length,
    };
    const { id } = await client.createRun(totals);
    model.runs.push({
      id,
      model: createExternalRun(totals.totalUsersCount, totals.totalTasksCount),
      users: [],
    });
    return compareRun(model.at(model.runs.length - 1), client);
  }
  const run = model.at(operation.run);
  if (!run) return;
  switch (operation.kind) {
    case 'report':
      await report(model, run, client, operation);
      break;
    case 'recordTask':
      await recordTask(model, run, client, operation);
      break;
    case 'cancelRun': {
      const isOver = isTerminal(run.model.status);
      const isDone = await attempt(() => client.cancelRun?.(run.id), isOver ? 'the run is final' : null);
      if (isDone) cancelExternalRun(run.model);
      break;
    }
    case 'deleteRun': {
      const refusal = run.model.status === 'inProgress' ? 'the run is in progress' : null;
      if (await attempt(() => client.deleteRun?.(run.id), refusal)) {
        model.runs.splice(model.runs.indexOf(run), 1);
        await attempt(() => client.getRun(run.id), 'the run was deleted');
        return;
      }
    }
  }
  await compareRun(run, client);
}

async function report(
  model: LedgerModel,
  run: KnownRun,
  client: RunClient,
  operation: Extract<LedgerOperation, { kind: 'report' }>,
): Promise<void> {
  const subjectId = `subject-${operation.subject}`;
  const counts = {
    totalTasksCount: model.tasks.length,
    failedTasksCount: operation.failed,
    totalUnprocessedTasksCount: operation.unprocessed,
  };
  const result: ReportedResult = {
    subject: { id: subjectId },
    processingStatus: operation.status,
    ...counts,
  };
  const own: ExternalResult = { status: operation.status, ...counts };
  const isKnown = run.users.some((user) => user.subjectId === subjectId);
  const refusal = refusalOfAppend(run.model, own) ?? (isKnown ? 'the subject has a result' : null);
  const kept = await attempt(() => client.report(run.id, result), refusal);
  if (!kept) return;
  appendResult(run.model, own);
  run.users.push({ id: kept.value.id, subjectId, tellsTasks: operation.unprocessed === model.tasks.length });
}

async function recordTask(
  model: LedgerModel,
  run: KnownRun,
  client: RunClient,
  { user: number, status }: Extract<LedgerOperation, { kind: 'recordTask' }>,
): Promise<void> {
  if (run.users.length === 0) return;
  const index = number % run.users.length;
  const user = run.users[index];
  const before = run.model.results[index];
  if (!user || !before) return;
  const isOver = isTerminal(run.model.status) || isTerminal(before.status);
  const refusal = isOver ? 'the user is final' : user.tellsTasks ? null : 'the user reports only counts';
  if (!(await attempt(() => client.recordTask?.(run.id, user.id, status), refusal))) return;
  const position = before.totalTasksCount - before.totalUnprocessedTasksCount;
  const failed = before.failedTasksCount + (status === 'failed' ? 1 : 0);
  const unprocessed = before.totalUnprocessedTasksCount - 1;
  const isBlocked = status === 'failed' && !model.tasks[position];
  const next = isBlocked
    ? 'failed'
    : unprocessed > 0
      ? 'inProgress'
      : failed > 0
        ? 'completedWithErrors'
        : 'completed';
  moveResult(run.model, index, {
    status: next,
    totalTasksCount: before.totalTasksCount,
    failedTasksCount: failed,
    totalUnprocessedTasksCount: unprocessed,
  });
}

/** What the call resolved with, whatever it is; `null` when it was refused as the model wants. */
async function attempt<T>(call: () => T, refusal: string | null): Promise<{ value: Awaited<T> } | null> {
  let value: Awaited<T>;
  try {
    value = await call();
  } catch (error) {
    if (refusal !== null) return null;
    throw new Error(`Expected the call to be accepted, got a refusal: ${String(error)}`, { cause: error });
  }
  if (refusal !== null) throw new Error(`Expected a refusal (${refusal}), got an acceptance`);
  return { value };
}

/** The run and its results, as the client shows them, are the model's. */
async function compareRun(run: KnownRun | undefined, client: RunClient): Promise<void> {
  if (!run) return;
  const [shown, list] = [await client.getRun(run.id), [...(await client.listResults(run.id))]];
  const {
    users,
    scheduledAt: _,
    lastUpdatedAt: __,
    reports: ___,
    continueOnError: ____,
    ...own
  } = snapshotOfExternal(run.model);
  const { status, startedAt, completedAt, ...counters } = own;
  const row = shown as Readonly<Record<string, unknown>>;
  const picked = Object.fromEntries(Object.keys(counters).map((name) => [name, row[name]]));
  const found = [
    ...differencesOf(
      {
        processingStatus: row.processingStatus,
        started: row.startedDateTime !== null,
        ended: row.completedDateTime !== null,
        ...picked,
      },
      { processingStatus: status, started: startedAt !== null, ended: completedAt !== null, ...counters },
    ),
    ...differencesOf(
      bySubject(list),
      Object.fromEntries(users.map((user, index) => [run.users[index]?.subjectId, view(user)])),
    ),
  ];
  if (found.length > 0)
    throw new Error(`Expected the client to show what the model has, got ${found.join('; ')}`);
  const violations = checkRun(shown, list, { toleranceMs: 60_000 });
  if (violations.length > 0)
    throw new Error(`Expected every invariant to hold, got ${formatViolations(violations)}`);
}

interface View {
  readonly processingStatus: unknown;
  readonly totalTasksCount: unknown;
  readonly failedTasksCount: unknown;
  readonly totalUnprocessedTasksCount: unknown;
}

function view({
  status,
  totalTasksCount,
  failedTasksCount,
  totalUnprocessedTasksCount,
}: ExternalResult): View {
  return { processingStatus: status, totalTasksCount, failedTasksCount, totalUnprocessedTasksCount };
}

function bySubject(rows: readonly object[]): Record<string, View> {
  return Object.fromEntries(
    rows.map((row) => {
      const one = row as View & { readonly subject?: { readonly id?: string } };
      return [one.subject?.id, view({ ...one, status: one.processingStatus } as unknown as ExternalResult)];
    }),
  );
}
