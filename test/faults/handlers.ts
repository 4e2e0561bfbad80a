/** The handlers of a simulated process: they do their work, or what a plan makes of it. */

import type { TaskContext, TaskHandler, TaskHandlerResult } from '../../src/ports/task-handler.ts';
import type { HandlerCall } from './judge.ts';
import { never } from './never.ts';
import type { TaskPlan, Trouble, WorkflowPlan } from './plan.ts';
import { thrownOf } from './thrown.ts';

/** What a handler needs of its process. */
export interface HandlerHost {
  readonly isDead: boolean;
  /** A handler begins. */
  enter(definition: string, context: TaskContext): HandlerCall;
  /** What the plan has for the call that has just begun; things that happen with it have happened. */
  troubleOfCall(): { readonly call: number; readonly trouble: Trouble | null };
  /** A handler has settled. */
  leave(definition: string, call: HandlerCall): void;
  sleep(ms: number): Promise<void>;
  /** Resolves when the faults are over. */
  hang(): Promise<void>;
}

/** The task definition of task `task` of workflow `workflow`, both from 0. */
export function definitionOf(workflow: number, task: number): string {
  return `w${workflow}t${task}`;
}

/** A handler for each task of the workflows. */
export function makeHandlers(
  host: HandlerHost,
  workflows: readonly WorkflowPlan[],
): Record<string, TaskHandler> {
  const entries = workflows.flatMap(({ tasks }, workflow) =>
    tasks.map((task, index): [string, TaskHandler] => {
      const definition = definitionOf(workflow, index);
      return [definition, handlerOf(host, definition, task)];
    }),
  );
  return Object.fromEntries(entries);
}

function handlerOf(host: HandlerHost, definition: string, task: TaskPlan): TaskHandler {
  const { attempts, delayMs, timeoutMs, concurrency } = task;
  return {
    run: (context) => (host.isDead ? never() : begin(host, definition, task, context as TaskContext)),
    retry: { attempts, delayMs, delayMaxMs: 60_000 },
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(concurrency === null ? {} : { concurrency }),
  };
}

function begin(
  host: HandlerHost,
  definition: string,
  task: TaskPlan,
  context: TaskContext,
): TaskHandlerResult | Promise<TaskHandlerResult> {
  const record = host.enter(definition, context);
  const { call, trouble } = host.troubleOfCall();
  if (host.isDead) return never();
  const end = (result: 'resolved' | 'rejected', reason: string | null = null): void => {
    record.result = result;
    record.reason = reason;
    host.leave(definition, record);
  };
  if (trouble === null && task.latencyMs === 0) {
    end('resolved');
    return undefined;
  }
  if (trouble?.does === 'throw') {
    const { thrown, reason } = thrownOf(trouble.with, call);
    end('rejected', reason);
    throw thrown;
  }
  if (trouble?.does === 'deceive') return deceiver(() => end('resolved')) as Promise<TaskHandlerResult>;
  return work(host, task, trouble, call, context).then(
    () => end('resolved'),
    (failure: Failure) => {
      end('rejected', failure.reason);
      throw failure.thrown;
    },
  );
}

/** What `work` rejects with. */
interface Failure {
  readonly thrown: unknown;
  readonly reason: string | null;
}

async function work(
  host: HandlerHost,
  task: TaskPlan,
  trouble: Trouble | null,
  call: number,
  { signal }: TaskContext,
): Promise<void> {
  switch (trouble?.does) {
    case 'reject':
      await host.sleep(trouble.ms);
      throw thrownOf(trouble.with, call);
    case 'last':
      return host.sleep(trouble.ms);
    case 'hang':
      await Promise.race([host.hang(), aborted(signal)]);
      if (signal.aborted) throw { thrown: signal.reason as unknown, reason: null } satisfies Failure;
      return;
    case 'ignore':
      return host.hang();
    case 'linger':
      await Promise.race([host.hang(), aborted(signal)]);
      return host.sleep(trouble.ms);
    default:
      return host.sleep(task.latencyMs);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** A thenable that settles twice, and throws afterwards. */
function deceiver(done: () => void): PromiseLike<TaskHandlerResult> {
  const thenable = {
    // biome-ignore lint/suspicious/noThenProperty: handlers are hostile
    then(resolve: (value: TaskHandlerResult) => void) {
      done();
      resolve(undefined);
      resolve({ processingInfo: 'twice' });
      throw new Error('and an error');
    },
  };
  return thenable as unknown as PromiseLike<TaskHandlerResult>;
}
