/** The host's handlers: found by definition, read once, bound to the tasks of a workflow version. */
import { findTaskDefinition, TASK_DEFINITIONS } from '../../catalogue/task-definitions.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { type Fields, fieldsOf, readFunction, readNumber, readWhole, readWord } from '../../input/fields.ts';
import { nearest } from '../../input/nearest.ts';
import {
  fieldsBy,
  optional,
  type Reader,
  type ShapeOf,
  shapeReader,
  withDefault,
} from '../../input/options.ts';
import { invalid, type Place, pathOf } from '../../input/refuse.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import type { UserRecord } from '../../model/records.ts';
import type { PreviewFailedTask } from '../../model/resources/resources.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';
import type { Task, Workflow } from '../../model/workflow/workflow.ts';
import type {
  AroundTask,
  RetryPolicy,
  TaskHandler,
  TaskHandlerFunction,
  TaskHandlerOptions,
  TaskRate,
} from '../../ports/task-handler.ts';
import type { RetrySchedule } from '../../rules/schedule/retry.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { Semaphore } from '../lanes/semaphore.ts';
import { StartGate } from '../lanes/start-gate.ts';
import { calledInside } from './around-task.ts';
import { frozenCopy } from './frozen-copy.ts';

/** A handler with every setting filled in. */
export interface Handler {
  readonly run: TaskHandlerFunction<never>;
  readonly preview: TaskHandlerFunction<never>;
  readonly timeoutMs: DurationMs | null;
  readonly retry: RetrySchedule;
  /** Calls at once, over all runs; `null`: no bound of its own. */
  readonly slots: Semaphore | null;
  /** When calls may start, over all runs. */
  readonly gate: StartGate;
  readonly argumentsSchema: TaskHandlerOptions['argumentsSchema'] | null;
}

/** A task of a workflow version with its handler and its arguments, as handlers get them. */
export interface BoundTask {
  readonly task: Task;
  /** 1-based, among the enabled tasks. */
  readonly position: number;
  readonly handler: Handler;
  /** Frozen; by name, or what `argumentsSchema` made of it. */
  readonly arguments: unknown;
}

/** The current task of a user. */
export function taskOf(tasks: readonly BoundTask[], user: UserRecord): BoundTask {
  return tasks[positionOf(user, (user.outcomes?.length ?? 0) + 1) - 1] as BoundTask;
}

/** The task with its handler's `preview` in place of `run`, and without retries. */
export function previewOf(bound: BoundTask): BoundTask {
  const { handler } = bound;
  const retry = { ...handler.retry, attempts: 1 };
  // A preview does not call what the rate protects.
  return { ...bound, handler: { ...handler, run: handler.preview, retry, gate: new StartGate(null) } };
}

/** What is called around the calls of handlers, and where its errors go. */
export interface Wrapper {
  readonly around: AroundTask;
  readonly failed: (error: unknown) => void;
}

/** Makes a `run` that launches something into one that waits for a callback after it, at most `timeoutMs`. */
export type WaitsAfter = (
  run: TaskHandlerFunction<never>,
  timeoutMs: DurationMs,
) => TaskHandlerFunction<never>;

/** All handlers of an engine. */
export class Handlers {
  readonly #byDefinition = new Map<string, Handler>();
  /** Built-in handlers, for definitions without a handler of the host. */
  readonly #builtIn = new Map<string, Handler>();
  readonly #names: readonly string[];
  readonly #isNoOp: boolean;

