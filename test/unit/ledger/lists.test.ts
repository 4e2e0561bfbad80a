/** Lists, page tokens, summaries, task results and task reports. */
import { describe, expect, it } from 'vitest';
import type { ListOptions } from '../../../src/ledger/input/list-options.ts';
import type { Page, Run } from '../../../src/model/resources/resources.ts';
import type { Workflow } from '../../../src/model/workflow/workflow.ts';
import {
  allTasks,
  codeOf,
  expectRecount,
  idsOf,
  makeWorld,
  type World,
  workflowInput,
} from '../../helpers/world.ts';

const DAY = 86_400_000;

async function withRuns(count: number): Promise<World & { workflow: Workflow; runs: Run[] }> {
  const world = makeWorld();
  const workflow = await world.engine.workflows.create(workflowInput(['a', 'b']));
  const runs: Run[] = [];
  for (let no = 0; no < count; no++) runs.push(await addRun(world, workflow, no));
  return { ...world, workflow, runs };
}

function addRun({ engine, clock }: World, workflow: Workflow, no: number): Promise<Run> {
  return engine.runs.create(workflow.id, {
    scheduledDateTime: clock.iso((no % 3) * DAY),
    workflowExecutionType: no % 2 === 0 ? 'onDemand' : 'scheduled',
    totalUsersCount: 1 + (no % 4),
    totalUnprocessedTasksCount: 2 * (1 + (no % 4)),
  });
}

async function walk<Row>(
  list: (options: ListOptions) => Promise<Page<Row>>,
  first: ListOptions,
): Promise<Row[][]> {
  const pages: Row[][] = [];
  for (let options: ListOptions = first; ; ) {
    const page = await list(options);
    pages.push([...page.value]);
    if (page.nextToken === null) return pages;
    options = { after: page.nextToken, ...(first.top === undefined ? {} : { top: first.top }) };
  }
}

describe('lists of runs', () => {
  it('come newest schedule first, each run once, in pages of the asked size', async () => {
    const { engine, workflow, runs } = await withRuns(25);
    const pages = await walk((options) => engine.runs.list(workflow.id, options), { top: 4 });
    expect(pages.map((page) => page.length)).toEqual([4, 4, 4, 4, 4, 4, 1]);
    const rows = pages.flat();
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(runs.map(({ id }) => id)));
    const keys = rows.map(({ scheduledDateTime, id }) => `${scheduledDateTime} ${id}`);
    expect(keys).toEqual([...keys].sort().reverse());
  });

  it.each([
    'scheduledDateTime',
    'scheduledDateTime desc',
    'startedDateTime',
    'processingStatus desc',
    'id',
    'id desc',
  ])('ordered by %s, no run is missed or doubled while runs are added between the pages', async (orderBy) => {
    const world = await withRuns(20);
    const { engine, workflow, runs } = world;
    let no = 100;
    const pages = await walk(
      async (options) => {
        const page = await engine.runs.list(workflow.id, options);
        await addRun(world, workflow, no++);
        return page;
      },
      { top: 3, orderBy },
    );
    const seen = pages.flat().map(({ id }) => id);
    expect(new Set(seen).size).toBe(seen.length);
    for (const { id } of runs) expect(seen).toContain(id);
  });

  it('a filter and a count are of all matches; the token carries the filter', async () => {
    const { engine, workflow } = await withRuns(20);
    const filter = "workflowExecutionType eq 'scheduled' and totalUsersCount gt 1";
    const page = await engine.runs.list(workflow.id, { filter, top: 2, count: true });
    expect(page.count).toBe(10);
    const pages = await walk((options) => engine.runs.list(workflow.id, options), { filter, top: 2 });
    expect(pages.flat()).toHaveLength(10);
    expect(pages.flat().every((run) => run.workflowExecutionType === 'scheduled')).toBe(true);
    const after = page.nextToken ?? '';
    expect(await codeOf(engine.runs.list(workflow.id, { after, filter }))).toBe('no error');
    expect(await codeOf(engine.runs.list(workflow.id, { after, filter: "id eq 'x'" }))).toBe(
      'InvalidPageToken',
    );
    expect(await codeOf(engine.runs.list(workflow.id, { after, orderBy: 'id' }))).toBe('InvalidPageToken');
  });

  it.each([0, -1, 1_000, 1.5, '10', Number.NaN])('top %j is refused', async (top) => {
    const { engine, workflow } = await withRuns(1);
    expect(await codeOf(engine.runs.list(workflow.id, { top: top as number }))).toBe('InvalidArgument');
  });

  it.each(['', 'totalUsersCount', 'id up', 'id asc asc', 'constructor', '__proto__'])(
    'orderBy %j is refused',
    async (orderBy) => {
      const { engine, workflow } = await withRuns(1);
      expect(await codeOf(engine.runs.list(workflow.id, { orderBy }))).toBe('InvalidArgument');
    },
  );
});

