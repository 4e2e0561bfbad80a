import { expect, it } from 'vitest';
import type { EngineEventName } from '../../../../src/events/event-map.ts';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { announce } from '../../../../src/ledger/recording/announce.ts';
import { AT, makeRun, makeUser, step } from '../../stores/sqlite/records.ts';

function world(heard: (name: EngineEventName) => boolean = () => true, store: object = {}) {
  const log: string[] = [];
  const context = {
    clock: { now: () => AT },
    store,
    events: {
      has: heard,
      emit: (name: EngineEventName, payload: { activity?: string }) =>
        void log.push(payload.activity ?? name),
    },
  } as unknown as LedgerContext;
  return { context, log };
}

const queued = makeRun();
const started = makeRun({ processingStatus: 'inProgress', startedAtMs: AT });
const ended = makeRun({ processingStatus: 'completed', startedAtMs: AT, completedAtMs: AT + 9 });
const doneUser = step(step(makeUser(1)));

it('one commit that starts and ends a run announces causes before effects', () => {
  const { context, log } = world();
  const emitTaskEvents = () => void log.push('tasks');
  announce(context, { before: queued, after: ended, users: [doneUser], emitTaskEvents });
  expect(log).toEqual([
    'run.started',
    'tasks',
    'user.finished',
    'Schedule workflow execution started',
    'Schedule workflow execution completed',
    'run.progress',
    'run.finished',
  ]);
});

it('a new run is announced as created, without progress', () => {
  const { context, log } = world();
  announce(context, { before: null, after: queued });
  expect(log).toEqual(['run.created']);
});

it('a run is announced as canceling once', () => {
  const { context, log } = world((name) => name !== 'audit.recorded');
  const canceling = makeRun({ ...started, processingStatus: 'canceling' });
  announce(context, { before: started, after: canceling });
  announce(context, { before: canceling, after: { ...canceling, failedTasksCount: 1 } });
  expect(log).toEqual(['run.canceling', 'run.progress', 'run.progress']);
});

it('a run that had ended before is not announced as finished once more', () => {
  const { context, log } = world();
  announce(context, { before: ended, after: ended });
  expect(log).toEqual([]);
});

it('beside other processes the end of a run is announced once, though a repeated commit finds it again', () => {
  const { context, log } = world((name) => name === 'run.finished', { slices: {} });
  const another = makeRun({ ...ended, id: '0000000b-0000-4000-8000-000000000000' });
  announce(context, { before: started, after: ended });
  announce(context, { before: started, after: ended });
  expect(log).toEqual(['run.finished']);
  announce(context, { before: started, after: another });
  expect(log).toEqual(['run.finished', 'run.finished']);
  const other = world((name) => name === 'run.finished', { slices: {} });
  announce(other.context, { before: started, after: ended });
  expect(other.log).toEqual(['run.finished']);
});

it('users are announced when they have ended only', () => {
  const { context, log } = world((name) => name === 'user.finished');
  announce(context, { before: queued, after: started, users: [step(makeUser(1)), doneUser] });
  expect(log).toEqual(['user.finished']);
});

it('the audit log has no start of an activation, and nothing of a preview', () => {
  const { context, log } = world((name) => name === 'audit.recorded');
  const pass = (workflowExecutionType: 'onDemand' | 'preview') =>
    announce(context, {
      before: { ...queued, workflowExecutionType },
      after: { ...ended, workflowExecutionType },
    });
  pass('preview');
  pass('onDemand');
  expect(log).toEqual(['On-demand workflow execution completed']);
});