  /**
   * @param isNoOp every task is bound to a handler that does nothing.
   * @param waits makes handlers wait for callbacks; `null`: they are not called.
   * @throws LifecycleError `InvalidArgument` for a handler or setting that is not allowed.
   */
  constructor(
    tasks: Readonly<Record<string, TaskHandler>>,
    builtIn: Readonly<Record<string, TaskHandler>> = {},
    isNoOp = false,
    wrapper: Wrapper | null = null,
    waits: WaitsAfter | null = null,
  ) {
    const read = (place: Place) => wrapped(readHandler(place, waits), wrapper);
    this.#names = Object.keys(tasks);
    this.#isNoOp = isNoOp;
    for (const [name, handler] of Object.entries(builtIn))
      this.#builtIn.set(handlerKey(name), read(placeOf(name, handler)));
    for (const [name, handler] of Object.entries(tasks)) {
      const key = handlerKey(name);
      if (this.#byDefinition.has(key))
        throw invalid(placeOf(name, handler), 'the only handler of its definition', 'a second one');
      this.#byDefinition.set(key, read(placeOf(name, handler)));
    }
  }

  /**
   * Binds the enabled tasks of a workflow.
   *
   * @throws LifecycleError `HandlerMissing` with all that are missing; `InvalidArgument` for arguments
   *   that a handler's schema refuses, or when no task is enabled.
   */
  async bind(workflow: Workflow): Promise<readonly BoundTask[]> {
    const enabled = workflow.tasks.filter((task) => task.isEnabled);
    if (enabled.length === 0)
      throw invalid(
        { path: 'tasks', value: workflow.tasks },
        'at least one enabled task',
        `none in workflow \`${workflow.displayName}\``,
      );
    const missing = enabled.filter((task) => !this.#find(task));
    if (missing.length > 0) throw missingHandlers(workflow, missing, this.#names);
    return Promise.all(
      enabled.map(async (task, index) => {
        const handler = this.#find(task) as Handler;
        return { task, position: index + 1, handler, arguments: await readArguments(task, handler) };
      }),
    );
  }

  /** Enabled tasks that cannot be run as they are, each with the reason. */
  async failuresOf(workflow: Workflow): Promise<readonly PreviewFailedTask[]> {
    const failures: PreviewFailedTask[] = [];
    for (const task of enabledTasks(workflow)) {
      const reason = await this.bind({ ...workflow, tasks: [task] }).then(() => null, messageOf);
      if (reason === null) continue;
      const { id: taskId, taskDefinitionId: definitionId, displayName: name } = task;
      failures.push({ taskId, definitionId, name, failureReason: reason });
    }
    return failures;
  }

  #find(task: Task): Handler | undefined {
    if (this.#isNoOp) return NO_OP;
    const key = handlerKey(task.taskDefinitionId);
    return this.#byDefinition.get(key) ?? this.#byDefinition.get('*') ?? this.#builtIn.get(key);
  }
}

const HANDLER = {
  run: readFunction<TaskHandlerFunction<never>>,
  preview: optional(readFunction<TaskHandlerFunction<never>>),
  timeoutMs: withDefault((place: Place) => readNumber(place, 1, 7 * DAY_MS), null),
  callbackTimeoutMs: optional((place: Place) => readNumber(place, 1, 7 * DAY_MS)),
  retry: optional(
    shapeReader({
      attempts: (place: Place) => readWhole(place, 1, 100),
      delayMs: withDefault((place: Place) => readNumber(place, 0, DAY_MS), 1_000),
      factor: withDefault((place: Place) => readNumber(place, 1, 100), 2),
      delayMsMax: withDefault((place: Place) => readNumber(place, 0, 7 * DAY_MS), 300_000),
    } satisfies ShapeOf<RetryPolicy>),
  ),
  concurrency: optional((place) => readWhole(place, 1, 100_000)),
  rate: optional(
    shapeReader({
      limit: (place: Place) => readWhole(place, 1, 100_000),
      intervalMs: (place: Place) => readWhole(place, 1, DAY_MS),
      per: optional((place: Place) => readWord(place, ['process'] as const)),
    } satisfies ShapeOf<TaskRate>),
  ),
  argumentsSchema: withDefault(readSchema, null),
} satisfies Record<keyof TaskHandlerOptions, Reader<unknown>>;
const ONCE: RetrySchedule = { attempts: 1, delayMs: 0, factor: 1, delayMsMax: 0 };

const WOULD_RUN = Object.freeze({ processingInfo: 'Preview: the task would run' });
const wouldRun = () => WOULD_RUN;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const DEFINITION_KEYS = TASK_DEFINITIONS.map(({ key }) => key);

/** Result of every task of a no-op engine. */
const NOTHING_DONE = Object.freeze({ processingInfo: 'No-op: no handler was called' });
const NO_OP = readHandler(
  placeOf('*', () => NOTHING_DONE),
  null,
);

/** The readable key of a definition of the catalogue; else the name itself. */
export function nameOf(taskDefinitionId: string): string {
  return findTaskDefinition(taskDefinitionId)?.key ?? taskDefinitionId;
}

/** Key of a handler: the GUID of a definition of the catalogue, else the name itself. */
export function handlerKey(name: string): string {
  return findTaskDefinition(name)?.id ?? (GUID.test(name) ? name.toLowerCase() : name);
}

function placeOf(name: string, handler: TaskHandler): Place {
  return { path: `tasks.${name}`, value: handler };
}

function readHandler(place: Place, waits: WaitsAfter | null): Handler {
  const { value } = place;
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null))
    throw invalid(place, 'a function, or an object with a function `run`');
  const at = fieldsOfHandler(place, typeof value === 'function' ? { run: value } : value);
  const { run, preview, retry = ONCE, concurrency, rate, callbackTimeoutMs, ...same } = fieldsBy(HANDLER, at);
  const bound: TaskHandlerFunction<never> = run.bind(value);
  const isWaiting = callbackTimeoutMs !== undefined && waits !== null;
  return {
    ...same,
    run: isWaiting ? waits(bound, callbackTimeoutMs) : bound,
    preview: preview?.bind(value) ?? wouldRun,
    retry,
    slots: concurrency === undefined ? null : new Semaphore(concurrency),
    gate: new StartGate(rate ?? null),
  };
}

function wrapped(handler: Handler, wrapper: Wrapper | null): Handler {
  if (wrapper === null) return handler;
  const { around, failed } = wrapper;
  return {
    ...handler,
    run: calledInside(around, handler.run, failed),
    preview: calledInside(around, handler.preview, failed),
  };
}

/** An object of a class may have fields of its own beside the settings, and methods that it inherits. */
function fieldsOfHandler(place: Place, handler: object): Fields {
  const prototype: unknown = Object.getPrototypeOf(handler);
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (isPlain) return fieldsOf({ ...place, value: handler }, Object.keys(HANDLER));
  const fields = handler as Readonly<Record<string, unknown>>;
  return (name) => ({ path: pathOf(place, name), value: fields[name] });
}

function readSchema(place: Place): NonNullable<TaskHandlerOptions['argumentsSchema']> {
  const schema = place.value as TaskHandlerOptions['argumentsSchema'] | null;
  if (typeof schema?.['~standard']?.validate === 'function') return schema;
  throw invalid(place, 'a schema of a library that implements Standard Schema');
}

async function readArguments(task: Task, handler: Handler): Promise<unknown> {
  const given: Record<string, string> = Object.assign(
    Object.create(null),
    Object.fromEntries(task.arguments.map(({ name, value }) => [name, value])),
  );
  if (!handler.argumentsSchema) {
    // What is not given is empty, as in templates.
    for (const { name } of findTaskDefinition(task.taskDefinitionId)?.parameters ?? []) given[name] ??= '';
    return Object.freeze(given);
  }
  const result = await handler.argumentsSchema['~standard'].validate(given);
  if (!result.issues) return frozenCopy(result.value);
  const first = result.issues[0];
  const path = (first?.path ?? [])
    .map((part) => String(typeof part === 'object' ? part.key : part))
    .join('.');
  throw new LifecycleError(
    'InvalidArgument',
    `Expected the arguments of task \`${task.displayName}\` to fit its handler's schema, got: ${path ? `${path}: ` : ''}${first?.message ?? 'refused'}`,
    {
      field: path ? `arguments.${path}` : 'arguments',
      taskId: task.id,
      taskDefinitionId: task.taskDefinitionId,
      issues: result.issues.map((issue) => issue.message),
    },
  );
}

function missingHandlers(
  workflow: Workflow,
  tasks: readonly Task[],
  handlers: readonly string[],
): LifecycleError<'HandlerMissing'> {
  const missing = [...new Set(tasks.map(({ taskDefinitionId }) => nameOf(taskDefinitionId)))];
  // A handler under a custom name may be a misspelled definition.
  const own = handlers.filter((name) => !findTaskDefinition(name));
  const near = missing.flatMap((name) => {
    const found = nearest(name, findTaskDefinition(name) ? own : [...DEFINITION_KEYS, ...own]);
    return found === null ? [] : [[name, found] as const];
  });
  const nearestNames = Object.fromEntries(near);
  const listed = missing.map((name) =>
    nearestNames[name] === undefined ? name : `${name} (nearest: ${nearestNames[name]})`,
  );
  return new LifecycleError(
    'HandlerMissing',
    `Expected a handler for every enabled task of workflow \`${workflow.displayName}\`, got none for ${listed.join(', ')}; add them to the engine's \`tasks\``,
    { workflowId: workflow.id, missing, nearest: nearestNames },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
