import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseFilter } from '../../../../src/filter/parsing/parse-filter.ts';
import type { Source } from '../../../../src/graph/lists/list.ts';
import { usersOfWorkflowLately } from '../../../../src/graph/lists/recent.ts';
import type { Call } from '../../../../src/graph/routes/route.ts';
import { createEngine, type Engine } from '../../../../src/index.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { DAY_MS } from '../../../../src/model/time.ts';

const START = Date.parse('2026-03-10T12:00:00Z');
let engine: Engine;
let workflowId: string;

/** Four runs of one user each: 9, 6, 3 and 0 days old, by their schedule. */
beforeAll(async () => {
  engine = await createEngine();
  ({ id: workflowId } = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Onboard',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: [{ taskDefinitionId: 'badge' }],
  }));
  for (const days of [9, 6, 3, 0]) {
    const { id } = await engine.runs.create(workflowId, {
      workflowExecutionType: 'onDemand',
      scheduledDateTime: new Date(START - days * DAY_MS).toISOString(),
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 1,
    });
    await engine.userProcessingResults.create(id, {
      subject: { id: `${days} days` },
      processingStatus: 'queued',
      totalTasksCount: 1,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 1,
    });
  }
});
afterAll(() => engine.close());

function lately(nowMs: number, filter: string | null = null): Source {
  return usersOfWorkflowLately({
    engine,
    keys: { workflow: workflowId },
    query: { filter: filter && { text: filter, tree: parseFilter(filter) } },
    nowMs,
  } as never as Call);
}

const turn = async (): Promise<void> => {};
const page = (source: Source, after: unknown = null) =>
  source.page({ filter: null, order: null, limit: 1, after, turn });
const subjects = (rows: readonly object[]) =>
  rows.map((row) => (row as { subject: { id: string } }).subject.id);

it('are those of 7 days, unless the filter says since when', async () => {
  const { rows } = await lately(START).page({ filter: null, order: null, limit: 9, after: null, turn });
  expect(subjects(rows)).toEqual(['0 days', '3 days', '6 days']);
  expect(await lately(START).count?.(null, turn)).toBe(3);
  const all = 'startedDateTime eq null';
  const { rows: every } = await lately(START, all).page({
    filter: parseFilter(all),
    order: null,
    limit: 9,
    after: null,
    turn,
  });
  expect(every).toHaveLength(4);
});

it('go on from page to page to where the first one went back to, however long that takes', async () => {
  const first = await page(lately(START));
  const second = await page(lately(START + 1), first.next);
  const third = await page(lately(START + 5 * DAY_MS), second.next);
  expect(subjects([...first.rows, ...second.rows, ...third.rows])).toEqual(['0 days', '3 days', '6 days']);
  const { rows } = await page(lately(START + 5 * DAY_MS), third.next);
  expect(rows).toEqual([]);
});

it.each([
  ['x'],
  [['2026-03-10T12:00:00.000Z', 'x']],
  [[8_640_000_000_000_001, 'x']],
  [[START, null]],
  [[1, 2, 3]],
])('take no other cursor: %j', async (cursor) => {
  await expect(page(lately(START), cursor)).rejects.toThrow('skiptoken');
});

it.each([
  ['as long as filters may be', `subject/id ne '${'x'.repeat(LIMITS.filterLengthMax - 16)}'`],
  ['as deep as filters may be', `${'not ('.repeat(32)}workflowVersion ge 1${')'.repeat(32)}`],
])('a filter %s has no room for the window, so the store is not asked for it', (_, filter) => {
  const accepts = lately(START, filter).acceptsFilter;
  expect(accepts?.(parseFilter("subject/id ne 'x'"))).toBe(true);
  expect(accepts?.(parseFilter(filter))).toBe(false);
});
