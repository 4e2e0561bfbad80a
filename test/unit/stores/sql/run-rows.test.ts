import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../../../src/model/records.ts';
import {
  FREQUENT_FIELDS,
  isTouch,
  RUN_COLUMNS,
  runCells,
  runFromRow,
} from '../../../../src/stores/sql/run-rows.ts';
import { AT, makeRun } from '../sqlite/records.ts';

const full = makeRun({
  createdBy: 'ada',
  slotAtMs: AT,
  startedAtMs: AT,
  completedAtMs: AT + 5,
  lastUserEndAtMs: AT + 4,
  inHand: true,
  isNoOp: true,
  published: false,
  activatedOnScope: {
    '@odata.type': '#microsoft.graph.identityGovernance.activateGroupScope',
    group: { id: 'g' },
  },
  taskReports: [
    { successfulUsersCount: 1, failedUsersCount: 2, totalUsersCount: 3 },
    { successfulUsersCount: 0, failedUsersCount: 0, totalUsersCount: 3 },
  ],
});

it.each([
  ['with all properties', full],
  ['without optional properties', makeRun()],
  ['without tasks', makeRun({ taskReports: [] })],
])('a run %s is read from its row as it was written', (_, run) => {
  expect(runFromRow(runCells(run))).toEqual(run);
  expect(RUN_COLUMNS.split(', ')).toHaveLength(runCells(run).length);
});

describe('a change of a run', () => {
  const isTouched = (change: Partial<RunRecord>) => isTouch(runCells(full), runCells({ ...full, ...change }));

  it('of counters, moments or nothing is a touch, which leaves the indexes alone', () => {
    expect([isTouched({}), isTouched({ failedTasksCount: 1, revision: 9, lastUpdatedAtMs: AT + 9 })]).toEqual(
      [true, true],
    );
  });

  it.each<Partial<RunRecord>>([
    { processingStatus: 'completed' },
    { scheduledAtMs: AT + 1 },
    { startedAtMs: null },
    { completedAtMs: AT + 6 },
    { published: true },
    { activatedOnScope: null },
  ])('of %j is more than a touch', (change) => {
    expect(isTouched(change)).toBe(false);
  });

  it('of a property in an index is no frequent one', () => {
    for (const field of ['id', 'workflowId', 'processingStatus', 'scheduledAtMs'])
      expect(FREQUENT_FIELDS).not.toContain(field);
  });
});