describe('page tokens', () => {
  const tokenOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const ID = '00000000-0000-8000-8000-000000000000';

  it.each([
    ['no token', 'nonsense'],
    ['an empty one', ''],
    ['null', tokenOf(null)],
    ['an object', tokenOf({})],
    ['too little', tokenOf([null])],
    ['a key of another type', tokenOf([null, 'id', null, 5])],
    ['a value that is a list', tokenOf([null, 'id', [], ID])],
    ['a filter that is a number', tokenOf([5, 'id', null, ID])],
    ['a text where the order has dates', tokenOf([null, 'scheduledDateTime desc', 'soon', ID])],
    ['a number where the order has texts', tokenOf([null, 'processingStatus', 7, ID])],
    ['an order that the list does not have', tokenOf([null, 'color', null, ID])],
    ['a filter that cannot be read', tokenOf(['(((', 'id', null, ID])],
  ])('%s is refused as InvalidPageToken', async (_what, after) => {
    const { engine, workflow } = await withRuns(3);
    expect(await codeOf(engine.runs.list(workflow.id, { after }))).toBe('InvalidPageToken');
  });

  it('of another list are refused', async () => {
    const { engine, workflow, clock } = await withRuns(3);
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    await clock.until(engine.runs.finished(run.id));
    const ofRuns = (await engine.runs.list(workflow.id, { top: 1 })).nextToken ?? '';
    const ofUsers =
      (await engine.userProcessingResults.list(workflow.id, run.id, { top: 1 })).nextToken ?? '';
    const ofTasks =
      (await engine.taskProcessingResults.list(workflow.id, run.id, { top: 1 })).nextToken ?? '';
    const codes = {
      usersByRuns: await codeOf(engine.userProcessingResults.list(workflow.id, run.id, { after: ofRuns })),
      runsByUsers: await codeOf(engine.runs.list(workflow.id, { after: ofUsers })),
      tasksByRuns: await codeOf(engine.taskProcessingResults.list(workflow.id, run.id, { after: ofRuns })),
      tasksByUsers: await codeOf(engine.taskProcessingResults.list(workflow.id, run.id, { after: ofUsers })),
      runsByTasks: await codeOf(engine.runs.list(workflow.id, { after: ofTasks })),
    };
    expect(codes).toEqual({
      usersByRuns: 'InvalidPageToken',
      runsByUsers: 'InvalidPageToken',
      tasksByRuns: 'InvalidPageToken',
      tasksByUsers: 'InvalidPageToken',
      runsByTasks: 'InvalidPageToken',
    });
  });

  it('of another run are refused for task results', async () => {
    const { engine, workflow, clock } = await withRuns(0);
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    const other = await engine.runs.activate(workflow.id, { subjects: idsOf(5) });
    const after = (await engine.taskProcessingResults.list(workflow.id, run.id, { top: 1 })).nextToken ?? '';
    expect(await codeOf(engine.taskProcessingResults.list(workflow.id, other.id, { after }))).toBe(
      'InvalidPageToken',
    );
  });
});

