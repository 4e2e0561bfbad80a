/** The last result of a person in the runs of a workflow, and its step in an explanation. */
import { describe, expect, it } from 'vitest';
import { type LastResult, lastResult, runStep } from '../../../../src/engine/explain/last-result.ts';
import { previewNote } from '../../../../src/ledger/planning/previews.ts';
import { userResultId } from '../../../../src/model/ids.ts';
import type { RunRecord, UserRecord } from '../../../../src/model/records.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import {
  canceled,
  completed,
  ended,
  failed,
  runId,
  runRecord,
  T0,
  task,
  userRecord,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

const RECORD = workflowRecord(0, {
  tasks: [task(0, 1), task(0, 2, { isEnabled: false }), task(0, 3)],
});

/** The last result of `ada` in a store with these runs, in each of which it is user 1. */
async function found(runs: readonly (readonly [number, Partial<RunRecord>])[]) {
  const store = memoryStore();
  await store.transaction(async (tx) => {
    await tx.putWorkflow(RECORD);
    for (const [n, changes] of runs) {
      await tx.insertRun(runRecord(n, changes));
      await tx.insertUsers([userRecord(n, 1, { subjectId: 'ada' })]);
      if (changes.workflowExecutionType === 'preview')
        await tx.putNotes([previewNote(workflowId(0), runId(n))]);
    }
  });
  return lastResult({ store, clock: new VirtualClock(T0) }, RECORD, 'ada');
}

describe('the last result of a person', () => {
  it('is that of the run that was created last, with the enabled tasks of its version', async () => {
    const last = await found([
      [1, {}],
      [3, {}],
      [2, {}],
    ]);
    expect(last).toMatchObject({ run: { id: runId(2) }, user: { subjectId: 'ada', runId: runId(2) } });
    expect(last?.tasks.map(({ executionSequence }) => executionSequence)).toEqual([1, 3]);
  });

  it('is none of a person without a run, and none in the runs of another workflow', async () => {
    expect(await found([])).toBeNull();
    expect(await found([[1, { workflowId: workflowId(1) }]])).toBeNull();
  });

  it('is not that of a preview', async () => {
    const last = await found([
      [1, {}],
      [2, { workflowExecutionType: 'preview' }],
    ]);
    expect(last?.run.id).toBe(runId(1));
  });

  it('is found behind hundreds of results in the runs of another workflow', async () => {
    const others = Array.from({ length: 250 }, (_, n) => [n + 2, { workflowId: workflowId(1) }] as const);
    expect((await found([[1, {}], ...others]))?.run.id).toBe(runId(1));
  });
});

const started = userRecord(1, 1, { subjectId: 'ada', startedAtMs: T0, totalTasksCount: 2 });
const last = (user: UserRecord): LastResult => ({
  run: runRecord(1, { processingStatus: 'inProgress' }),
  user,
  tasks: [task(0, 1), task(0, 3)],
});
const HEAD = `in run ${runId(1)} (onDemand, 2026-01-01T00:00:01.000Z)`;

describe('the step of the last result', () => {
  it('is not evaluated without one', () => {
    expect(runStep(null)).toEqual({
      condition: 'run',
      result: 'notEvaluated',
      reason: 'no run of the workflow has a result of the person',
      values: [],
      clauses: [],
      omittedClausesCount: 0,
    });
  });

  it('is met by a completed one, and names run and result', () => {
    const made = runStep(last(ended(started, 'completed', T0, [completed(T0), completed(T0)])));
    expect(made).toMatchObject({ result: 'met', reason: `the last result is \`completed\`, ${HEAD}` });
    expect(made.values).toContainEqual({ name: 'resultId', value: userResultId(runId(1), 1) });
    expect(made.values).toContainEqual({ name: 'runStatus', value: 'inProgress' });
  });

  it.each(['queued', 'inProgress'] as const)('is not evaluated while it is %s', (processingStatus) => {
    expect(runStep(last({ ...started, processingStatus })).result).toBe('notEvaluated');
  });

  it('says since when the runs of the workflow are paused, unless it has ended', () => {
    const paused = '2026-03-01T00:00:00.000Z';
    const made = runStep(last(started), paused);
    expect(made.reason).toBe(
      `the last result is \`queued\`, ${HEAD}: the runs of the workflow are paused since ${paused}`,
    );
    expect(made.values).toContainEqual({ name: 'runsPausedDateTime', value: paused });
    const done = ended(started, 'completed', T0, [completed(T0), completed(T0)]);
    expect(runStep(last(done), paused).reason).not.toContain('paused');
  });

  it('of a failure names the first failed task and its reason', () => {
    const user = ended(started, 'failed', T0, [completed(T0), failed(T0, 'no mailbox')]);
    const made = runStep(last(user));
    expect(made).toMatchObject({
      result: 'notMet',
      reason: `the last result is \`failed\`, ${HEAD}: task \`Task 3\` failed: no mailbox`,
    });
    expect(made.values).toContainEqual({ name: 'failureReason', value: 'no mailbox' });
  });

  it('of a failure in a reprocessing names the task at its position', () => {
    const user = ended({ ...started, positions: [2], totalTasksCount: 1 }, 'failed', T0, [failed(T0, 'x')]);
    expect(runStep(last(user)).reason).toContain('task `Task 3` failed: x');
  });

  it('of a failure without a reason, in a version that is gone, names the number of the task', () => {
    const user = ended(started, 'failed', T0, [completed(T0), failed(T0)]);
    const made = runStep({ ...last(user), tasks: [] });
    expect(made.reason).toContain('task `number 2` failed: without a reason');
  });

  it('cuts a long reason in its sentence, not in its values', () => {
    const failureReason = 'x'.repeat(900);
    const made = runStep(last(ended(started, 'failed', T0, [failed(T0, failureReason)])));
    expect(made.reason.endsWith(`: ${'x'.repeat(200)}`)).toBe(true);
    expect(made.values).toContainEqual({ name: 'failureReason', value: failureReason });
  });

  it('tells a cancel before the start from one after it', () => {
    const before = runStep(last(ended({ ...started, startedAtMs: null }, 'canceled', T0, [])));
    expect(before.reason).toContain('canceled before it started');
    const after = runStep(last(ended(started, 'canceled', T0, [canceled(T0)])));
    expect(after).toMatchObject({ result: 'notMet', reason: `the last result is \`canceled\`, ${HEAD}` });
  });
});
