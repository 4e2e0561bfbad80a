/** Audit events: which commits emit them, about what, and in the name of which caller. */
import { describe, expect, it } from 'vitest';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { audit, auditRun, auditWorkflow } from '../../../../src/ledger/recording/audit.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import type { AuditEntry } from '../../../../src/model/resources/audit.ts';
import { PROCESSING_STATUSES } from '../../../../src/model/status.ts';
import { HOUR_MS } from '../../../../src/model/time.ts';
import { isTerminal } from '../../../../src/rules/status/transitions.ts';
import {
  runRecord,
  T0,
  workflowId,
  workflowRecord,
} from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { makeWorld, scheduledInput } from '../../../helpers/world.ts';

/** A ledger at T0 with a listener, or without one. */
function listening(isHeard = true) {
  const entries: AuditEntry[] = [];
  const asked: string[] = [];
  const context = {
    clock: { now: () => T0 },
    events: {
      has: (name: string) => {
        asked.push(name);
        return isHeard;
      },
      emit: (_name: string, entry: AuditEntry) => void entries.push(entry),
    },
  } as unknown as LedgerContext;
  return { context, entries, asked };
}

const ADA = { id: 'ada' };
const { workflow } = workflowRecord(0);

describe('audit', () => {
  it('emits an entry with the category, the moment, the caller and the target of the activity', () => {
    const { context, entries } = listening();
    const target = { id: 'x', displayName: 'X' };
    audit(context, 'Create custom task extension', ADA, target, { workflowId: 'w', runId: 'r' });
    expect(entries).toEqual([
      {
        category: 'Other',
        activity: 'Create custom task extension',
        activityDateTime: '2026-01-01T00:00:00.000Z',
        initiatedBy: ADA,
        target,
        workflowId: 'w',
        runId: 'r',
      },
    ]);
  });

  it('leaves workflow, run and target null where an activity has none', () => {
    const { context, entries } = listening();
    audit(context, 'Update tenant settings', null, null);
    expect(entries).toMatchObject([{ initiatedBy: null, target: null, workflowId: null, runId: null }]);
  });

  it('computes and emits nothing while there is no listener for audit.recorded', () => {
    const { context, entries, asked } = listening(false);
    audit(context, 'Update tenant settings', ADA, null);
    auditWorkflow(context, ADA, null, workflow);
    auditRun(context, queued, started);
    expect(entries).toEqual([]);
    expect(asked).toEqual(['audit.recorded', 'audit.recorded', 'audit.recorded']);
  });
});

describe('auditWorkflow', () => {
  it('emits every activity of one change with the id of the workflow and no run', () => {
    const { context, entries } = listening();
    auditWorkflow(context, ADA, workflow, { ...workflow, isEnabled: false, displayName: 'Other' });
    expect(
      entries.map(({ activity, workflowId: id, runId, initiatedBy }) => [activity, id, runId, initiatedBy]),
    ).toEqual([
      ['Disable workflow', workflow.id, null, ADA],
      ['Update workflow', workflow.id, null, ADA],
    ]);
    expect(entries[1]?.target).toEqual({ id: workflow.id, displayName: 'Other' });
  });

  it('names a purged workflow, of which there is no record after the change', () => {
    const { context, entries } = listening();
    auditWorkflow(context, null, workflow, null);
    expect(entries).toMatchObject([{ activity: 'Hard delete workflow', workflowId: workflow.id }]);
  });

  it('emits nothing for a change that changes nothing', () => {
    const { context, entries } = listening();
    auditWorkflow(context, ADA, workflow, { ...workflow });
    auditWorkflow(context, ADA, null, null);
    expect(entries).toEqual([]);
  });
});

const queued = runRecord(1, { workflowExecutionType: 'scheduled' });
const started: RunRecord = { ...queued, processingStatus: 'inProgress', startedAtMs: T0 };
const ended: RunRecord = { ...started, processingStatus: 'completed', completedAtMs: T0 };
const activitiesOf = (before: RunRecord | null, after: RunRecord) => {
  const { context, entries } = listening();
  auditRun(context, before, after);
  return entries.map(({ activity }) => activity);
};

