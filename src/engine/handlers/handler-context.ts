import { isoOf } from '../../ledger/resources.ts';
import { taskResultId } from '../../model/ids.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Subject } from '../../model/subject.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Logger } from '../../ports/logger.ts';
import type { TaskCallback, TaskContext } from '../../ports/task-handler.ts';
import type { ActiveUser } from './active-user.ts';
import { frozenCopy } from './frozen-copy.ts';
import type { BoundTask } from './handlers.ts';

/** Shared by all calls of one run; frozen, because handlers get it. */
export interface RunInfo {
  readonly run: TaskContext['run'];
  readonly workflow: TaskContext['workflow'];
  readonly logger: Logger;
}

/** The part of a call's context that is the same for the whole run. */
export function runInfo(run: RunRecord, workflow: Workflow, logger: Logger): RunInfo {
  return {
    run: Object.freeze({
      id: run.id,
      workflowExecutionType: run.workflowExecutionType,
      scheduledDateTime: isoOf(run.scheduledAtMs),
    }),
    workflow: Object.freeze({
      id: workflow.id,
      displayName: workflow.displayName,
      category: workflow.category,
      version: workflow.version,
    }),
    logger,
  };
}

/**
 * Context of one call. What few handlers use is made on first use: the signal, the key, and a frozen copy of the
 * subject.
 */
export class HandlerContext implements TaskContext<unknown> {
  readonly #active: ActiveUser;
  readonly #bound: BoundTask;
  readonly #info: RunInfo;
  #controller: AbortController | null = null;
  #abortReason: { readonly reason: unknown } | null = null;
  readonly attempt: number;
  readonly interruptions: number;
  /** Not initialized: few tasks wait, and every call has a context. */
  declare callback?: TaskCallback;

  constructor(active: ActiveUser, bound: BoundTask, info: RunInfo) {
    this.#active = active;
    this.#bound = bound;
    this.#info = info;
    this.attempt = (active.user.attempts?.failures ?? 0) + 1;
    this.interruptions = active.user.attempts?.interruptions ?? 0;
  }

  /** For what needs no copy of the subject. */
  get subjectId(): string {
    return this.#active.user.subjectId;
  }

  get subject(): Subject {
    this.#active.frozenSubject ??= frozenCopy(this.#active.subject ?? { id: this.#active.user.subjectId });
    return this.#active.frozenSubject;
  }

  get arguments(): unknown {
    return this.#bound.arguments;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortReason) this.#controller.abort(this.#abortReason.reason);
    return this.#controller.signal;
  }

  /** Id of the task's result: stable over retries and crashes, unique over all runs. */
  get idempotencyKey(): string {
    return taskResultId(this.#active.user.runId, this.#active.user.ordinal, this.#bound.position);
  }

  get run(): TaskContext['run'] {
    return this.#info.run;
  }

  get workflow(): TaskContext['workflow'] {
    return this.#info.workflow;
  }

  get task(): TaskContext['task'] {
    const { id, taskDefinitionId, displayName, executionSequence } = this.#bound.task;
    return { id, taskDefinitionId, displayName, executionSequence };
  }

  get log(): Logger {
    const data = {
      runId: this.#info.run.id,
      subjectId: this.#active.user.subjectId,
      taskId: this.#bound.task.id,
    };
    return withData(this.#info.logger, data);
  }

  /** Aborts the signal, also one that the handler reads only later. */
  abort(reason: unknown): void {
    this.#abortReason ??= { reason };
    this.#controller?.abort(reason);
  }
}

function withData(logger: Logger, own: Readonly<Record<string, unknown>>): Logger {
  return {
    debug: (message, data) => logger.debug(message, { ...own, ...data }),
    info: (message, data) => logger.info(message, { ...own, ...data }),
    warn: (message, data) => logger.warn(message, { ...own, ...data }),
    error: (message, data) => logger.error(message, { ...own, ...data }),
  };
}
