import { describe, expect, it } from 'vitest';
import { createLedger } from '../../src/embed.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';
import { workflowInput } from '../helpers/world.ts';

const RUN = {
  scheduledDateTime: '2026-01-31T17:00:00Z',
  workflowExecutionType: 'onDemand',
  totalUsersCount: 1,
  totalTasksCount: 1,
} as const;

describe('a ledger without an engine', () => {
  it('reads the moments of its records from the clock that it is given', async () => {
    const clock = new VirtualClock();
    await using ledger = await createLedger({ clock });
    const workflow = await ledger.workflows.create(workflowInput(['a']));
    expect(Date.parse(workflow.createdDateTime)).toBe(clock.now());
    await clock.advance(5_000);
    const run = await ledger.runs.create(workflow.id, RUN);
    expect(Date.parse(run.lastUpdatedDateTime)).toBe(clock.now());
  });

  it('calls a listener of once() for the first event only', async () => {
    await using ledger = await createLedger();
    const workflow = await ledger.workflows.create(workflowInput(['a']));
    const heard: string[] = [];
    ledger.once('run.created', ({ runId }) => void heard.push(runId));
    const first = await ledger.runs.create(workflow.id, RUN);
    await ledger.runs.create(workflow.id, RUN);
    expect(heard).toEqual([first.id]);
  });

  it('closes its store at the end of the block that uses it', async () => {
    const store = memoryStore();
    {
      await using ledger = await createLedger({ store });
      expect(await ledger.workflows.list()).toEqual([]);
    }
    await expect(store.listWorkflows()).rejects.toMatchObject({ code: 'StoreClosed' });
  });
});
