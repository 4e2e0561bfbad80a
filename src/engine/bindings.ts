import type { Workflow } from '../model/workflow/workflow.ts';
import type { BoundTask, Handlers } from './handlers/handlers.ts';

const KEPT_MAX = 1_000;

/** The tasks of workflow versions with their handlers. */
export class Bindings {
  readonly #handlers: Handlers;
  readonly #kept = new Map<string, Promise<readonly BoundTask[]>>();

  constructor(handlers: Handlers) {
    this.#handlers = handlers;
  }

  /** @throws LifecycleError as `Handlers.bind`. */
  of(workflow: Workflow): Promise<readonly BoundTask[]> {
    // A version changes only in its names, and then in its date too.
    const key = JSON.stringify([workflow.id, workflow.version, workflow.lastModifiedDateTime]);
    const known = this.#kept.get(key);
    if (known) return known;
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    const tasks = this.#handlers.bind(workflow);
    this.#kept.set(key, tasks);
    // An error is not kept: its caller gets it, and the next call binds once more.
    tasks.catch(() => this.#kept.delete(key));
    return tasks;
  }
}
