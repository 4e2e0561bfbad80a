/** How a workflow is stored and changed: in one transaction, later than before, in the name of an author. */
import { describe, expect, it } from 'vitest';
import { readWorkflowInput } from '../../../../src/ledger/input/workflow.ts';
import {
  change,
  changeIn,
  freeze,
  insertWorkflow,
  nextVersion,
  resourceOf,
  type WorkflowsDeps,
} from '../../../../src/ledger/methods/workflow-changes.ts';
import { requireLive } from '../../../../src/ledger/methods/workflow-lookup.ts';
import type { WorkflowRecord } from '../../../../src/model/records.ts';
import { HOUR_MS, MINUTE_MS } from '../../../../src/model/time.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../../../../src/model/workflow/workflow-limits.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { seededIds } from '../../../../src/system/virtual/random.ts';
import { T0, workflowId, workflowRecord } from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { scheduledInput, workflowInput } from '../../../helpers/world.ts';

const ADA = { id: 'ada' };
/** 10 minutes after a slot of 3 hours. */
const NOW = T0 + 10 * MINUTE_MS;
const SLOT = T0;

async function world(limits: WorkflowLimits = DEFAULT_LIMITS) {
  const store = memoryStore();
  const clock = new VirtualClock(NOW);
  const changed: unknown[][] = [];
  const frozen: unknown[][] = [];
  const deps: WorkflowsDeps = {
    store,
    clock,
    ids: seededIds(1),
    limits,
    scheduleIntervalMs: () => 3 * HOUR_MS,
    freezeRuns: async (...args) => void frozen.push(args),
    kept: async () => {},
    changed: (...args) => void changed.push(args),
  };
  await store.transaction((tx) => tx.putWorkflow(workflowRecord(0)));
  const record = async () => (await store.getWorkflow(workflowId(0))) as WorkflowRecord;
  const rename = (displayName: string, by: { id: string } | null = ADA) =>
    change(deps, workflowId(0), by, requireLive, async ({ workflow }) => ({ ...workflow, displayName }));
  const schedule = (isSchedulingEnabled: boolean) =>
    change(deps, workflowId(0), null, requireLive, async ({ workflow }) => ({
      ...workflow,
      isSchedulingEnabled,
    }));
  return { store, clock, deps, changed, frozen, record, rename, schedule };
}