describe('task results and reports', () => {
  async function ran(): Promise<World & { workflow: Workflow; run: Run }> {
    const world = makeWorld({
      subjects: 23,
      tasks: {
        a: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 4 === 0) throw new Error('a fails');
        },
        b: ({ subject }) => {
          if (Number(subject.id.slice(1)) % 3 === 0) throw new Error('b fails');
        },
        c: () => ({ processingInfo: 'already so' }),
      },
    });
    const { engine, clock } = world;
    const workflow = await engine.workflows.create(
      workflowInput([{ id: 'a', continueOnError: true }, { id: 'off', isEnabled: false }, 'b', 'c']),
    );
    await clock.until(engine.start());
    const run = await engine.runs.activate(workflow.id, { subjects: idsOf(23) });
    return { ...world, workflow, run: await clock.until(engine.runs.finished(run.id)) };
  }

  it.each([undefined, 'completed', 'failed', 'canceled', 'queued'] as const)(
    'pages of %s add up to all of them, in order',
    async (processingStatus) => {
      const { engine, workflow, run } = await ran();
      const all = await allTasks(engine, workflow.id, run.id);
      const expected = all.filter(
        (one) => processingStatus === undefined || one.processingStatus === processingStatus,
      );
      for (const top of [1, 2, 5, 100]) {
        const status = processingStatus === undefined ? {} : { processingStatus };
        const pages = await walk(
          (options) => engine.taskProcessingResults.list(workflow.id, run.id, { ...options, ...status }),
          { top },
        );
        expect(pages.flat()).toEqual(expected);
        expect(pages.every((page, index) => page.length === top || index === pages.length - 1)).toBe(true);
      }
    },
  );

  it('each can be got by its id in any letter case, and by nothing else', async () => {
    const { engine, workflow, run } = await ran();
    for (const task of await allTasks(engine, workflow.id, run.id))
      expect(await engine.taskProcessingResults.get(workflow.id, run.id, task.id.toUpperCase())).toEqual(
        task,
      );
    for (const id of [
      run.id,
      'nobody',
      run.id.replace('-8000-', '-8009-').replace(/0$/, '1'),
      run.id.replace(/0$/, '1'),
    ])
      expect(await codeOf(engine.taskProcessingResults.get(workflow.id, run.id, id))).toBe('NotFound');
  });

  it('reports have one row for each enabled task, and sum to the run', async () => {
    const { engine, workflow, run } = await ran();
    const reports = await engine.taskReports.list(workflow.id, run.id);
    expect(reports.map(({ task }) => task.taskDefinitionId)).toEqual(['a', 'b', 'c']);
    expect(reports.map(({ failedUsersCount }) => failedUsersCount)).toEqual([5, 7, 0]);
    expect(reports.map(({ unprocessedUsersCount }) => unprocessedUsersCount)).toEqual([0, 0, 7]);
    expect(reports.map(({ processingStatus }) => processingStatus)).toEqual([
      'completedWithErrors',
      'completedWithErrors',
      'completedWithErrors',
    ]);
    await expectRecount(engine, workflow, run);
  });

  it('an unknown status is refused', async () => {
    const { engine, workflow, run } = await ran();
    expect(
      await codeOf(
        engine.taskProcessingResults.list(workflow.id, run.id, { processingStatus: 'canceling' as never }),
      ),
    ).toBe('InvalidArgument');
  });
});

describe('summaries', () => {
  it('count runs whose start, or schedule when never started, lies in the window, ends included', async () => {
    const { engine, clock, workflow } = await withRuns(0);
    const zero = clock.now();
    const iso = (ms: number) => new Date(ms).toISOString();
    const input = (atMs: number) => ({
      scheduledDateTime: iso(atMs),
      workflowExecutionType: 'onDemand' as const,
      totalUsersCount: 1,
      totalUnprocessedTasksCount: 2,
    });
    const result = {
      processingStatus: 'failed',
      totalTasksCount: 2,
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 1,
    } as const;
    const queued = await engine.runs.create(workflow.id, input(zero));
    const started = await engine.runs.create(workflow.id, input(zero));
    await clock.advance(5_000);
    await engine.userProcessingResults.create(workflow.id, started.id, result);
    const sum = (from: number, to: number) => engine.runs.summary(workflow.id, iso(from), iso(to));
    expect((await sum(zero, zero)).totalRuns).toBe(1);
    expect((await sum(zero + 1, zero + 4_999)).totalRuns).toBe(0);
    expect(await sum(zero + 5_000, zero + 5_000)).toEqual({
      totalRuns: 1,
      successfulRuns: 0,
      failedRuns: 1,
      totalUsers: 1,
      totalTasks: 2,
      failedTasks: 1,
    });
    expect((await sum(zero - 1, zero - 1)).totalRuns).toBe(0);
    expect(await codeOf(sum(zero + 1, zero))).toBe('InvalidArgument');
    expect(await codeOf(engine.runs.summary(workflow.id, 'yesterday', iso(zero)))).toBe('InvalidArgument');
    expect(await codeOf(engine.runs.summary('nobody', iso(zero), iso(zero)))).toBe('NotFound');
    expect(queued.processingStatus).toBe('queued');
  });
});
