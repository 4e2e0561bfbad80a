/** Handlers that a test opens by hand, and a log of who was called. */
import type { TaskContext, TaskHandlerFunction, TaskHandlerResult } from '../../src/ports/task-handler.ts';

/** One call of a {@link gated} handler. */
interface Call {
  readonly context: TaskContext;
  readonly subjectId: string;
  readonly task: string;
  resolve(result?: TaskHandlerResult): void;
  reject(error: unknown): void;
}

/** A handler whose calls settle when the test says so. */
export interface Gated {
  readonly run: TaskHandlerFunction;
  readonly calls: Call[];
  /** Calls that have not settled. */
  readonly open: () => readonly Call[];
  /** Most calls that were open at once. */
  readonly peak: () => number;
}

/** Makes a {@link Gated} handler that ignores its signal. */
export function gated(): Gated {
  const calls: Call[] = [];
  const open = new Set<Call>();
  let peak = 0;
  return {
    calls,
    open: () => [...open],
    peak: () => peak,
    run: (context) =>
      new Promise<TaskHandlerResult>((resolve, reject) => {
        const call: Call = {
          context,
          subjectId: context.subject.id,
          task: context.task.taskDefinitionId,
          resolve: (result) => {
            open.delete(call);
            resolve(result);
          },
          reject: (error) => {
            open.delete(call);
            reject(error);
          },
        };
        calls.push(call);
        open.add(call);
        peak = Math.max(peak, open.size);
      }),
  };
}

/** A promise with its ends outside. */
export const deferred = <T = void>() => Promise.withResolvers<T>();