describe('a change of a workflow', () => {
  it('is stored with its moment and author, and announced once after the commit', async () => {
    const { rename, record, changed } = await world();
    const before = (await record()).workflow;
    const { after } = await rename('New');
    expect(after).toEqual({
      ...before,
      displayName: 'New',
      lastModifiedDateTime: new Date(NOW).toISOString(),
      lastModifiedBy: ADA,
    });
    expect((await record()).workflow).toEqual(after);
    expect(changed).toEqual([[workflowId(0), ADA, before, after]]);
  });

  it('is later than the last one by 1 ms at least, also when the clock was set back', async () => {
    const { rename, clock } = await world();
    const first = await rename('A');
    const second = await rename('B');
    clock.jump(-HOUR_MS);
    const third = await rename('C');
    const at = (one: { after: Workflow }) => Date.parse(one.after.lastModifiedDateTime);
    expect([at(second), at(third)]).toEqual([at(first) + 1, at(first) + 2]);
  });

  it('that gives back the workflow itself stores nothing and is not announced', async () => {
    const { deps, record, changed } = await world();
    const before = await record();
    const result = await change(deps, workflowId(0), ADA, requireLive, async ({ workflow }) => workflow);
    expect(result.after).toBe(result.before);
    expect(await record()).toEqual(before);
    expect(changed).toEqual([]);
  });

  it('that fails stores nothing and is not announced', async () => {
    const { deps, record, changed } = await world();
    const before = await record();
    const failing = change(deps, workflowId(0), ADA, requireLive, async () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(await record()).toEqual(before);
    expect(changed).toEqual([]);
  });

  it('of an unknown workflow is refused before anything is altered', async () => {
    const { deps } = await world();
    let altered = false;
    const missing = change(deps, workflowId(9), ADA, requireLive, async ({ workflow }) => {
      altered = true;
      return workflow;
    });
    await expect(missing).rejects.toMatchObject({ code: 'NotFound' });
    expect(altered).toBe(false);
  });

  it('in a transaction of the caller is not announced, and is undone with the transaction', async () => {
    const { store, deps, record, changed } = await world();
    const before = await record();
    const undone = store.transaction(async (tx) => {
      await changeIn(deps, tx, before, ADA, async ({ workflow }) => ({ ...workflow, displayName: 'X' }));
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await record()).toEqual(before);
    expect(changed).toEqual([]);
  });
});

describe('scheduling that is turned on', () => {
  it('begins with the slot after the present one, which counts as evaluated', async () => {
    const { schedule, record } = await world();
    await schedule(true);
    expect((await record()).lastSlotAtMs).toBe(SLOT);
  });

  it('takes the baseline of a change trigger anew, of this workflow only', async () => {
    const { store, schedule } = await world();
    const note = (key: string) => ({ collection: 'baselines', key, body: '{}' });
    await store.transaction((tx) => tx.putNotes([note(`${workflowId(0)}/`), note(`${workflowId(1)}/`)]));
    await schedule(true);
    const left = await store.listNotes({ collection: 'baselines', prefix: '', after: null, limit: 9 });
    expect(left.map(({ key }) => key)).toEqual([`${workflowId(1)}/`]);
  });

  it('while it is on, and turned off, leaves the last slot and the baseline as they are', async () => {
    const { store, clock, schedule, rename, record } = await world();
    await schedule(true);
    const note = { collection: 'baselines', key: `${workflowId(0)}/`, body: '{}' };
    await store.transaction((tx) => tx.putNotes([note]));
    await clock.advance(7 * HOUR_MS);
    await rename('New');
    await schedule(false);
    expect((await record()).lastSlotAtMs).toBe(SLOT);
    expect(await store.getNotes('baselines', [note.key])).toEqual([note]);
    await schedule(true);
    expect((await record()).lastSlotAtMs).toBe(SLOT + 6 * HOUR_MS);
  });
});

describe('a draft that is stored', () => {
  const draftOf = (input: unknown) => readWorkflowInput(input as never, DEFAULT_LIMITS);

  it('becomes version 1, with ids of its own, created and modified at once', async () => {
    const { store, deps } = await world();
    const made = await store.transaction((tx) =>
      insertWorkflow(deps, tx, draftOf(workflowInput(['a', 'b'])), ADA),
    );
    const now = new Date(NOW).toISOString();
    expect(made).toMatchObject({
      version: 1,
      createdDateTime: now,
      createdBy: ADA,
      lastModifiedDateTime: now,
      lastModifiedBy: ADA,
      deletedDateTime: null,
      quarantineDetails: { quarantineType: 'notQuarantined' },
    });
    expect(new Set([made.id, ...made.tasks.map(({ id }) => id)]).size).toBe(3);
    expect(Object.isFrozen(made.tasks) && made.tasks.every((task) => Object.isFrozen(task))).toBe(true);
    expect(await store.getWorkflow(made.id)).toEqual({ workflow: made, lastSlotAtMs: null });
  });

  it('with scheduling on has evaluated the present slot', async () => {
    const { store, deps } = await world();
    const made = await store.transaction((tx) =>
      insertWorkflow(deps, tx, draftOf(scheduledInput(['a'])), null),
    );
    expect((await store.getWorkflow(made.id))?.lastSlotAtMs).toBe(SLOT);
  });

  it('beyond the limit of workflows is refused', async () => {
    const { store, deps } = await world({ ...DEFAULT_LIMITS, workflowsMax: 1 });
    await expect(
      store.transaction((tx) => insertWorkflow(deps, tx, draftOf(workflowInput(['a'])), null)),
    ).rejects.toMatchObject({ code: 'LimitExceeded', details: { limit: 'workflowsMax', max: 1 } });
  });
});

describe('the next version of a workflow', () => {
  it('has new task ids, and the version before it was last modified when it began', async () => {
    const { store, deps, record } = await world();
    const first = await record();
    const draft = readWorkflowInput(workflowInput(['x'], { displayName: 'Second' }) as never, DEFAULT_LIMITS);
    const { after } = await change(deps, workflowId(0), ADA, requireLive, (one, tx, mark) =>
      nextVersion(deps, tx, one, draft, mark),
    );
    expect(after).toMatchObject({
      id: workflowId(0),
      version: 2,
      displayName: 'Second',
      lastModifiedBy: ADA,
    });
    expect(after.tasks.map(({ taskDefinitionId }) => taskDefinitionId)).toEqual(['x']);
    const old = await store.getWorkflowVersion(workflowId(0), 1);
    expect(old).toEqual({
      ...first.workflow,
      lastModifiedDateTime: after.lastModifiedDateTime,
      lastModifiedBy: ADA,
    });
    expect((await record()).workflow).toEqual(after);
  });
});

describe('the runs that a change cancels', () => {
  const { workflow } = workflowRecord(0);
  const on = { ...workflow, isEnabled: true, isSchedulingEnabled: true };
  const unscheduled = { ...on, isSchedulingEnabled: false };
  const off = { ...unscheduled, isEnabled: false };

  it.each<[string, Workflow, Workflow, object, unknown[][]]>([
    ['all, when it disables', on, off, {}, [[workflow.id, 'all']]],
    ['all, when it disables once more', off, off, { isEnabled: false }, [[workflow.id, 'all']]],
    ['none, when it renames what is disabled', off, off, { displayName: 'x' }, []],
    ['the scheduled ones, when it turns scheduling off', on, unscheduled, {}, [[workflow.id, 'scheduled']]],
    [
      'the scheduled ones, when it turns scheduling off once more',
      unscheduled,
      unscheduled,
      { isSchedulingEnabled: false },
      [[workflow.id, 'scheduled']],
    ],
    ['none, when it turns scheduling on', unscheduled, on, { isSchedulingEnabled: true }, []],
    ['none, when it enables', off, unscheduled, { isEnabled: true }, []],
    ['none, when it renames', on, on, { displayName: 'x' }, []],
  ])('are %s', async (_, before, after, asked, expected) => {
    const { deps, frozen } = await world();
    await freeze(deps, before, after, asked);
    expect(frozen).toEqual(expected);
  });
});

it('callers see the next slot of a scheduled workflow, and null of another one', async () => {
  const { deps, clock } = await world();
  const { workflow } = workflowRecord(0);
  const scheduled = { ...workflow, isSchedulingEnabled: true };
  expect(resourceOf(deps, workflow)).toEqual({ ...workflow, nextScheduleRunDateTime: null });
  expect(resourceOf(deps, scheduled).nextScheduleRunDateTime).toBe('2026-01-01T03:00:00.000Z');
  await clock.advance(SLOT + 3 * HOUR_MS - NOW);
  expect(resourceOf(deps, scheduled).nextScheduleRunDateTime).toBe('2026-01-01T06:00:00.000Z');
});
