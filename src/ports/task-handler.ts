import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { WorkflowCategory, WorkflowExecutionType } from '../model/status.ts';
import type { Identified, Subject } from '../model/subject.ts';
import type { DurationMs } from '../model/time.ts';
import type { Logger } from './logger.ts';

/**
 * Input of a handler. Every call gets its own; nothing in it is shared between calls. `Person` is the type
 * of the directory's subjects.
 */
export interface TaskContext<
  Arguments = Readonly<Record<string, string>>,
  Person extends Identified = Subject,
> {
  /**
   * The person, as the directory knew them just before their first task: a frozen copy. When a run is resumed and
   * the directory no longer has them, only `id` is set.
   */
  readonly subject: Person;
  /** The task's arguments by name, or the output of `argumentsSchema`. */
  readonly arguments: Arguments;
  /** Aborted when the run is canceled, the attempt times out or the engine's stop deadline passes. */
  readonly signal: AbortSignal;
  /** The same for every attempt of this task for this user in this run, also after a crash. */
  readonly idempotencyKey: string;
  /** 1 for the first attempt; grows with each failure that is retried, not with interruptions. */
  readonly attempt: number;
  /** How often this task was possibly running when a process died. Above 0: it may have had its effect. */
  readonly interruptions: number;
  readonly run: {
    readonly id: string;
    readonly workflowExecutionType: WorkflowExecutionType;
    readonly scheduledDateTime: string;
  };
  readonly workflow: {
    readonly id: string;
    readonly displayName: string;
    readonly category: WorkflowCategory;
    readonly version: number;
  };
  readonly task: {
    readonly id: string;
    readonly taskDefinitionId: string;
    readonly displayName: string;
    readonly executionSequence: number;
  };
  /** How the launched work reports its outcome. Only for a handler with `callbackTimeoutMs`, and not in a preview. */
  readonly callback?: TaskCallback;
  readonly log: Logger;
}

/** What a system needs that a task waits for. The same in every attempt, and good for one answer. */
export interface TaskCallback {
  /** Proof for `taskProcessingResults.resume(idempotencyKey, { data: { operationStatus } }, { token })`. A secret. */
  readonly token: string;
  /** Where `tenure/graph` takes the answer: a path below its root, with the token. A secret. */
  readonly path: string;
}

/** Result of a handler: nothing, or what is to be known about a task that succeeded. */
export type TaskHandlerResult =
  | {
      /** Why the task had nothing to do. At most 2,000 characters; a longer one is cut. */
      readonly processingInfo?: string;
      /**
       * What the task has changed, for people: `removed from group Sales`. At most 100 texts of 200 characters; longer
       * ones are cut, and further ones counted.
       */
      readonly changes?: readonly string[];
    }
  | undefined
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that returns nothing has this type
  | void;

/** Runs a task for one person. Throwing anything is a failure; `permanent` and `retryAfter` say more about it. */
export type TaskHandlerFunction<
  Arguments = Readonly<Record<string, string>>,
  Person extends Identified = Subject,
> = (context: TaskContext<Arguments, Person>) => TaskHandlerResult | Promise<TaskHandlerResult>;

/**
 * Wraps every call of a handler, each attempt, so that a context is active in it: of `AsyncLocalStorage`, or of
 * OpenTelemetry. It has to call `next` before it returns, or before its first `await`; a handler whose call it does not make is
 * called without it. `next` calls the handler, once however often it is called, and gives what the handler gives or
 * throws. Nothing that the wrapper does decides the task or delays it: what it throws beside the handler's own error is an
 * `engine.error`, and the task ends when the handler does.
 *
 * @example
 * ```ts
 * import { AsyncLocalStorage } from 'node:async_hooks';
 * import { type AroundTask, createEngine } from 'tenure';
 *
 * const storage = new AsyncLocalStorage<{ runId: string }>();
 * const aroundTask: AroundTask = (call, next) => storage.run({ runId: call.run.id }, next);
 * const engine = await createEngine({ aroundTask });
 * await engine.close();
 * ```
 */
export interface AroundTask {
  (call: TaskContext<unknown>, next: () => Promise<TaskHandlerResult>): unknown;
  /**
   * Whether a call is to be wrapped; others are made as if there were no wrapper. Default: all are wrapped. It is asked for every
   * call: `subjectId` is at hand, while `call.subject` is a copy that is made for its first reader.
   */
  readonly wraps?: (call: TaskContext<unknown>, subjectId: string) => boolean;
}

/** How failed attempts are retried. Interruptions do not count as attempts. */
export interface RetryPolicy {
  /** Attempts in all, the first included; 1..100. Default 1: no retry. */
  readonly attempts: number;
  /** Wait before the second attempt, ms. Default 1,000. */
  readonly delayMs?: DurationMs;
  /** Each further wait is this many times longer; ≥ 1. Default 2. */
  readonly factor?: number;
  /** No wait is longer than this, ms. Default 300,000. */
  readonly delayMsMax?: DurationMs;
}

