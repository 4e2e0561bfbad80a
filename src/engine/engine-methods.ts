/** What an engine offers beyond the ledger's methods for runs and task results. */
import type { Author } from '../ledger/input/author.ts';
import type { ListOptions } from '../ledger/input/list-options.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Runs } from '../ledger/methods/runs.ts';
import type { TaskProcessingResults } from '../ledger/methods/task-results.ts';
import { answerCallback, isCallbackToken } from '../ledger/recording/callbacks.ts';
import { listWaiting } from '../ledger/recording/waiting-tasks.ts';
import type { Page, Run, WaitingTask } from '../model/resources/resources.ts';
import type { CallbackInput, CallbackProof } from '../model/workflow/extension.ts';
import type { Activation, ActivationScopeInput, ReprocessOptions, SlotEvaluation } from './activation.ts';
import type { Dispatcher } from './runner/dispatcher.ts';

/** Runs, as an engine offers them: the ledger's methods, and runs that it drives itself. */
export interface EngineRuns extends Runs {
  /**
   * Runs a workflow on demand, whatever its trigger and scope. The run exists when this resolves; it
   * begins at once when the engine is started, else when it is.
   *
   * @throws LifecycleError `NotFound`, `WorkflowDisabled`, `HandlerMissing`, `SubjectUnknown`,
   *   `InvalidArgument` (no subject is named or selected), `InvalidFilter`, `LimitExceeded`, `EngineStopped`;
   *   with `strictSelection` and a rule `SubjectsLeftOut`.
   */
  activate(workflowId: string, activation: Activation, author?: Author): Promise<Run>;
  /**
   * As `activate`, for people, a group, a run or user results; the last two are reprocessed, with the newest
   * version of the workflow, by a run that the origin's `reprocessedRuns` names.
   *
   * @throws LifecycleError as `activate`; `RunActive` for an origin that is not final; `InvalidArgument`
   *   also when no user has a task to do.
   */
  activateWithScope(workflowId: string, scope: ActivationScopeInput, author?: Author): Promise<Run>;
  /**
   * Reprocesses a final run: by default its users with a failed task, and of their tasks those that they
   * did not complete. With `processingResults`, single results of that run or of others of the workflow; with
   * `failureGroup`, those of one group of failures or of several.
   *
   * @throws LifecycleError as `activateWithScope`.
   */
  reprocess(runId: string, options?: ReprocessOptions, author?: Author): Promise<Run>;
  /**
   * Evaluates one schedule slot of a workflow now, with its own trigger and scope: the slot that `at`
   * (ISO 8601, not in the future; default now) lies in. The result counts the users that were selected and left out.
   *
   * @throws LifecycleError as `activate`; `Duplicate` when the slot has its run; `SubjectsLeftOut` with
   *   `strictSelection`.
   */
  evaluate(workflowId: string, options?: { readonly at?: string }, author?: Author): Promise<SlotEvaluation>;
  /**
   * Resolves with the run when it is terminal.
   *
   * @throws LifecycleError `NotFound`, also when it is deleted meanwhile; `EngineStopped` when the
   *   engine stops before.
   */
  waitFor(runId: string): Promise<Run>;
}

/** Task results, as an engine offers them. */
export interface EngineTaskResults extends TaskProcessingResults {
  /**
   * Delivers the answer that a task of a custom task extension waits for; its user continues with the next task,
   * or fails. An answer that comes while the engine is stopped takes effect when it continues.
   *
   * @throws LifecycleError `CallbackRefused` for a wrong token; `NotWaiting` for a task that does not wait, or
   *   no longer waits; `NotFound`; `InvalidArgument`.
   */
  resume(taskResultId: string, input: CallbackInput, proof: CallbackProof): Promise<void>;
  /**
   * The tasks of all runs, whichever process drives them, that were called and wait for their answer: oldest schedule
   * first, then by person. A page looks at some 10,000 people in progress: it may be short, or empty, and still have a
   * `nextToken`.
   *
   * @throws LifecycleError `InvalidArgument`, `InvalidPageToken`.
   */
  listWaiting(options?: Pick<ListOptions, 'top' | 'after'>): Promise<Page<WaitingTask>>;
  /**
   * Whether `token` is that of the call for this task result, so that its bearer may {@link resume} it. Says
   * nothing of whether there is such a result, or whether it still waits.
   */
  isCallbackToken(taskResultId: string, token: string): Promise<boolean>;
}

/** Task results over a ledger, whose answers go to the dispatcher's drivers at once. */
export function createTaskResults(
  { context, taskProcessingResults }: Ledger,
  dispatcher: Pick<Dispatcher, 'wake'>,
): EngineTaskResults {
  return {
    ...taskProcessingResults,
    resume: async (taskResultId, input, proof) => {
      const { runId, ordinal } = await answerCallback(context, taskResultId, input, proof);
      dispatcher.wake(runId, ordinal);
    },
    listWaiting: (options) => listWaiting(context, options),
    isCallbackToken: (taskResultId, token) => isCallbackToken(context.store, taskResultId, token),
  };
}
