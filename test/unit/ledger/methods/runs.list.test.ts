/** Lists of runs, of one workflow and of all of them. */
import { describe, expect, it } from 'vitest';
import type { ListOptions } from '../../../../src/ledger/input/list-options.ts';
import type { Run } from '../../../../src/model/resources/resources.ts';
import type { Workflow } from '../../../../src/model/workflow/workflow.ts';
import { codeOf, makeWorld, type World, workflowInput } from '../../../helpers/world.ts';
import { addRun, walk, withRuns } from '../support.ts';

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