describe('auditRun', () => {
  it('emits the start and the end of a scheduled run, both when one commit makes them', () => {
    const start = 'Schedule workflow execution started';
    const end = 'Schedule workflow execution completed';
    expect(activitiesOf(queued, started)).toEqual([start]);
    expect(activitiesOf(started, ended)).toEqual([end]);
    expect(activitiesOf(queued, ended)).toEqual([start, end]);
  });

  it('emits the end alone of a run on demand', () => {
    const onDemand = { workflowExecutionType: 'onDemand' } as const;
    expect(activitiesOf({ ...queued, ...onDemand }, { ...started, ...onDemand })).toEqual([]);
    expect(activitiesOf({ ...started, ...onDemand }, { ...ended, ...onDemand })).toEqual([
      'On-demand workflow execution completed',
    ]);
  });

  it('emits the end of a run that was activated with a scope as that of a run on demand', () => {
    const scoped = { workflowExecutionType: 'activatedWithScope' } as const;
    expect(activitiesOf({ ...started, ...scoped }, { ...ended, ...scoped })).toEqual([
      'On-demand workflow execution completed',
    ]);
  });

  it('emits nothing of a preview', () => {
    const preview = { workflowExecutionType: 'preview' } as const;
    expect(activitiesOf({ ...queued, ...preview }, { ...ended, ...preview })).toEqual([]);
  });

  it('emits nothing for a new run, not even one that is created in a final status', () => {
    expect(activitiesOf(null, queued)).toEqual([]);
    expect(activitiesOf(null, { ...ended, processingStatus: 'quarantined' })).toEqual([]);
  });

  it('emits nothing for progress of a run that is in progress, nor for a run that was final before', () => {
    expect(activitiesOf(started, { ...started, failedTasksCount: 1 })).toEqual([]);
    expect(activitiesOf(ended, ended)).toEqual([]);
  });

  it.each(PROCESSING_STATUSES)('emits an end for a run that becomes %s exactly when that is final', (to) => {
    const after = { ...started, processingStatus: to };
    expect(activitiesOf(started, after)).toHaveLength(isTerminal(to) ? 1 : 0);
  });

  it('names the run by its execution type, its workflow, and the caller who activated it', () => {
    const { context, entries } = listening();
    auditRun(context, { ...started, createdBy: 'ada' }, { ...ended, createdBy: 'ada' });
    auditRun(context, started, ended);
    expect(entries).toMatchObject([
      {
        target: { id: queued.id, displayName: 'scheduled' },
        workflowId: workflowId(0),
        runId: queued.id,
        initiatedBy: ADA,
      },
      { initiatedBy: null },
    ]);
  });
});

describe('the audit log of an engine', () => {
  it('has the changes of administrators and the executions', async () => {
    const world = makeWorld({
      subjects: [{ id: 'u1', department: 'Sales', employeeHireDate: new Date(HOUR_MS).toISOString() }],
    });
    const lines: AuditEntry[] = [];
    world.engine.on('audit.recorded', (entry) => lines.push(entry));
    const { workflows, runs, settings } = world.engine;
    await world.engine.start();
    const input = scheduledInput(['a'], { isSchedulingEnabled: false });
    const workflow = await workflows.create(input, { by: 'ada' });
    await workflows.update(workflow.id, { isSchedulingEnabled: true });
    await settings.update({ workflowScheduleIntervalInHours: 4 }, { by: 'bob' });
    const run = await runs.activate(workflow.id, { subjects: ['u1'] }, { by: 'cleo' });
    expect(run).toMatchObject({
      workflow: { id: workflow.id, displayName: workflow.displayName, version: 1 },
      createdBy: { id: 'cleo' },
    });
    await runs.waitFor(run.id);
    await workflows.delete(workflow.id, { by: 'dan' });
    await workflows.purge(workflow.id, { by: 'eve' });
    expect(lines.map(({ category, activity }) => `${category}: ${activity}`)).toEqual([
      'WorkflowManagement: Create workflow',
      'WorkflowManagement: Add execution conditions',
      'WorkflowManagement: Enable workflow schedule',
      'WorkflowManagement: Update tenant settings',
      'WorkflowManagement: On-demand workflow execution completed',
      'WorkflowManagement: Delete workflow',
      'WorkflowManagement: Hard delete workflow',
    ]);
    expect(lines.map(({ initiatedBy }) => initiatedBy?.id ?? null)).toEqual([
      'ada',
      'ada',
      null,
      'bob',
      'cleo',
      'dan',
      'eve',
    ]);
    expect(lines[0]).toMatchObject({
      target: { id: workflow.id, displayName: workflow.displayName },
      workflowId: workflow.id,
      runId: null,
    });
    expect(lines[3]).toMatchObject({ target: null, workflowId: null });
    expect(lines[4]).toMatchObject({ workflowId: workflow.id, runId: run.id });
    await world.engine.stop();
  });

  it('names the author of changes of extensions, and none for scheduled runs', async () => {
    const clock = new VirtualClock('2026-03-02T11:59:00Z');
    const world = makeWorld({
      clock,
      subjects: [{ id: 'u1', department: 'Sales', employeeHireDate: '2026-03-02' }],
    });
    const lines: AuditEntry[] = [];
    world.engine.on('audit.recorded', (entry) => lines.push(entry));
    const { customTaskExtensions, workflows } = world.engine;
    const extension = {
      displayName: 'Badge',
      endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
    };
    const { id } = await customTaskExtensions.create(extension, { by: 'ada' });
    await customTaskExtensions.update(id, { description: 'changed' }, { by: 'bob' });
    await customTaskExtensions.delete(id, { by: 'cleo' });
    await workflows.create(scheduledInput(['a']), { by: 'dan' });
    await clock.until(world.engine.start());
    await clock.advance(120_000);
    await clock.until(world.engine.stop());
    expect(lines.map(({ activity, initiatedBy }) => [activity, initiatedBy?.id ?? null])).toEqual([
      ['Create custom task extension', 'ada'],
      ['Update custom task extension', 'bob'],
      ['Delete custom task extension', 'cleo'],
      ['Create workflow', 'dan'],
      ['Add execution conditions', 'dan'],
      ['Schedule workflow execution started', null],
      ['Schedule workflow execution completed', null],
    ]);
  });
});
