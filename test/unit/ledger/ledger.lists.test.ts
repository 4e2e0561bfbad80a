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

describe('the list of the runs of all workflows', () => {
  async function withWorkflows(): Promise<World & { workflows: Workflow[]; runs: Run[] }> {
    const world = makeWorld();
    const workflows: Workflow[] = [];
    for (let no = 0; no < 3; no++) workflows.push(await world.engine.workflows.create(workflowInput(['a'])));
    const runs: Run[] = [];
    for (let no = 0; no < 30; no++) runs.push(await addRun(world, workflows[no % 3] as Workflow, no));
    return { ...world, workflows, runs };
  }

  it('has each run once, newest schedule first, and each names its workflow', async () => {
    const { engine, workflows, runs } = await withWorkflows();
    const pages = await walk((options) => engine.runs.list(options), { top: 7 });
    expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 7, 2]);
    const rows = pages.flat();
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(runs.map(({ id }) => id)));
    const keys = rows.map(({ scheduledDateTime, id }) => `${scheduledDateTime} ${id}`);
    expect(keys).toEqual([...keys].sort().reverse());
    const named = workflows.map(({ id, displayName, version }) => ({ id, displayName, version }));
    expect(rows.every(({ workflow }) => named.some(({ id }) => id === workflow.id))).toBe(true);
    expect(rows.find(({ id }) => id === runs[4]?.id)?.workflow).toEqual(named[1]);
    expect(await engine.runs.list()).toEqual(await engine.runs.list({}));
  });

  it('keeps the name and the version that a workflow had when its run was made', async () => {
    const world = await withWorkflows();
    const { engine, workflows } = world;
    const [first] = workflows as [Workflow];
    await engine.workflows.update(first.id, { displayName: 'Renamed' });
    await engine.workflows.createNewVersion(first.id, workflowInput(['b'], { displayName: 'Renamed' }));
    const later = await addRun(world, await engine.workflows.get(first.id), 1);
    expect(later.workflow).toEqual({ id: first.id, displayName: 'Renamed', version: 2 });
    const filter = "workflow/displayName eq 'Renamed' and workflow/version gt 1";
    expect((await engine.runs.list({ filter })).value.map(({ id }) => id)).toEqual([later.id]);
    const { value } = await engine.runs.list(first.id, { filter: 'workflow/version eq 1' });
    expect(value.map(({ workflow }) => workflow.displayName)).toEqual(Array(10).fill(first.displayName));
  });

  it('takes filter, order and count as the list of one workflow does', async () => {
    const { engine, workflows } = await withWorkflows();
    const filter = "workflowExecutionType eq 'scheduled' and totalUsersCount gt 1";
    const options = { filter, orderBy: 'scheduledDateTime', top: 4, count: true };
    const page = await engine.runs.list(options);
    const pages = await walk((next) => engine.runs.list(next), options);
    const ofEach = await Promise.all(workflows.map(({ id }) => engine.runs.list(id, options)));
    expect(page.count).toBe(ofEach.reduce((sum, { count }) => sum + (count ?? 0), 0));
    expect(pages.flat()).toHaveLength(page.count ?? 0);
    const keys = pages.flat().map(({ scheduledDateTime, id }) => `${scheduledDateTime} ${id}`);
    expect(keys).toEqual([...keys].sort());
  });

  it('leaves out previews, and the runs of workflows that are deleted', async () => {
    const { engine, workflows } = await withWorkflows();
    const [first, second] = workflows as [Workflow, Workflow];
    const preview = await engine.workflows.preview(second.id, { subjects: ['u1'] });
    const ids = async (options: ListOptions = {}) =>
      (await engine.runs.list(options)).value.map(({ id }) => id);
    expect(await ids()).not.toContain(preview.id);
    expect(await ids({ filter: "workflowExecutionType eq 'preview'" })).toEqual([preview.id]);
    await engine.workflows.delete(first.id);
    const page = await engine.runs.list({ count: true });
    expect(page.count).toBe(20);
    expect(page.value.some(({ workflow }) => workflow.id === first.id)).toBe(false);
    await engine.workflows.restore(first.id);
    expect(await ids()).toHaveLength(30);
  });

  it('has page tokens of its own, and is not what an id that is missing asks for', async () => {
    const { engine, workflows } = await withWorkflows();
    const [{ id }] = workflows as [Workflow];
    const after = (await engine.runs.list({ top: 1 })).nextToken ?? '';
    const ofOne = (await engine.runs.list(id, { top: 1 })).nextToken ?? '';
    expect(await codeOf(engine.runs.list(id, { after }))).toBe('InvalidPageToken');
    expect(await codeOf(engine.runs.list({ after: ofOne }))).toBe('InvalidPageToken');
    for (const missing of [undefined, null, 7])
      expect(await codeOf(engine.runs.list(missing as never, { top: 1 }))).toBe('InvalidArgument');
  });
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
    await clock.until(engine.runs.waitFor(run.id));
    const ofRuns = (await engine.runs.list(workflow.id, { top: 1 })).nextToken ?? '';
    const ofUsers = (await engine.userProcessingResults.list(run.id, { top: 1 })).nextToken ?? '';
    const ofTasks = (await engine.taskProcessingResults.list(run.id, { top: 1 })).nextToken ?? '';
    const codes = {
      usersByRuns: await codeOf(engine.userProcessingResults.list(run.id, { after: ofRuns })),
      runsByUsers: await codeOf(engine.runs.list(workflow.id, { after: ofUsers })),
      tasksByRuns: await codeOf(engine.taskProcessingResults.list(run.id, { after: ofRuns })),
      tasksByUsers: await codeOf(engine.taskProcessingResults.list(run.id, { after: ofUsers })),
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
    const after = (await engine.taskProcessingResults.list(run.id, { top: 1 })).nextToken ?? '';
    expect(await codeOf(engine.taskProcessingResults.list(other.id, { after }))).toBe('InvalidPageToken');
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
    return { ...world, workflow, run: await clock.until(engine.runs.waitFor(run.id)) };
  }

  it.each([undefined, 'completed', 'failed', 'canceled', 'queued'] as const)(
    'pages of %s add up to all of them, in order',
    async (processingStatus) => {
      const { engine, run } = await ran();
      const all = await allTasks(engine, run.id);
      const expected = all.filter(
        (one) => processingStatus === undefined || one.processingStatus === processingStatus,
      );
      for (const top of [1, 2, 5, 100]) {
        const status = processingStatus === undefined ? {} : { processingStatus };
        const pages = await walk(
          (options) => engine.taskProcessingResults.list(run.id, { ...options, ...status }),
          { top },
        );
        expect(pages.flat()).toEqual(expected);
        expect(pages.every((page, index) => page.length === top || index === pages.length - 1)).toBe(true);
      }
    },
  );

  it('each can be got by its id in any letter case, and by nothing else', async () => {
    const { engine, run } = await ran();
    for (const task of await allTasks(engine, run.id))
      expect(await engine.taskProcessingResults.get(run.id, task.id.toUpperCase())).toEqual(task);
    for (const id of [
      run.id,
      'nobody',
      run.id.replace('-8000-', '-8009-').replace(/0$/, '1'),
      run.id.replace(/0$/, '1'),
    ])
      expect(await codeOf(engine.taskProcessingResults.get(run.id, id))).toBe('NotFound');
  });

  it('reports have one row for each enabled task, and sum to the run', async () => {
    const { engine, run } = await ran();
    const reports = await engine.taskReports.list(run.id);
    expect(reports.map(({ task }) => task.taskDefinitionId)).toEqual(['a', 'b', 'c']);
    expect(reports.map(({ failedUsersCount }) => failedUsersCount)).toEqual([5, 7, 0]);
    expect(reports.map(({ unprocessedUsersCount }) => unprocessedUsersCount)).toEqual([0, 0, 7]);
    expect(reports.map(({ processingStatus }) => processingStatus)).toEqual([
      'completedWithErrors',
      'completedWithErrors',
      'completedWithErrors',
    ]);
    await expectRecount(engine, run);
  });

  it('an unknown status is refused', async () => {
    const { engine, run } = await ran();
    expect(
      await codeOf(engine.taskProcessingResults.list(run.id, { processingStatus: 'canceling' as never })),
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
    await engine.userProcessingResults.create(started.id, result);
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