/** How often a handler is called. */
export interface TaskRate {
  /** Calls that start in any `intervalMs`, at most; 1..100,000. Retries count. */
  readonly limit: number;
  /** Length of the window that slides over the starts, whole ms, 1..86,400,000. */
  readonly intervalMs: DurationMs;
  /** Of what the rate is a bound: of each process, over all its runs. Default `process`. */
  readonly per?: 'process';
}

/** What `run` and `preview` of every handler with settings are, and the settings. */
interface TaskHandlerSettings<Arguments, Person extends Identified> {
  /** Does the task for one person. Throwing is a failure; what it returns is the result. */
  run(context: TaskContext<Arguments, Person>): TaskHandlerResult | Promise<TaskHandlerResult>;
  /**
   * Reports what `run` would do, without doing it: for `workflows.preview`. An error that it throws is the
   * reason why the task would fail. Default: the task would run.
   */
  preview?(context: TaskContext<Arguments, Person>): TaskHandlerResult | Promise<TaskHandlerResult>;
  /**
   * Once `run` has returned, the task waits without a lane for the answer that `taskProcessingResults.resume` brings, at
   * most this long, ms; 1..604,800,000. What `run` returned is its result then. Default: it completes with `run`.
   */
  readonly callbackTimeoutMs?: DurationMs;
  /** An attempt that takes longer fails, ms. Default: none. */
  readonly timeoutMs?: DurationMs;
  /** Default: a failed attempt is not retried. */
  readonly retry?: RetryPolicy;
  /** Calls of this handler at once, over all runs; ≥ 1. Default: the engine's concurrency. */
  readonly concurrency?: number;
  /** Further users wait for their turn, first come first served, without a lane. Default: no bound. */
  readonly rate?: TaskRate;
}

/** A handler with settings, which gets the task's arguments as they stand in the workflow. */
export interface PlainTaskOptions<
  Arguments = Readonly<Record<string, string>>,
  Person extends Identified = Subject,
> extends TaskHandlerSettings<Arguments, Person> {
  readonly argumentsSchema?: undefined;
}

/** A handler with settings, which gets what a schema makes of the task's arguments. */
// biome-ignore lint/suspicious/noExplicitAny: the type of the arguments is each handler's own
export interface SchemaTaskOptions<Arguments = any, Person extends Identified = Subject>
  extends TaskHandlerSettings<Arguments, Person> {
  /**
   * Checks and converts the task's arguments when the workflow is activated: a schema of Zod, Valibot, ArkType or
   * another library that implements Standard Schema.
   */
  readonly argumentsSchema: StandardSchemaV1<unknown, Arguments>;
}

/** A handler with settings. */
// biome-ignore lint/suspicious/noExplicitAny: the type of the arguments is each handler's own
export type TaskHandlerOptions<Arguments = any, Person extends Identified = Subject> =
  | PlainTaskOptions<Arguments, Person>
  | SchemaTaskOptions<Arguments, Person>;

/** A function without a schema: with the property, the compiler tells the kinds of handlers apart. */
export type BareTaskHandler<Run> = Run & { readonly argumentsSchema?: undefined };

/** A handler, bare or with settings. */
export type TaskHandler<Person extends Identified = Subject, Arguments = Readonly<Record<string, string>>> =
  | BareTaskHandler<TaskHandlerFunction<Arguments, Person>>
  | PlainTaskOptions<Arguments, Person>
  // biome-ignore lint/suspicious/noExplicitAny: the type of the arguments is each handler's own
  | SchemaTaskOptions<any, Person>;

/**
 * Types a handler: `arguments` is what `argumentsSchema` gives. Returns it as it is. For a directory whose people have
 * a type of their own, `run` says so: `({ subject }: TaskContext<{ floor: number }, Person>) => …`.
 *
 * @example
 * ```ts
 * import { defineTask } from 'tenure';
 *
 * const removeAccess = defineTask({
 *   timeoutMs: 30_000,
 *   retry: { attempts: 3, delayMs: 1_000 },
 *   run: ({ subject, idempotencyKey }) => ({ changes: [`closed the badge of ${subject.id} (${idempotencyKey})`] }),
 * });
 * console.log(removeAccess.retry?.attempts); // → 3
 * ```
 */
export function defineTask<Arguments, Person extends Identified = Subject>(
  task: SchemaTaskOptions<Arguments, Person>,
): SchemaTaskOptions<Arguments, Person>;
/** As above, for a handler that takes the arguments as they are. */
export function defineTask<Person extends Identified = Subject>(
  task: PlainTaskOptions<Readonly<Record<string, string>>, Person>,
): PlainTaskOptions<Readonly<Record<string, string>>, Person>;
/** Returns the handler. */
export function defineTask(task: TaskHandlerOptions): TaskHandlerOptions {
  return task;
}
