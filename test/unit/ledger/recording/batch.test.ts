import { expect, it } from 'vitest';
import { decideBatch, type SliceQueue, type TrackedUser } from '../../../../src/ledger/recording/batch.ts';
import type { SliceRecord } from '../../../../src/model/slices.ts';
import type { UserEvent } from '../../../../src/rules/status/user.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const STARTED: UserEvent = { kind: 'start', atMs: 1_100 };
const SKIPPED: UserEvent = { kind: 'cancel', atMs: 1_100, runningSinceMs: null };

function ended(failureReason?: string): UserEvent {
  const status = failureReason === undefined ? 'completed' : 'failed';
  const reason = failureReason === undefined ? {} : { failureReason };
  return {
    kind: 'taskEnded',
    outcome: { status, startedAtMs: 1_100, completedAtMs: 1_200, ...reason },
    continueOnError: false,
  };
}

/** The queue of a run of two users of one task, and its users. */
function queueOf({ canceling = false } = {}) {
  const { run, users } = new ProductionRun({ users: 2, continueOnError: [false] });
  const known = { run: { ...run, workflowExecutionType: 'scheduled' as const }, groups: new Set<string>() };
  const queue = {
    client: { taskAt: () => ({ id: 'task', taskDefinitionId: 'definition' }) },
    slice: { runId: run.id, canceling } as SliceRecord,
    known,
  } as unknown as SliceQueue<TrackedUser>;
  const [ada, ben] = users.map((user): TrackedUser => ({ user, staged: null, subject: null }));
  return { queue, ada: ada as TrackedUser, ben: ben as TrackedUser };
}

it('events of a user are decided in their order, and its user is written once', () => {
  const { queue, ada, ben } = queueOf();
  const { results, commit } = decideBatch(queue, [ada, ben, ada], [STARTED, STARTED, ended()]);
  expect(results).toEqual([0, 0, 1]);
  expect(commit?.users.map((user) => [user.ordinal, user.processingStatus])).toEqual([
    [1, 'completed'],
    [2, 'inProgress'],
  ]);
  expect([ada.user.processingStatus, ada.staged?.processingStatus]).toEqual(['queued', 'completed']);
});

it('a batch of which every event is refused has no commit', () => {
  const { queue, ada, ben } = queueOf({ canceling: true });
  const { results, commit } = decideBatch(queue, [ada, ben], [STARTED, ended()]);
  expect([results, commit]).toEqual([['IllegalTransition', 'IllegalTransition'], null]);
});

it('a failed task is written with its group, which does not name the person', () => {
  const { queue, ada } = queueOf();
  const person = { ...ada, subject: { id: ada.user.subjectId, displayName: 'Ada Lovelace' } };
  const events = [STARTED, ended('Ada Lovelace has no mailbox')];
  const failures = decideBatch(queue, [person, person], events).commit?.failures ?? [];
  expect(failures).toHaveLength(1);
  expect(JSON.stringify(failures)).not.toContain('Lovelace');
  expect(person.staged?.outcomes?.at(-1)?.group).toBeDefined();
});

it('the admission of a queued person who is skipped is withdrawn, but not when the run is canceled', () => {
  const skipped = queueOf();
  const { ada } = skipped;
  expect(decideBatch(skipped.queue, [ada], [SKIPPED]).commit?.withdrawn).toEqual([ada.user.subjectId]);
  const canceled = queueOf({ canceling: true });
  expect(decideBatch(canceled.queue, [canceled.ada], [SKIPPED]).commit?.withdrawn).toEqual([]);
});
