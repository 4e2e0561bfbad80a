/** The host's handlers: found by definition, read once, bound to the tasks of a workflow version. */
import { findTaskDefinition, TASK_DEFINITIONS } from '../../catalogue/task-definitions.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { shown } from '../../errors/shown.ts';
import { nearest } from '../../input/nearest.ts';
import type { UserRecord } from '../../model/records.ts';
import type { DurationMs } from '../../model/time.ts';
import type { Task, Workflow } from '../../model/workflow/workflow.ts';
import type { TaskHandler, TaskHandlerFunction, TaskHandlerOptions } from '../../ports/task-handler.ts';
import type { RetrySchedule } from '../../rules/schedule/retry.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { Semaphore } from '../lanes/semaphore.ts';
import { frozenCopy } from './frozen-copy.ts';

/** A handler with every setting filled in. */
export interface Handler {
  readonly run: TaskHandlerFunction<never>;
  readonly preview: TaskHandlerFunction<never>;
  readonly timeoutMs: DurationMs | null;
  readonly retry: RetrySchedule;
  /** Calls at once, over all runs; `null`: no bound of its own. */
  readonly slots: Semaphore | null;
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
  return { ...bound, handler: { ...handler, run: handler.preview, retry } };
}

/** All handlers of an engine. */
export class Handlers {
  readonly #byDefinition = new Map<string, Handler>();
  /** Built-in handlers, for definitions without a handler of the host. */
  readonly #builtIn = new Map<string, Handler>();
  readonly #names: readonly string[];
  readonly #isNoOp: boolean;

  /**
   * @param isNoOp every task is bound to a handler that does nothing.
   * @throws LifecycleError `InvalidArgument` for a handler or setting that is not allowed.
   */
  constructor(
    tasks: Readonly<Record<string, TaskHandler>>,
    builtIn: Readonly<Record<string, TaskHandler>> = {},
    isNoOp = false,
  ) {
    this.#names = Object.keys(tasks);
    this.#isNoOp = isNoOp;
    for (const [name, handler] of Object.entries(builtIn))
      this.#builtIn.set(handlerKey(name), readHandler(name, handler));
    for (const [name, handler] of Object.entries(tasks)) {
      const key = handlerKey(name);
      if (this.#byDefinition.has(key))
        throw refused(`tasks.${name}`, 'the only handler of its definition', 'a second one');
      this.#byDefinition.set(key, readHandler(name, handler));
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
      throw refused('tasks', 'at least one enabled task', `none in workflow \`${workflow.displayName}\``);
    const missing = enabled.filter((task) => !this.#find(task));
    if (missing.length > 0) throw missingHandlers(workflow, missing, this.#names);
    return Promise.all(
      enabled.map(async (task, index) => {
        const handler = this.#find(task) as Handler;
        return { task, position: index + 1, handler, arguments: await readArguments(task, handler) };
      }),
    );
  }

  #find(task: Task): Handler | undefined {
    if (this.#isNoOp) return NO_OP;
    const key = handlerKey(task.taskDefinitionId);
    return this.#byDefinition.get(key) ?? this.#byDefinition.get('*') ?? this.#builtIn.get(key);
  }
}

const WOULD_RUN = Object.freeze({ processingInfo: 'Preview: the task would run' });
const wouldRun = () => WOULD_RUN;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const DEFINITION_KEYS = TASK_DEFINITIONS.map(({ key }) => key);

/** Result of every task of a no-op engine. */
const NOTHING_DONE = Object.freeze({ processingInfo: 'No-op: no handler was called' });
const NO_OP = readHandler('*', () => NOTHING_DONE);

/** The readable key of a definition of the catalogue; else the name itself. */
function nameOf(taskDefinitionId: string): string {
  return findTaskDefinition(taskDefinitionId)?.key ?? taskDefinitionId;
}

/** Key of a handler: the GUID of a definition of the catalogue, else the name itself. */
export function handlerKey(name: string): string {
  return findTaskDefinition(name)?.id ?? (GUID.test(name) ? name.toLowerCase() : name);
}

function readHandler(name: string, handler: TaskHandler): Handler {
  const options: TaskHandlerOptions = typeof handler === 'function' ? { run: handler } : handler;
  const path = `tasks.${name}`;
  if (typeof options !== 'object' || options === null || typeof options.run !== 'function') {
    throw refused(path, 'a function, or an object with a function `run`', shown(options));
  }
  const retry = options.retry ?? { attempts: 1 };
  if (options.preview !== undefined && typeof options.preview !== 'function')
    throw refused(`${path}.preview`, 'a function', shown(options.preview));
  return {
    run: options.run as TaskHandlerFunction<never>,
    preview: (options.preview ?? wouldRun) as TaskHandlerFunction<never>,
    timeoutMs:
      options.timeoutMs === undefined
        ? null
        : inRange(`${path}.timeoutMs`, options.timeoutMs, 1, 7 * 86_400_000),
    retry: {
      attempts: whole(`${path}.retry.attempts`, retry.attempts, 1, 100),
      delayMs: inRange(`${path}.retry.delayMs`, retry.delayMs ?? 1_000, 0, 86_400_000),
      factor: inRange(`${path}.retry.factor`, retry.factor ?? 2, 1, 100),
      delayMaxMs: inRange(`${path}.retry.delayMaxMs`, retry.delayMaxMs ?? 300_000, 0, 7 * 86_400_000),
    },
    slots:
      options.concurrency === undefined
        ? null
        : new Semaphore(whole(`${path}.concurrency`, options.concurrency, 1, 100_000)),
    argumentsSchema: options.argumentsSchema ?? null,
  };
}

async function readArguments(task: Task, handler: Handler): Promise<unknown> {
  const given: Record<string, string> = Object.assign(
    Object.create(null),
    Object.fromEntries(task.arguments.map(({ name, value }) => [name, value])),
  );
  if (!handler.argumentsSchema) return Object.freeze(given);
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
): LifecycleError {
  const missing = [...new Set(tasks.map(({ taskDefinitionId }) => nameOf(taskDefinitionId)))];
  // Of a definition's name, a handler under a name of the host's own may be a slip.
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

function whole(field: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw refused(field, `a whole number in ${min}..${max}`, shown(value));
}

function inRange(field: string, value: number, min: number, max: number): number {
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw refused(field, `a number in ${min}..${max}`, shown(value));
}

function refused(field: string, expected: string, got: string): LifecycleError {
  return new LifecycleError('InvalidArgument', `Expected ${field} to be ${expected}, got ${got}`, { field });
}
