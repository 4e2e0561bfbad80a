import { findTaskDefinition } from '../catalogue/task-definitions.ts';
import { invalid, unknownWord } from '../input/refuse.ts';
import type { TaskHandler } from '../ports/task-handler.ts';

type Handlers = Readonly<Record<string, TaskHandler>>;

/** What offers tasks: a connection. */
export interface TaskOffer {
  readonly name: string;
  /** All that it can do, by keys of the catalogue. */
  readonly tasks: Handlers;
  /** What it is to do; `null`: what nothing else is named for. */
  readonly named: readonly string[] | null;
}

/** Handlers, and what does each. */
export interface AssignedTasks {
  readonly handlers: Handlers;
  /** Name of the connection; `null`: a handler of the configuration's own. */
  readonly by: ReadonlyMap<string, string | null>;
}

/**
 * Says who does each task: handlers of one's own and connections that name it come first; what is left is done by the
 * connection that can.
 *
 * @throws LifecycleError `InvalidArgument` for a task that a connection cannot do, and for one that two would do.
 */
export function assignTasks(own: Handlers, offers: readonly TaskOffer[]): AssignedTasks {
  const handlers = new Map<string, TaskHandler>();
  const by = new Map<string, string | null>();
  const take = (key: string, handler: TaskHandler, name: string | null): void => {
    handlers.set(key, handler);
    by.set(key, name);
  };
  for (const [name, handler] of Object.entries(own)) take(keyOf(name), handler, null);
  for (const { name, tasks, named } of offers) {
    for (const [at, task] of (named ?? []).entries()) {
      const place = { path: `connections.${name}.tasks[${at}]`, value: task };
      const key = keyOf(task);
      const handler = Object.hasOwn(tasks, key) ? tasks[key] : undefined;
      if (!handler) throw unknownWord(place, Object.keys(tasks));
      if (by.has(key)) throw invalid(place, 'a task that nothing else does', taken(key, by.get(key)));
      take(key, handler, name);
    }
  }
  const claimed = new Set(by.keys());
  for (const { name, tasks } of offers.filter(({ named }) => named === null)) {
    for (const [key, handler] of Object.entries(tasks)) {
      if (claimed.has(key)) continue;
      const other = by.get(key);
      if (typeof other === 'string') throw ambiguous(key, [other, name]);
      take(key, handler, name);
    }
  }
  return { handlers: Object.fromEntries(handlers), by };
}

function keyOf(name: string): string {
  return findTaskDefinition(name)?.key ?? name;
}

function taken(key: string, other: string | null | undefined): string {
  return `${key}, which ${other === null ? 'has a handler under tasks' : `connections.${other} does`}`;
}

function ambiguous(key: string, [first, second]: readonly [string, string]) {
  const place = { path: 'connections', value: null };
  return invalid(
    place,
    `clear about who does ${key}: name it in \`tasks\` of connections.${first} or of connections.${second}`,
    `two that can`,
  );
}
