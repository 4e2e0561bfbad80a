import { expect, it } from 'vitest';
import { createLedger } from '../../../../src/index.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { watchedStore } from '../../../helpers/watched-store.ts';
import { expectSound } from '../../../helpers/world.ts';

it('failures of an external run are grouped as they are reported, task by task or all at once', async () => {
  const store = memoryStore();
  const ledger = await createLedger({ store });
  const tasks = ['a', 'b'].map((taskDefinitionId) => ({ taskDefinitionId, continueOnError: true }));
  const { workflow } = await ledger.workflows.ensure({
    category: 'joiner',
    displayName: 'First day',
    executionConditions: 'onDemand',
    tasks,
  });
  const run = await ledger.runs.create(workflow.id, {
    scheduledDateTime: '2026-01-01T00:00:00Z',
    workflowExecutionType: 'onDemand',
    totalUsersCount: 3,
    totalTasksCount: 6,
    totalUnprocessedTasksCount: 6,
  });
  const failed = (failureReason: string) =>
    ({ processingStatus: 'failed', failureReason, code: 'X' }) as const;
  const { create, recordTask } = ledger.userProcessingResults;
  await create(run.id, {
    subject: { id: 'u1' },
    processingStatus: 'completedWithErrors',
    totalTasksCount: 2,
    failedTasksCount: 2,
    totalUnprocessedTasksCount: 0,
    taskProcessingResults: [failed('no mail for u1'), failed('no')],
  });
  const counts = { totalTasksCount: 2, failedTasksCount: 0, totalUnprocessedTasksCount: 2 };
  const { id } = await create(run.id, { subject: { id: 'u2' }, processingStatus: 'queued', ...counts });
  await recordTask(run.id, id, failed('no mail for u2'));
  const groups = await ledger.runs.failures(run.id);
  expect(groups.map(({ reason, usersCount, code }) => [reason, usersCount, code])).toEqual([
    ['no mail for …', 2, 'X'],
    ['no', 1, 'X'],
  ]);
  expect(groups[0]?.subjects).toEqual([{ id: 'u1' }, { id: 'u2' }]);
  await expectSound(watchedStore(store));
});
