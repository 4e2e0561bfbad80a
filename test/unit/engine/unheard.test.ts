import { expect, it } from 'vitest';
import { logUnheard } from '../../../src/engine/unheard.ts';
import type { Logger } from '../../../src/ports/logger.ts';

function logged(act: (logger: Logger) => void): unknown[][] {
  const lines: unknown[][] = [];
  const line =
    (level: string): Logger['warn'] =>
    (message, data) =>
      void lines.push([level, message, data]);
  act({ debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') });
  return lines;
}

it('logs an unsettled handler as a warning that names its run, user and task', () => {
  const payload = {
    workflowId: 'w',
    runId: 'r',
    subjectId: 'u1',
    taskId: 't',
    taskDefinitionId: 'mail',
    position: 1,
    attempt: 1,
    startedDateTime: '2026-03-02T10:00:00Z',
    cause: 'timeout',
    isLaneReplaced: true,
    handlersUnsettled: 1,
  } as const;
  expect(logged((logger) => logUnheard(logger, 'handler.unsettled', payload))).toEqual([
    ['warn', expect.stringContaining('did not settle after it was aborted'), payload],
  ]);
});

it('logs a stalled engine as an error that says what to do', () => {
  const payload = { handlersUnsettled: 4, handlersUnsettledMax: 4 };
  expect(logged((logger) => logUnheard(logger, 'engine.stalled', payload))).toEqual([
    ['error', expect.stringContaining('restart'), payload],
  ]);
});

it('logs nothing of events that may be missed', () => {
  const payload = { workflowId: 'w', runId: 'r' };
  expect(logged((logger) => logUnheard(logger, 'run.purged', payload))).toEqual([]);
});
