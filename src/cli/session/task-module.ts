import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TaskContext, TaskHandler, TaskHandlerFunction } from '../../ports/task-handler.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';
import type { EffectsFile } from './effects-file.ts';

/** Handlers by key, as the engine takes them. */
export type TaskHandlers = Readonly<Record<string, TaskHandler>>;

/**
 * The handlers that an ES module exports: by name, or as properties of its default export.
 *
 * @throws CliError for a module that is missing, cannot be loaded, or exports no handler.
 */
export async function loadTasks(path: string): Promise<TaskHandlers> {
  const file = resolve(path);
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) {
    throw new CliError(`Expected --tasks to be an ES module, got ${found ? 'a folder' : 'no file'}: ${path}`);
  }
  const exported = await load(path, file);
  const { default: main, ...named } = exported;
  const handlers = { ...(typeof main === 'object' && main !== null ? main : {}), ...named } as TaskHandlers;
  if (Object.keys(handlers).length > 0) return handlers;
  throw new CliError(
    `Expected ${path} to export handlers, got none`,
    'Export functions under the keys that `tenure tasks` lists: export async function sendWelcomeEmail({ subject }) { … }',
  );
}

async function load(path: string, file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (cause) {
    throw new CliError(
      `Expected ${path} to be an ES module that loads, got ${messageOf(cause)}`,
      'It must be .mjs, .ts, or .js in a package with "type": "module"; set TENURE_DEBUG=1 to see where it fails',
      { cause },
    );
  }
}

/** Handlers with a count of running calls. */
export interface CountedTasks {
  readonly tasks: TaskHandlers;
  /** Whether they must not be called. */
  readonly isNoOp: boolean;
  /** Number of running calls. */
  running(): number;
}

/** The handlers, counted while they run, each success followed by its line of the effects file. */
export function counted(handlers: TaskHandlers, effects: EffectsFile | null): CountedTasks {
  let running = 0;
  const wrap =
    (run: TaskHandlerFunction): TaskHandlerFunction =>
    async (context: TaskContext) => {
      running += 1;
      try {
        const result = await run(context);
        if (effects) await effects.append(context);
        return result;
      } finally {
        running -= 1;
      }
    };
  const entries = Object.entries(handlers).map(([name, handler]): [string, TaskHandler] => {
    if (typeof handler === 'function') return [name, wrap(handler)];
    // Values that are not handlers stay as they are: the engine rejects them by name.
    if (typeof handler?.run !== 'function') return [name, handler];
    return [name, { ...handler, run: wrap((context) => handler.run(context)) }];
  });
  return { tasks: Object.fromEntries(entries), isNoOp: false, running: () => running };
}
