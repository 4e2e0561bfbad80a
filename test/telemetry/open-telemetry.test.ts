/** Traces and metrics with the SDK of OpenTelemetry and its exporters in memory. */
import { context, type Span, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permanent } from '../../src/engine/handlers/results/task-failure.ts';
import type { TaskHandler } from '../../src/ports/task-handler.ts';
import { pinoLogger } from '../../src/system/real/loggers.ts';
import { traceOfRun, traceOfUser } from '../../src/telemetry/otel/trace-ids.ts';
import { openTelemetry, type TelemetryOptions } from '../../src/telemetry.ts';
import { idsOf, makeWorld, workflowInput } from '../helpers/world.ts';

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

/** Runs a workflow of two tasks for people, and gives the spans. */
async function spansOf(
  run: Extract<TaskHandler, (...args: never) => unknown>,
  { people = 3, ...options }: TelemetryOptions & { readonly people?: number } = {},
) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const telemetry = openTelemetry({ tracerProvider, ...options });
  const { engine, clock, errors } = makeWorld({ tasks: { '*': run }, subjects: people, ...telemetry.ports });
  const end = telemetry.observe(engine);
  const workflow = await engine.workflows.create(workflowInput(['a', 'b'], { displayName: 'Join' }));
  await clock.until(engine.start());
  const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(people) });
  const finished = await clock.until(engine.runs.waitFor(id));
  await clock.until(engine.stop());
  end();
  const spans = exporter.getFinishedSpans();
  const named = (name: string) => spans.filter((span) => span.name.startsWith(name));
  return { spans, named, run: finished, errors, tracerProvider };
}

const startOf = ({ startTime: [seconds, nanos] }: ReadableSpan) => seconds * 1_000 + nanos / 1e6;

