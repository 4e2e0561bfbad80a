/** The last result of a person in the runs of a workflow. */
import { filter } from '../../filter/builder.ts';
import type { LedgerContext } from '../../ledger/context.ts';
import { withoutPreviews } from '../../ledger/planning/previews.ts';
import { enabledTasks, isoOf } from '../../ledger/resources.ts';
import type { ExplainedStep } from '../../model/explanation.ts';
import { HANDLER_FAILED } from '../../model/failures.ts';
import { userResultId } from '../../model/ids.ts';
import type { RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import type { WorkflowUserPage } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { quote, step } from './steps.ts';

/** Pages of runs that are looked through for a result. */
const PAGES_MAX = 5;
/** Characters of a failure reason in a sentence. */
const REASON_MAX = 200;

/** A person in a run. */
export interface LastResult {
  readonly run: RunRecord;
  readonly user: UserRecord;
  /** The enabled tasks of the run's version. */
  readonly tasks: readonly Task[];
}

/**
 * The result of the person in the newest run that has one, previews left out; `null`: none was found.
 *
 * @param runId the run that took the person last, when that is known: an older result is not looked for.
 */
export async function lastResult(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  { workflow }: WorkflowRecord,
  subjectId: string,
  runId: string | null,
): Promise<LastResult | null> {
  const whereRun = await withoutPreviews(store, workflow.id, null);
  const where = filter.eq('subject/id', subjectId);
  let found: WorkflowUserPage['rows'][number] | null = null;
  let after: WorkflowUserPage['next'] = null;
  for (let page = 0; page < PAGES_MAX && found === null; page++) {
    const query = { workflowId: workflow.id, whereRun, where, after, limit: 1 };
    const { rows, next } = await store.listUsersOfWorkflow(query);
    found = rows[0] ?? null;
    if (next === null) break;
    after = next;
    await clock.yield();
  }
  found ??= runId === null ? null : await resultIn(store, runId, subjectId);
  if (found === null) return null;
  const version = await store.getWorkflowVersion(workflow.id, found.user.workflowVersion);
  return { ...found, tasks: version === null ? [] : enabledTasks(version) };
}

async function resultIn(
  store: LedgerContext['store'],
  runId: string,
  subjectId: string,
): Promise<WorkflowUserPage['rows'][number] | null> {
  const [run, user] = await Promise.all([store.getRun(runId), store.getUserBySubject(runId, subjectId)]);
  return run && user ? { run, user } : null;
}

/** The step of the last result. */
export function runStep(last: LastResult | null): ExplainedStep {
  if (last === null) return step('run', 'notEvaluated', 'no run of the workflow has a result of the person');
  const { run, user } = last;
  const { processingStatus } = user;
  const values = {
    runId: run.id,
    resultId: userResultId(run.id, user.ordinal),
    workflowExecutionType: run.workflowExecutionType,
    scheduledDateTime: isoOf(run.scheduledAtMs),
    runStatus: run.processingStatus,
    processingStatus,
  };
  const head = `the last result is ${quote(processingStatus)}, in run ${run.id} (${run.workflowExecutionType}, ${isoOf(run.scheduledAtMs)})`;
  if (processingStatus === 'completed') return step('run', 'met', head, values);
  if (!isTerminal(processingStatus)) return step('run', 'notEvaluated', head, values);
  const failure = failureOf(last);
  if (failure !== null) {
    const reason = `${head}: task ${quote(failure.task)} failed: ${failure.failureReason.slice(0, REASON_MAX)}`;
    return step('run', 'notMet', reason, { ...values, ...failure });
  }
  const isSkipped = processingStatus === 'canceled' && user.startedAtMs === null;
  const why = isSkipped
    ? ': canceled before it started, because the run was canceled or the person no longer qualified then'
    : '';
  return step('run', 'notMet', head + why, values);
}

/** The first failed task; `null`: none failed, or tasks are not known. */
function failureOf({
  user,
  tasks,
}: LastResult): { readonly task: string; readonly code: string; readonly failureReason: string } | null {
  const nth = (user.outcomes ?? []).findIndex(({ status }) => status === 'failed');
  const outcome = user.outcomes?.[nth];
  if (!outcome) return null;
  const position = positionOf(user, nth + 1);
  return {
    task: tasks[position - 1]?.displayName ?? `number ${position}`,
    code: outcome.code ?? HANDLER_FAILED,
    failureReason: outcome.failureReason ?? 'without a reason',
  };
}
