/** `engine.metrics()`: what it counts, for whom, and how often it asks the store. */
import { describe, expect, it } from 'vitest';
import type { EngineMetrics, Metric } from '../../../../src/metrics/engine-metrics.ts';
import { METRICS, type MetricName } from '../../../../src/metrics/table.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { gated } from '../../../helpers/deferred.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { idsOf, makeWorld, scheduledInput, workflowInput } from '../../../helpers/world.ts';

/** The numbers of a metric by their labels, joined; of a histogram its counts. */
function figures({ metrics }: EngineMetrics, name: MetricName): Record<string, number> {
  const metric = metrics.find((one) => one.name === name) as Metric;
  const series: readonly { labels: Readonly<Record<string, string>>; value?: number; count?: number }[] =
    metric.series;
  return Object.fromEntries(
    series.map(({ labels, value, count }) => [Object.values(labels).join(' '), value ?? count ?? Number.NaN]),
  );
}

describe('engine.metrics', () => {
  it('has every metric of the table, with its kind, labels and bounds', async () => {
    const { engine, clock } = makeWorld();
    const { id } = await engine.workflows.create(workflowInput(['work'], { displayName: 'Join' }));
    await clock.until(engine.start());
    await clock.until(engine.runs.waitFor((await engine.runs.activate(id, { subjects: ['u1'] })).id));
    const { metrics } = await engine.metrics();
    expect(metrics.map(({ name }) => name).toSorted()).toEqual(Object.keys(METRICS).toSorted());
    for (const metric of metrics) {
      const { kind, unit, scope, help, labels, ...rest } = METRICS[metric.name];
      expect(metric).toMatchObject({ kind, unit, scope, help });
      if (metric.kind === 'histogram') expect(metric.bounds).toBe((rest as { bounds: unknown }).bounds);
      for (const series of metric.series) expect(Object.keys(series.labels)).toEqual(labels);
    }
  });

  it('counts runs, users and attempts by how they ended', async () => {
    const { engine, clock } = makeWorld({
      tasks: {
        addUserToGroups: {
          run: ({ subject, attempt }) => {
            if (subject.id === 'u1' || attempt === 1) throw new Error('down');
          },
          retry: { attempts: 2, delayMs: 1_000 },
        },
      },
    });
    const { id } = await engine.workflows.create(
      workflowInput([{ id: 'addUserToGroups', arguments: [{ name: 'groupID', value: 'all' }] }], {
        displayName: 'Join',
      }),
    );
    await clock.until(engine.start());
    const run = await engine.runs.activate(id, { subjects: idsOf(3) });
    await clock.until(engine.runs.waitFor(run.id));
    const taken = await engine.metrics();
    expect(figures(taken, 'tenure.run.finished')).toEqual({ 'Join completedWithErrors onDemand': 1 });
    expect(figures(taken, 'tenure.run.duration')).toEqual({ 'Join completedWithErrors': 1 });
    expect(figures(taken, 'tenure.user.finished')).toEqual({
      'Join failed': 1,
      'Join completed': 2,
      'Join completedWithErrors': 0,
    });
    expect(figures(taken, 'tenure.user.latency')).toEqual({ Join: 3 });
    expect(figures(taken, 'tenure.task.duration')).toEqual({
      'addUserToGroups retried HandlerFailed': 3,
      'addUserToGroups failed HandlerFailed': 1,
      'addUserToGroups completed ': 2,
    });
    expect(figures(taken, 'tenure.task.retries')).toEqual({ addUserToGroups: 3 });
    expect(figures(taken, 'tenure.commit.events')).toEqual({ '': 3 + 3 + 3 });
  });

  it('counts the users that a cancel ends', async () => {
    const held = gated();
    const { engine, clock } = makeWorld({ tasks: { work: held.run }, concurrency: 1, abortGraceMs: 0 });
    const { id } = await engine.workflows.create(workflowInput(['work'], { displayName: 'Join' }));
    await clock.until(engine.start());
    const run = await engine.runs.activate(id, { subjects: idsOf(5) });
    await clock.settle();
    expect(figures(await engine.metrics(), 'tenure.lane.used')).toEqual({ '': 1 });
    await engine.runs.cancel(run.id);
    await clock.until(engine.runs.waitFor(run.id));
    const taken = await engine.metrics();
    expect(figures(taken, 'tenure.user.finished')).toMatchObject({ 'Join canceled': 5, 'Join failed': 0 });
    expect(figures(taken, 'tenure.handler.unsettled')).toEqual({ '': 1 });
    expect(figures(taken, 'tenure.lane.limit')).toEqual({ '': 1 });
  });

  it('counts the attempts that a process was possibly making when it died', async () => {
    const store = memoryStore();
    const clock = new VirtualClock();
    const tasks = { work: () => new Promise<void>(() => {}) };
    const first = makeWorld({ store, clock, tasks });
    const { id } = await first.engine.workflows.create(workflowInput(['work']));
    await first.engine.runs.activate(id, { subjects: idsOf(3) });
    await clock.until(first.engine.start());
    await clock.settle();
    expect(figures(await first.engine.metrics(), 'tenure.task.interruptions')).toEqual({ work: 0 });
    const second = makeWorld({ store, clock, tasks, seed: 2 });
    await clock.until(second.engine.start());
    await clock.settle();
    expect(figures(await second.engine.metrics(), 'tenure.task.interruptions')).toEqual({ work: 3 });
  });

  it('says how many tasks wait for a callback, until it comes', async () => {
    const callout = { post: async () => ({ status: 202, body: '' }), secret: () => 'secret' };
    const { engine, clock } = makeWorld({ callout, tasks: { work: () => {} } });
    const extension = await engine.customTaskExtensions.create({
      displayName: 'Tell the landlord',
      endpointConfiguration: { targetUrl: 'https://hooks.example/run' },
      callbackConfiguration: { timeoutDuration: 'PT1H' },
    });
    const calls = {
      id: 'runCustomTaskExtension',
      arguments: [{ name: 'customTaskExtensionID', value: extension.id }],
    };
    const { id } = await engine.workflows.create(workflowInput([calls]));
    await clock.until(engine.start());
    const run = await engine.runs.activate(id, { subjects: idsOf(3) });
    await clock.advance(1);
    const waiting = async () => figures(await engine.metrics(), 'tenure.callback.waiting');
    expect(await waiting()).toEqual({ runCustomTaskExtension: 3 });
    const [task] = (await engine.taskProcessingResults.list(run.id)).value;
    await engine.taskProcessingResults.resume(
      String(task?.id),
      { data: { operationStatus: 'Completed' } },
      { trusted: true },
    );
    await clock.settle();
    expect(await waiting()).toEqual({ runCustomTaskExtension: 2 });
  });

  it('counts runs that have not ended beyond those that it reads', async () => {
    const { engine, clock, store } = makeWorld();
    const { id } = await engine.workflows.create(workflowInput(['work'], { displayName: 'Join' }));
    await engine.runs.activate(id, { subjects: ['u1'] });
    const list = store.listRuns.bind(store);
    const [row] = await list({
      where: null,
      order: { property: 'id', descending: false },
      after: null,
      limit: 1,
    });
    store.listRuns = async (query) => {
      const rows = await list(query);
      return rows.length === 0 || row === undefined ? rows : new Array<typeof row>(query.limit).fill(row);
    };
    store.countRuns = async () => 1_007;
    await clock.advance(2_000);
    const taken = await engine.metrics();
    expect(figures(taken, 'tenure.run.active')).toEqual({ 'Join queued': 999, 'other queued': 8 });
    expect(figures(taken, 'tenure.run.waiting.oldest')).toEqual({ '': 2 });
  });

  it('leaves previews out of users and tasks', async () => {
    const { engine, clock } = makeWorld();
    const { id } = await engine.workflows.create(workflowInput(['work'], { displayName: 'Join' }));
    await clock.until(engine.start());
    await clock.until(engine.workflows.preview(id, { subjects: ['u1'] }));
    await clock.settle();
    const taken = await engine.metrics();
    expect(figures(taken, 'tenure.user.finished')).toEqual({
      'Join failed': 0,
      'Join completedWithErrors': 0,
    });
    expect(figures(taken, 'tenure.task.duration')).toEqual({});
  });

  it('measures how late slots are evaluated, and says when the next one is', async () => {
    const subjects = [{ id: 'ada', department: 'Sales', employeeHireDate: '2026-03-02' }];
    const { engine, clock } = makeWorld({ subjects });
    await engine.workflows.create(scheduledInput(['work'], { displayName: 'Join' }));
    await clock.until(engine.start());
    await clock.advance(3 * 3_600_000);
    const taken = await engine.metrics();
    expect(figures(taken, 'tenure.schedule.lag')).toEqual({ Join: 1 });
    expect(figures(taken, 'tenure.schedule.next')).toEqual({ Join: Date.parse('2026-03-02T06:00Z') / 1_000 });
    expect(figures(taken, 'tenure.workflow.quarantined')).toEqual({ Join: 0 });
    await engine.stop();
  });

  it('reads the store once in five seconds, however many ask', async () => {
    let reads = 0;
    const { engine, clock, store } = makeWorld();
    const list = store.listWorkflows.bind(store);
    store.listWorkflows = () => {
      reads += 1;
      return list();
    };
    const { id } = await engine.workflows.create(workflowInput(['work'], { displayName: 'Join' }));
    await engine.runs.activate(id, { subjects: ['u1'] });
    await Promise.all([engine.metrics(), engine.metrics()]);
    await clock.advance(4_999);
    const old = await engine.metrics();
    expect([reads, old.storeDateTime, old.takenDateTime]).toEqual([1, clock.iso(-4_999), clock.iso()]);
    await clock.advance(1);
    const taken = await engine.metrics();
    expect([reads, taken.storeDateTime]).toEqual([2, clock.iso()]);
    expect(figures(taken, 'tenure.run.active')).toEqual({ 'Join queued': 1 });
    expect(figures(taken, 'tenure.run.waiting.oldest')).toEqual({ '': 5 });
  });

  it('gives the figures of the process when the store cannot be read', async () => {
    const { engine, store, errors } = makeWorld();
    store.listWorkflows = () => Promise.reject(new Error('down'));
    const taken = await engine.metrics();
    expect(taken.storeDateTime).toBeNull();
    expect(taken.metrics.filter(({ scope }) => scope === 'store')).toEqual([]);
    expect(figures(taken, 'tenure.lane.limit')).toEqual({ '': 256 });
    expect(errors()).toEqual([new Error('down')]);
    expect(figures(await engine.metrics(), 'tenure.engine.errors')).toMatchObject({
      readingMetrics: 1,
      committing: 0,
    });
  });
});