describe('traces of a run', () => {
  it('have a trace for each person, with a span for each task and one for the person, linked to the run', async () => {
    const { named, run } = await spansOf(() => {});
    expect(named('task ')).toHaveLength(6);
    expect(named('user')).toHaveLength(3);
    for (const subjectId of idsOf(3)) {
      const { traceId } = traceOfUser(run.id, subjectId);
      const own = [...named('task '), ...named('user')].filter(
        (span) => span.spanContext().traceId === traceId,
      );
      expect(own).toHaveLength(3);
      for (const span of own) expect(span.links[0]?.context.traceId).toBe(traceOfRun(run.id).traceId);
    }
  });

  it('have the run itself, with the times of the record', async () => {
    const { named, run } = await spansOf(() => {});
    const [created, whole] = [named('create run Join')[0], named('run Join')[0]];
    expect(created?.spanContext().traceId).toBe(whole?.spanContext().traceId);
    expect(whole && startOf(whole)).toBe(Date.parse(run.startedDateTime ?? ''));
    expect(whole?.attributes).toMatchObject({ 'tenure.run.status': 'completed', 'tenure.run.users': 3 });
  });

  it('have the span of a task active in its handler, so that what the handler calls lies below it', async () => {
    const inside: (Span | undefined)[] = [];
    const { named } = await spansOf(async () => {
      await Promise.resolve();
      inside.push(trace.getActiveSpan());
    });
    const ids = named('task ').map((span) => span.spanContext().spanId);
    expect(inside.map((span) => span?.spanContext().spanId).sort()).toEqual(ids.sort());
    expect(trace.getActiveSpan()).toBeUndefined();
  });

  it('say of a failure its code, and never its text', async () => {
    const { spans, named } = await spansOf(() => {
      throw permanent('Ana Núñez has no mailbox', { code: 'MailboxMissing' });
    });
    const [task] = named('task ');
    expect(task?.attributes).toMatchObject({ 'error.type': 'MailboxMissing', 'tenure.task.attempt': 1 });
    expect(task?.status.code).toBe(2);
    expect(
      JSON.stringify(spans.map(({ name, attributes, events, status }) => [name, attributes, events, status])),
    ).not.toMatch(/Ana|mailbox/);
  });

  it('do not name the person, unless that is asked for', async () => {
    const { spans } = await spansOf(() => {});
    expect(spans.flatMap(({ attributes }) => Object.values(attributes))).not.toContain('u1');
    const { named } = await spansOf(() => {}, { subjectIds: true });
    expect(named('task ').map(({ attributes }) => attributes['tenure.subject.id'])).toContain('u1');
  });

  it('show the failures of people who are not traced, a hundred at most', async () => {
    const { named } = await spansOf(() => Promise.reject(new Error('no')), { ratio: 0, people: 150 });
    expect(named('user')).toEqual([]);
    expect(named('task ')).toHaveLength(100);
    const quiet = await spansOf(() => {}, { ratio: 0 });
    expect(quiet.named('task ')).toEqual([]);
  });

  it.each([
    ['starting a span', () => tracerThat({ startSpan: throwing })],
    ['ending a span', () => tracerThat({ startSpan: () => ({ ...SPAN, end: throwing }) })],
  ])(
    'hurt nothing when %s throws: runs are the same, and one error a minute is reported',
    async (_, provider) => {
      const { run, errors } = await spansOf(({ subject }) => (subject.id === 'u1' ? failing() : undefined), {
        tracerProvider: provider(),
      });
      expect(run).toMatchObject({ successfulUsersCount: 2, failedUsersCount: 1 });
      expect(errors()).toEqual([new Error('broken tracer')]);
    },
  );

  it('hurt nothing when a failure of a person who is not traced cannot be shown', async () => {
    const tracerProvider = tracerThat({ startSpan: throwing });
    const { run, errors } = await spansOf(failing, { tracerProvider, ratio: 0 });
    expect(run).toMatchObject({ processingStatus: 'failed', failedUsersCount: 3 });
    expect(errors()).toEqual([new Error('broken tracer')]);
  });

  it('have one in a hundred people of a run that another process has made and started, until its first progress', async () => {
    const exporter = new InMemorySpanExporter();
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
    const telemetry = openTelemetry({ tracerProvider });
    const listeners = new Map<string, (payload: unknown) => void>();
    const on = (name: string, listener: never) => void listeners.set(name, listener);
    telemetry.observe({ on, off: () => {}, metrics: () => Promise.reject() } as never);
    const attempts = async () => {
      exporter.reset();
      const { aroundTask } = telemetry.ports;
      const run = { id: 'r', workflowExecutionType: 'onDemand' };
      const call = { run, workflow: {}, task: { taskDefinitionId: 'a' }, attempt: 1, interruptions: 0 };
      const calls = idsOf(1_000)
        .map((id) => ({ ...call, subject: { id } }) as never)
        .filter((one) => aroundTask.wraps?.(one, (one as { subject: { id: string } }).subject.id))
        .map((one) => aroundTask(one, () => Promise.resolve()));
      await Promise.all(calls);
      return exporter.getFinishedSpans().length;
    };
    const few = await attempts();
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThan(30);
    listeners.get('run.progress')?.({ run: { id: 'r', totalUsersCount: 1_000 } });
    expect(await attempts()).toBe(1_000);
  });
});

const SPAN = { setAttribute: () => {}, setStatus: () => {}, spanContext: () => traceOfRun('r1') };

function throwing(): never {
  throw new Error('broken tracer');
}

function failing(): never {
  throw new Error('no');
}

function tracerThat(tracer: object) {
  return { getTracer: () => tracer } as never;
}

