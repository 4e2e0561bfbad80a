/** The context of a call: what a handler reads of its task, its subject and its run, and its signal. */
import { describe, expect, it } from 'vitest';
import { ActiveUser } from '../../../../src/engine/handlers/active-user.ts';
import { HandlerContext, runInfo } from '../../../../src/engine/handlers/handler-context.ts';
import type { BoundTask } from '../../../../src/engine/handlers/handlers.ts';
import { taskResultId } from '../../../../src/model/ids.ts';
import type { Attempts } from '../../../../src/model/records.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import type { Logger } from '../../../../src/ports/logger.ts';
import {
  completed,
  runId,
  runRecord,
  T0,
  userRecord,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';

const { workflow } = workflowRecord(0, { displayName: 'First day', category: 'mover', version: 3 });
const [task] = workflow.tasks;
const ARGUMENTS = Object.freeze({ text: 'hello' });
const BOUND = { task, position: 2, arguments: ARGUMENTS } as unknown as BoundTask;

interface Line {
  readonly level: string;
  readonly message: string;
  readonly data: unknown;
}

function contextOf(
  options: { subject?: Subject | null; attempts?: Attempts | null; bound?: BoundTask } = {},
) {
  const { subject = { id: 'subject-4' }, attempts = null, bound = BOUND } = options;
  const lines: Line[] = [];
  const log = (level: string) => (message: string, data?: unknown) =>
    void lines.push({ level, message, data });
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') } as Logger;
  const active = new ActiveUser(userRecord(1, 4, { attempts }), subject, T0);
  const info = runInfo(runRecord(1, { workflowExecutionType: 'scheduled' }), workflow, logger);
  return { active, info, lines, context: new HandlerContext(active, bound, info) };
}

describe('the run and the workflow that a handler reads', () => {
  it('are those of the run, with its schedule as a date', () => {
    const { context } = contextOf();
    expect(context.run).toEqual({
      id: runId(1),
      workflowExecutionType: 'scheduled',
      scheduledDateTime: new Date(T0 + 1_000).toISOString(),
    });
    expect(context.workflow).toEqual({
      id: workflow.id,
      displayName: 'First day',
      category: 'mover',
      version: 3,
    });
  });

  it('are the same frozen objects for every call of the run, so that no handler changes them for another', () => {
    const { context, info, active } = contextOf();
    const other = new HandlerContext(active, BOUND, info);
    expect([other.run, other.workflow]).toEqual([context.run, context.workflow]);
    expect([other.run === context.run, other.workflow === context.workflow]).toEqual([true, true]);
    expect(Object.isFrozen(context.run) && Object.isFrozen(context.workflow)).toBe(true);
  });
});

describe('the task that a handler reads', () => {
  it('has id, definition, name and place, and nothing of its settings', () => {
    expect(contextOf().context.task).toEqual({
      id: task?.id,
      taskDefinitionId: task?.taskDefinitionId,
      displayName: 'Task 1',
      executionSequence: 1,
    });
  });

  it('has the arguments that the workflow binds', () => {
    expect(contextOf().context.arguments).toBe(ARGUMENTS);
  });
});

describe('the subject that a handler reads', () => {
  it('is a frozen copy, made once for all tasks of the user', () => {
    const subject = { id: 'subject-4', manager: { id: 'm' }, groups: ['a'] };
    const { context, info, active } = contextOf({ subject });
    const copy = context.subject;
    expect(copy).toEqual(subject);
    expect(copy).not.toBe(subject);
    expect([Object.isFrozen(copy), Object.isFrozen(copy.manager), Object.isFrozen(copy.groups)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(new HandlerContext(active, BOUND, info).subject).toBe(copy);
    subject.manager.id = 'changed';
    expect(copy.manager).toEqual({ id: 'm' });
  });

  it('has its id alone when the directory does not have it', () => {
    expect(contextOf({ subject: null }).context.subject).toEqual({ id: 'subject-4' });
  });
});

describe('the idempotency key', () => {
  it('is the id of the task result: of run, user and position, whatever the attempt', () => {
    const key = taskResultId(runId(1), 4, 2);
    expect(contextOf().context.idempotencyKey).toBe(key);
    const attempts = { failures: 3, interruptions: 2, notBeforeMs: 0 };
    expect(contextOf({ attempts }).context.idempotencyKey).toBe(key);
  });

  it('differs for another task of the user', () => {
    const other = { ...BOUND, position: 3 } as BoundTask;
    expect(contextOf({ bound: other }).context.idempotencyKey).not.toBe(contextOf().context.idempotencyKey);
  });
});

describe('the number of an attempt', () => {
  it.each([
    [null, 1, 0],
    [{ failures: 0, interruptions: 2, notBeforeMs: 0 }, 1, 2],
    [{ failures: 4, interruptions: 0, notBeforeMs: 9 }, 5, 0],
  ])('of attempts %j is %i, after %i interruptions', (attempts, attempt, interruptions) => {
    expect(contextOf({ attempts }).context).toMatchObject({ attempt, interruptions });
  });

  it('stays what it was when the call began, although the user goes on', () => {
    const { context, active } = contextOf();
    active.user = { ...active.user, attempts: { failures: 1, interruptions: 1, notBeforeMs: 0 } };
    active.user = { ...active.user, outcomes: [completed(T0)] };
    expect([context.attempt, context.interruptions]).toEqual([1, 0]);
  });
});

describe('the signal of a call', () => {
  it('is one signal, not aborted at first', () => {
    const { context } = contextOf();
    const { signal } = context;
    expect(signal.aborted).toBe(false);
    expect(context.signal).toBe(signal);
  });

  it('that a handler holds is aborted with the reason', () => {
    const { context } = contextOf();
    const { signal } = context;
    const reasons: unknown[] = [];
    signal.addEventListener('abort', () => reasons.push(signal.reason));
    const reason = new Error('timeout');
    context.abort(reason);
    expect(reasons).toEqual([reason]);
  });

  it('that a handler reads only after the abort is aborted with the same reason', () => {
    const { context } = contextOf();
    const reason = new Error('timeout');
    context.abort(reason);
    expect([context.signal.aborted, context.signal.reason]).toEqual([true, reason]);
  });

  it('keeps the reason of the first abort', () => {
    for (const isRead of [true, false]) {
      const { context } = contextOf();
      if (isRead) expect(context.signal.aborted).toBe(false);
      context.abort('first');
      context.abort('second');
      expect(context.signal.reason).toBe('first');
    }
  });

  it('may be aborted without a reason of its own', () => {
    const { context } = contextOf();
    context.abort(undefined);
    expect(context.signal.aborted).toBe(true);
    expect(context.signal.reason).toMatchObject({ name: 'AbortError' });
  });
});

describe('the log of a call', () => {
  it.each(['debug', 'info', 'warn', 'error'] as const)('writes %s with run, subject and task', (level) => {
    const { context, lines } = contextOf();
    context.log[level]('hello', { more: 1 });
    context.log[level]('bare');
    const own = { runId: runId(1), subjectId: 'subject-4', taskId: task?.id };
    expect(lines).toEqual([
      { level, message: 'hello', data: { ...own, more: 1 } },
      { level, message: 'bare', data: own },
    ]);
  });
});
