/** The handlers of a simulated process: they do their work, or what a plan makes of it. */

import type { TaskContext, TaskHandler, TaskHandlerResult } from '../../src/ports/task-handler.ts';
import { misbehave } from '../../src/testing/faults/misbehave.ts';
import type { TaskFault } from '../../src/testing/faults/plan.ts';
import { thrownOf } from '../../src/testing/faults/thrown.ts';
import type { HandlerCall } from './judge.ts';
import { never } from './never.ts';
import type { TaskPlan, WorkflowPlan } from './plan.ts';

/** What a handler needs of its process. */
export interface HandlerHost {
  readonly isDead: boolean;
  /** A handler begins. */
  enter(definition: string, context: TaskContext): HandlerCall;
  /** What the plan has for the call that has just begun; things that happen with it have happened. */
  troubleOfCall(): { readonly call: number; readonly trouble: TaskFault | null };
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
    retry: { attempts, delayMs, delayMsMax: 60_000 },
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
  const fail = (thrown: unknown): never => {
    end('rejected', trouble && 'with' in trouble ? thrownOf(trouble.with, call).reason : null);
    throw thrown;
  };
  if (trouble === null && task.latencyMs === 0) {
    end('resolved');
    return undefined;
  }
  if (trouble === null) return host.sleep(task.latencyMs).then(() => end('resolved'));
  const own = {
    signal: context.signal,
    sleep: (ms: number) => host.sleep(ms),
    released: () => host.hang(),
  };
  const isOver = trouble.does === 'deceive' ? () => end('resolved') : () => {};
  try {
    const result = misbehave(trouble, call, own, isOver);
    return result instanceof Promise ? result.then(() => end('resolved'), fail) : result;
  } catch (thrown) {
    return fail(thrown);
  }
}