describe('metrics of OpenTelemetry', () => {
  it('are those of the engine, with its buckets, for a reader that is given the producer', async () => {
    const telemetry = openTelemetry();
    const { metricProducer } = telemetry;
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const exportIntervalMillis = 2 ** 30;
    const reader = new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis,
      metricProducers: [metricProducer],
    });
    const meterProvider = new MeterProvider({ readers: [reader] });
    const { engine, clock } = makeWorld({ tasks: { '*': () => {} }, ...telemetry.ports });
    telemetry.observe(engine);
    const workflow = await engine.workflows.create(workflowInput(['a', 'b'], { displayName: 'Join' }));
    await clock.until(engine.start());
    const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(4) });
    await clock.until(engine.runs.waitFor(id));
    await reader.forceFlush();
    const collected = exporter.getMetrics()[0]?.scopeMetrics.flatMap(({ metrics }) => metrics) ?? [];
    const valuesOf = (name: string) =>
      collected
        .find(({ descriptor }) => descriptor.name === name)
        ?.dataPoints.map(({ value, attributes }) => [value, attributes]);
    expect(valuesOf('tenure.user.finished')).toContainEqual([4, { workflow: 'Join', status: 'completed' }]);
    expect(valuesOf('tenure.lane.limit')).toEqual([[expect.any(Number), {}]]);
    expect(valuesOf('tenure.user.latency')).toEqual([
      [expect.objectContaining({ count: 4 }), { workflow: 'Join' }],
    ]);
    const attempts = valuesOf('tenure.task.duration') ?? [];
    expect(
      attempts.map(([value]) => (value as { count: number }).count).reduce((sum, one) => sum + one, 0),
    ).toBe(8);
    await clock.until(engine.stop());
    await meterProvider.shutdown();
  });
});

describe('several engines', () => {
  it('are distinguished by their names, and refused without', async () => {
    const telemetry = openTelemetry();
    const [first, second, third] = [makeWorld(), makeWorld(), makeWorld()];
    const end = telemetry.observe(first.engine, { name: 'blue' });
    for (const given of [undefined, { name: 'blue' }])
      expect(() => telemetry.observe(second.engine, given)).toThrow('a name of its own for each');
    telemetry.observe(second.engine, { name: 'green' });
    end();
    telemetry.observe(third.engine, { name: 'blue' });
    const { resourceMetrics } = await telemetry.metricProducer.collect();
    const metrics = resourceMetrics.scopeMetrics[0]?.metrics ?? [];
    const names = metrics.map(({ descriptor }) => descriptor.name);
    expect(new Set(names).size).toBe(names.length);
    const limit = metrics.find(({ descriptor }) => descriptor.name === 'tenure.lane.limit');
    expect(limit?.dataPoints.map(({ attributes }) => attributes['tenure.engine'])).toEqual(['green', 'blue']);
  });
});

describe('a logger with traces', () => {
  it('adds the ids of the active span, and nothing where there is none', async () => {
    const lines: unknown[] = [];
    const log = (message: string, data?: object) => void lines.push([message, data]);
    const logger = openTelemetry().logger({ debug: log, info: log, warn: log, error: log });
    logger.info('outside', { n: 1 });
    const span = trace.wrapSpanContext(traceOfRun('r1'));
    context.with(trace.setSpan(context.active(), span), () => logger.warn('inside', { n: 2 }));
    const { traceId, spanId } = traceOfRun('r1');
    expect(lines).toEqual([
      ['outside', { n: 1 }],
      ['inside', { n: 2, trace_id: traceId, span_id: spanId }],
    ]);
  });
});

describe('a logger with traces, of pino', () => {
  it('writes the ids of the active span beside the data', () => {
    const lines: unknown[] = [];
    const log = (data: object, message: string) => void lines.push([data, message]);
    const logger = openTelemetry().logger(pinoLogger({ debug: log, info: log, warn: log, error: log }));
    const { traceId, spanId } = traceOfRun('r1');
    const span = trace.wrapSpanContext(traceOfRun('r1'));
    context.with(trace.setSpan(context.active(), span), () => logger.info('inside', { n: 1 }));
    expect(lines).toEqual([[{ n: 1, trace_id: traceId, span_id: spanId }, 'inside']]);
  });
});

describe('the options of telemetry', () => {
  it.each([
    [{ ratio: 2 }, /ratio/],
    [{ subjectIds: 'yes' }, /subjectIds/],
    [{ tracerProvider: {} }, 'Expected tracerProvider to be an object with getTracer()'],
    [{ sample: 1 }, /sample/],
  ])('%j is refused', (options, message) => {
    expect(() => openTelemetry(options as never)).toThrow(message);
  });
});
