/** The last result of a person in the runs of a workflow. */
import type { LedgerContext } from '../../ledger/context.ts';
import { enabledTasks, isoOf } from '../../ledger/resources.ts';
import type { ExplainedStep } from '../../model/explanation.ts';
import { HANDLER_FAILED } from '../../model/failures.ts';
import { userResultId } from '../../model/ids.ts';
import type { RunRecord, UserRecord, WorkflowRecord } from '../../model/records.ts';
import type { Task } from '../../model/workflow/workflow.ts';
import type { SubjectUserPage } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import { quote, step } from './steps.ts';

/** Results of the person that are read at once. */
const PAGE = 100;
/** Characters of a failure reason in a sentence. */
const REASON_MAX = 200;

/** A person in a run. */
export interface LastResult {
  readonly run: RunRecord;
  readonly user: UserRecord;
  /** The enabled tasks of the run's version. */
  readonly tasks: readonly Task[];
}

/** The result of the person in the run of the workflow that was created last, previews left out; `null`: there is none. */
export async function lastResult(
  { store, clock }: Pick<LedgerContext, 'store' | 'clock'>,
  { workflow }: WorkflowRecord,
  subjectId: string,
): Promise<LastResult | null> {
  const isWanted = ({ run }: SubjectUserPage['rows'][number]): boolean =>
    run.workflowId === workflow.id && run.workflowExecutionType !== 'preview';
  for (let after: SubjectUserPage['next'] = null; ; await clock.yield()) {
    const page: SubjectUserPage = await store.listUsersOfSubject({ subjectId, after, limit: PAGE });
    const found = page.rows.find(isWanted);
    if (found !== undefined) {
      const version = await store.getWorkflowVersion(workflow.id, found.user.workflowVersion);
      return { ...found, tasks: version === null ? [] : enabledTasks(version) };
    }
    if (page.next === null) return null;
    after = page.next;
  }
}

/** The step of the last result. @param runsPausedDateTime since when the runs of the workflow are paused. */
export function runStep(last: LastResult | null, runsPausedDateTime?: string): ExplainedStep {
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
  if (!isTerminal(processingStatus)) {
    if (runsPausedDateTime === undefined) return step('run', 'notEvaluated', head, values);
    const reason = `${head}: the runs of the workflow are paused since ${runsPausedDateTime}`;
    return step('run', 'notEvaluated', reason, { ...values, runsPausedDateTime });
  }
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
