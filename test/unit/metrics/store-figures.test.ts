import { describe, expect, it } from 'vitest';
import { storeFigures } from '../../../src/metrics/store-figures.ts';
import type { RunRecord, WorkflowRecord } from '../../../src/model/records.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-03-02T10:00:00Z');

function workflow(id: string, fields: object = {}, lastSlotAtMs: number | null = null): WorkflowRecord {
  const quarantineDetails = { quarantineType: 'notQuarantined' };
  const head = { id, displayName: 'Join', deletedDateTime: null, isEnabled: true, isSchedulingEnabled: true };
  return { workflow: { ...head, quarantineDetails, ...fields }, lastSlotAtMs } as WorkflowRecord;
}

function run(workflowId: string, fields: Partial<RunRecord> = {}): RunRecord {
  const head = { workflowId, workflowDisplayName: 'Join', published: true, driver: 'engine' };
  return { ...head, processingStatus: 'queued', scheduledAtMs: NOW_MS - 60_000, ...fields } as RunRecord;
}

function figure(
  name: string,
  workflows: readonly WorkflowRecord[],
  runs: readonly RunRecord[] = [],
  moreRuns = {},
) {
  const metrics = storeFigures({ workflows, runs, moreRuns, nowMs: NOW_MS, scheduleIntervalMs: 3 * HOUR_MS });
  const metric = metrics.find((one) => one.name === name);
  return metric?.series.map((series) => ('value' in series ? series.value : Number.NaN));
}

describe('figures of the store', () => {
  it('give the slot after the last one that was evaluated, also when that lies in the past', () => {
    const at = (iso: string) => Date.parse(iso) / 1_000;
    const last = (iso: string) => workflow('w', {}, Date.parse(iso));
    expect(figure('tenure.schedule.next', [last('2026-03-02T09:00Z')])).toEqual([at('2026-03-02T12:00Z')]);
    expect(figure('tenure.schedule.next', [last('2026-03-02T03:00Z')])).toEqual([at('2026-03-02T06:00Z')]);
    expect(figure('tenure.schedule.next', [workflow('w')])).toEqual([at('2026-03-02T12:00Z')]);
  });

  it('count the runs that were not read for the workflow `other`', () => {
    expect(figure('tenure.run.active', [], [run('w')], { queued: 7, canceling: 2 })).toEqual([1, 7, 2]);
  });

  it('give the earliest of the slots of workflows of one name', () => {
    const slots = ['2026-03-02T09:00Z', '2026-03-02T03:00Z', '2026-03-02T06:00Z'];
    const workflows = slots.map((iso, index) => workflow(`w${index}`, {}, Date.parse(iso)));
    expect(figure('tenure.schedule.next', workflows)).toEqual([Date.parse('2026-03-02T06:00Z') / 1_000]);
  });

  it('give no slot of a workflow that is not scheduled', () => {
    expect(figure('tenure.schedule.next', [workflow('w', { isSchedulingEnabled: false })])).toEqual([]);
    expect(figure('tenure.schedule.next', [workflow('w', { isEnabled: false })])).toEqual([]);
  });

  it('give the age of the oldest queued run, of those that are not paused', () => {
    const paused = { runsPausedDateTime: '2026-03-02T08:00:00Z' };
    const runs = [run('a'), run('a', { processingStatus: 'inProgress', scheduledAtMs: 0 })];
    const held = run('b', { scheduledAtMs: NOW_MS - HOUR_MS });
    expect(figure('tenure.run.waiting.oldest', [workflow('a'), workflow('b')], [...runs, held])).toEqual([
      3_600,
    ]);
    const workflows = [workflow('a'), workflow('b', paused)];
    expect(figure('tenure.run.waiting.oldest', workflows, [...runs, held])).toEqual([60]);
    expect(figure('tenure.run.waiting.oldest', workflows, [held])).toEqual([0]);
    expect(figure('tenure.workflow.paused', workflows)).toEqual([1]);
  });
});
