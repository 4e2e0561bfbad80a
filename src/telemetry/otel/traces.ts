import {
  type Attributes,
  type Context,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import { failureCodeOf } from '../../engine/handlers/failure.ts';
import { PermanentFailure, RetryAfter } from '../../engine/handlers/results/task-failure.ts';
import type { EngineEventMap } from '../../events/event-map.ts';
import type { Run } from '../../model/resources/resources.ts';
import type { AroundTask, TaskContext, TaskHandlerResult } from '../../ports/task-handler.ts';
import type { FailureLimit } from './failure-limit.ts';
import type { Sampling } from './sampling.ts';
import { traceOfRun, traceOfUser } from './trace-ids.ts';

/** What {@link Traces} works with. */
export interface TracesDeps {
  readonly tracer: Tracer;
  readonly sampling: Sampling;
  /** Gets what OpenTelemetry throws. */
  readonly failures: FailureLimit;
  /** Whether spans name the person. */
  readonly hasSubjectIds: boolean;
}

/** Makes spans of attempts as they are made, and of people and runs when they have ended. */
export class Traces {
  readonly #deps: TracesDeps;

  constructor(deps: TracesDeps) {
    this.#deps = deps;
  }

  /**
   * Makes a span of an attempt of a person who is traced, active in the handler. The handler is called whatever happens here:
   * `next` gives the same promise each time.
   */
  readonly aroundTask: AroundTask = Object.assign(
    (call: TaskContext<unknown>, next: () => Promise<TaskHandlerResult>) => {
      try {
        const span = this.#startTask(call);
        return context.with(trace.setSpan(context.active(), span), () => this.#ended(span, next()));
      } catch (error) {
        void next();
        return this.#deps.failures.pass(error);
      }
    },
    {
      wraps: ({ run }: TaskContext<unknown>, subjectId: string) => this.#deps.sampling.has(run.id, subjectId),
    },
  );

  /** A task of a person has failed. Those of people who are traced have the span of their attempt. */
  taskFailed(event: EngineEventMap['task.failed']): void {
    const { sampling, tracer } = this.#deps;
    const { runId, subjectId, taskDefinitionId, workflowId, taskId, startedDateTime, completedDateTime } =
      event;
    if (sampling.has(runId, subjectId) || !sampling.takeFailure(runId)) return;
    const key = keyOf(taskDefinitionId);
    const span = tracer.startSpan(
      `task ${key}`,
      {
        attributes: {
          'tenure.workflow.id': workflowId,
          'tenure.run.id': runId,
          'tenure.task.id': taskId,
          'tenure.task.definition': key,
          ...this.#person(subjectId),
        },
        links: [{ context: traceOfRun(runId) }],
        startTime: new Date(startedDateTime ?? completedDateTime),
      },
      below(traceOfUser(runId, subjectId)),
    );
    failed(span, event.code);
    span.end(new Date(completedDateTime));
  }

  /** A run was made: a short span, linked to what asked for it. */
  runCreated(run: Run): void {
    const asking = trace.getSpanContext(context.active());
    const links = asking ? [{ context: asking }] : [];
    this.#deps.tracer
      .startSpan(
        `create run ${run.workflow.displayName}`,
        { attributes: runAttributes(run), links },
        below(traceOfRun(run.id)),
      )
      .end();
  }

  /** A run has ended: a span with the times of the record, so that it is right also after a crash. */
  runFinished(run: Run): void {
    const { startedDateTime, completedDateTime, processingStatus } = run;
    if (startedDateTime === null || completedDateTime === null) return;
    const attributes = { ...runAttributes(run), 'tenure.run.status': processingStatus };
    const span = this.#deps.tracer.startSpan(
      `run ${run.workflow.displayName}`,
      { attributes, startTime: new Date(startedDateTime) },
      below(traceOfRun(run.id)),
    );
    if (processingStatus === 'failed') failed(span, 'RunFailed');
    span.end(new Date(completedDateTime));
  }

  /** The tasks of a person who is traced have ended. */
  userFinished({ runId, subjectId, result }: EngineEventMap['user.finished']): void {
    const { startedDateTime, completedDateTime, processingStatus } = result;
    if (startedDateTime === null || completedDateTime === null) return;
    const span = this.#deps.tracer.startSpan(
      'user',
      {
        attributes: {
          'tenure.run.id': runId,
          'tenure.user.status': processingStatus,
          ...this.#person(subjectId),
        },
        links: [{ context: traceOfRun(runId) }],
        startTime: new Date(startedDateTime),
      },
      below(traceOfUser(runId, subjectId)),
    );
    if (processingStatus === 'failed') failed(span, 'UserFailed');
    span.end(new Date(completedDateTime));
  }

  #ended(span: Span, attempt: Promise<unknown>): Promise<void> {
    const end = (failure: { readonly error: unknown } | null): void => {
      try {
        if (failure) failed(span, errorTypeOf(failure.error));
        span.end();
      } catch (broken) {
        this.#deps.failures.pass(broken);
      }
    };
    return attempt.then(
      () => end(null),
      (error: unknown) => end({ error }),
    );
  }

  #startTask(call: TaskContext<unknown>): Span {
    const { run, workflow, task, attempt, interruptions } = call;
    const id = idOf(call.subject);
    const key = keyOf(task.taskDefinitionId);
    return this.#deps.tracer.startSpan(
      `task ${key}`,
      {
        attributes: {
          'tenure.workflow.id': workflow.id,
          'tenure.workflow.name': workflow.displayName,
          'tenure.workflow.version': workflow.version,
          'tenure.run.id': run.id,
          'tenure.run.execution_type': run.workflowExecutionType,
          'tenure.task.id': task.id,
          'tenure.task.definition': key,
          'tenure.task.attempt': attempt,
          'tenure.task.interruptions': interruptions,
          ...this.#person(id),
        },
        links: [{ context: traceOfRun(run.id) }],
      },
      below(traceOfUser(run.id, id)),
    );
  }

  #person(subjectId: string): Attributes {
    return this.#deps.hasSubjectIds ? { 'tenure.subject.id': subjectId } : {};
  }
}

/** As the code of the failure in the record. */
function errorTypeOf(error: unknown): string {
  const said = PermanentFailure.is(error) || RetryAfter.is(error) ? error.failureCode : undefined;
  return said ?? failureCodeOf(error);
}

function keyOf(taskDefinitionId: string): string {
  return findTaskDefinition(taskDefinitionId)?.key ?? taskDefinitionId;
}

function idOf(subject: unknown): string {
  return (subject as { readonly id: string }).id;
}

function below(parent: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}

function runAttributes({ id, workflow, workflowExecutionType, totalUsersCount }: Run): Attributes {
  return {
    'tenure.run.id': id,
    'tenure.workflow.id': workflow.id,
    'tenure.workflow.name': workflow.displayName,
    'tenure.run.execution_type': workflowExecutionType,
    'tenure.run.users': totalUsersCount,
  };
}

/** The text of a failure may have personal data; its code has none. */
function failed(span: Span, code: string): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
