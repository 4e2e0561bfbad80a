import { readLine, readNumber, readWhole } from '../../input/fields.ts';
import { optional, readShape, type ShapeOf } from '../../input/options.ts';
import { invalid, type Place, pathOf } from '../../input/refuse.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';
import type { PlainTaskOptions, TaskContext } from '../../ports/task-handler.ts';
import { connectorTask } from '../kernel/connector-task.ts';
import type { Ensured } from '../kernel/ensure.ts';
import type { WebhookConnection } from './webhook-connection.ts';

const PATH_LENGTH_MAX = 1_024;
const SAID_MAX = 1_000;

/** How a task is handed to a webhook. */
export interface WebhookTaskOptions {
  /** Below the webhook's address, beginning with `/`. Default: the address itself. */
  readonly path?: string;
  /**
   * The task waits for a callback after the receiver has accepted it, at most this long, ms; 1..604,800,000. Default: it completes when
   * the receiver accepts it.
   */
  readonly callbackTimeoutMs?: DurationMs;
  /** Calls at once, 1..100,000. Default: the engine's concurrency. */
  readonly concurrency?: number;
}

const OPTIONS = {
  path: optional(readPath),
  callbackTimeoutMs: optional((place) => readNumber(place, 1, 7 * DAY_MS)),
  concurrency: optional((place) => readWhole(place, 1, 100_000)),
} satisfies ShapeOf<WebhookTaskOptions>;

/**
 * Handlers that hand tasks to a receiver, by the keys of the catalogue or your own. It gets the same `webhook-id` however often it is
 * called for a task of a person, and has to do what is meant once.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { newWebhookSecret, webhookConnection, webhookTasks } from 'tenure/webhook';
 *
 * const connection = webhookConnection({
 *   http: { baseUrl: 'https://hooks.example.com/tenure' },
 *   secrets: newWebhookSecret(),
 * });
 * const tasks = webhookTasks(connection, { disableUserAccount: {}, deleteUserAccount: { callbackTimeoutMs: 3_600_000 } });
 * console.log(Object.keys(tasks)); // → [ 'disableUserAccount', 'deleteUserAccount' ]
 * ```
 */
export function webhookTasks<Key extends string>(
  connection: WebhookConnection,
  tasks: Readonly<Record<Key, WebhookTaskOptions>>,
): Readonly<Record<Key, PlainTaskOptions>> {
  const handlers = Object.entries<WebhookTaskOptions>(tasks).map(([key, options]) => {
    const place = { path: pathOf({ path: 'tasks', value: tasks }, key), value: options };
    return [key, handlerOf(connection, key, readShape(place, OPTIONS))] as const;
  });
  return Object.fromEntries(handlers) as Record<Key, PlainTaskOptions>;
}

function handlerOf(
  connection: WebhookConnection,
  key: string,
  { path, ...settings }: WebhookTaskOptions,
): PlainTaskOptions {
  const handed: Ensured = { changes: [`${key}: handed to ${connection.host}`] };
  const hand = async (context: TaskContext, dryRun: boolean): Promise<Ensured> => {
    const answer = await connection.send({
      // A receiver that knows the id of a dry run must not take the task itself for done.
      id: dryRun ? `${context.idempotencyKey}-dry-run` : context.idempotencyKey,
      type: 'tenure.task',
      data: messageOf(connection, key, context, dryRun),
      path: path ?? null,
      ...(context.callback && { secrets: [context.callback.token] }),
      signal: context.signal,
    });
    return saidBy(answer) ?? handed;
  };
  const { run: preview } = connectorTask(async (context) =>
    connection.options.dryRun ? hand(context, true) : handed,
  );
  return { ...connectorTask((context) => hand(context, false), settings), preview };
}

/** `data` of the message: what is to be done, and for which person. */
function messageOf(
  { options: { attributes, callbackUrl } }: WebhookConnection,
  key: string,
  context: TaskContext,
  dryRun: boolean,
): object {
  // Getters of the context: a rest would leave them out.
  const { subject, callback, idempotencyKey, run, workflow, attempt, interruptions } = context;
  const known = attributes.flatMap((name) =>
    Object.hasOwn(subject, name) ? [[name, subject[name]] as const] : [],
  );
  return {
    dryRun,
    task: { key, ...context.task },
    arguments: context.arguments,
    subject: { ...Object.fromEntries(known), id: subject.id },
    taskProcessingResult: { id: idempotencyKey },
    run,
    workflow,
    attempt,
    interruptions,
    callback: callback
      ? { token: callback.token, url: callbackUrl === undefined ? null : `${callbackUrl}${callback.path}` }
      : null,
  };
}

/** What the receiver says it has done; `null`: nothing. Its answer came after its work, so that none makes the task fail. */
function saidBy(answer: unknown): Ensured | null {
  const { processingInfo: info, changes } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const listed = Array.isArray(changes)
    ? changes.slice(0, SAID_MAX).filter((change) => typeof change === 'string')
    : [];
  const said = {
    ...(typeof info === 'string' && info !== '' ? { processingInfo: info } : {}),
    ...(listed.length > 0 ? { changes: listed } : {}),
  };
  return Object.keys(said).length === 0 ? null : said;
}

function readPath(place: Place): string {
  const path = readLine(place, PATH_LENGTH_MAX);
  if (path.startsWith('/') && !/^\/\/|[?#]/.test(path) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) return path;
  throw invalid(place, 'a path below the address of the webhook, beginning with /');
}
