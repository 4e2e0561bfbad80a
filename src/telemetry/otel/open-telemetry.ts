import { type TracerProvider, trace } from '@opentelemetry/api';
import type { Engine } from '../../engine/engine.ts';
import type { EngineEventMap } from '../../events/event-map.ts';
import { readFlag, readLine, readNumber } from '../../input/fields.ts';
import { nullable, optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { Logger } from '../../ports/logger.ts';
import type { AroundTask } from '../../ports/task-handler.ts';
import { systemClock } from '../../system/real/clock.ts';
import { FailureLimit } from './failure-limit.ts';
import { type EngineMetricProducer, type ObservedEngine, producerOf, SCOPE } from './metric-producer.ts';
import { Sampling } from './sampling.ts';
import { Traces } from './traces.ts';

/** Options of {@link openTelemetry}. */
export interface TelemetryOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider;
  /**
   * Of how many people tasks are traced, 0 to 1. Default `null`: of all in runs of up to 10,000 people, of one in a hundred
   * in larger ones. Of the others failures are shown, at most 100 a run.
   */
  readonly ratio?: number | null;
  /** Whether spans have the ids of people. Default `false`. */
  readonly subjectIds?: boolean;
}

/** Options of {@link Telemetry.observe}. */
export interface ObserveOptions {
  /**
   * Attribute `tenure.engine` of its metrics, 1 to 100 characters. Needed where several engines are observed.
   * Default: no attribute.
   */
  readonly name?: string;
}

/** Traces and metrics of engines. */
export interface Telemetry {
  /** What the engine calls: to be given to `createEngine`. */
  readonly ports: { readonly aroundTask: AroundTask };
  /**
   * The metrics of the observed engines, under the names of `metrics()`, with its buckets: for `metricProducers` of the SDK's
   * readers. They are cumulative, and cost nothing until they are collected.
   */
  readonly metricProducer: EngineMetricProducer;
  /**
   * Traces the runs and people of an engine, and gives its metrics to `metricProducer`. Returns how to end that.
   *
   * @throws LifecycleError `InvalidArgument` for a further engine without a name of its own: its metrics could not be distinguished from
   *   those of the other.
   */
  observe(engine: Pick<Engine, 'on' | 'off' | 'metrics'>, options?: ObserveOptions): () => void;
  /** The logger, with `trace_id` and `span_id` of the active span in what it logs. */
  logger(logger: Logger): Logger;
}

const NAME_LENGTH_MAX = 100;

const OPTIONS = {
  tracerProvider: optional(readTracerProvider),
  ratio: withDefault(
    nullable((place) => readNumber(place, 0, 1)),
    null,
  ),
  subjectIds: withDefault(readFlag, false),
} satisfies ShapeOf<TelemetryOptions>;

const OBSERVE_OPTIONS = {
  name: optional((place: Place) => readLine(place, NAME_LENGTH_MAX)),
} satisfies ShapeOf<ObserveOptions>;

/**
 * Traces and metrics by OpenTelemetry, with the SDK that your service has set up. A person in a run is one trace, linked
 * to the run's; a task's span is active in its handler, so that what instrumentations trace lies below it.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { createEngine } from 'tenure';
 * import { openTelemetry } from 'tenure/telemetry';
 *
 * const telemetry = openTelemetry();
 * // new PeriodicExportingMetricReader({ exporter, metricProducers: [telemetry.metricProducer] })
 * const engine = await createEngine({ ...telemetry.ports });
 * telemetry.observe(engine);
 * await engine.close();
 * ```
 */
export function openTelemetry(options?: TelemetryOptions): Telemetry {
  const { tracerProvider, ratio, subjectIds } = readOptions(options, 'openTelemetry', OPTIONS);
  const sampling = new Sampling(ratio);
  const tracer = (tracerProvider ?? trace).getTracer(SCOPE);
  const failures = new FailureLimit(systemClock);
  const traces = new Traces({ tracer, sampling, failures, hasSubjectIds: subjectIds });
  const engines = new Set<ObservedEngine>();
  return {
    ports: { aroundTask: traces.aroundTask },
    metricProducer: producerOf(engines),
    observe: (engine, given) => {
      const { name = null } = readOptions(given, 'observe', OBSERVE_OPTIONS);
      for (const other of engines)
        if (name === null || other.name === null || other.name === name)
          throw invalid(
            { path: 'name', value: name ?? undefined },
            'a name of its own for each of several engines',
          );
      const observed = { metrics: () => engine.metrics(), startMs: systemClock.now(), name };
      engines.add(observed);
      const listeners = {
        'run.created': failures.around(({ run }) => {
          sampling.seen(run);
          traces.runCreated(run);
        }),
        'run.started': ({ run }) => sampling.seen(run),
        'run.progress': ({ run }) => sampling.seen(run),
        'run.finished': failures.around(({ run }) => {
          sampling.ended(run.id);
          traces.runFinished(run);
        }),
        'task.failed': failures.around((event) => traces.taskFailed(event)),
      } satisfies { [Name in Parameters<Engine['on']>[0]]?: Parameters<typeof engine.on<Name>>[1] };
      for (const [name, listener] of Object.entries(listeners))
        engine.on(name as 'run.created', listener as never);
      // Of people who are not traced not even the event is made.
      const ended = failures.around((event: EngineEventMap['user.finished']) => traces.userFinished(event));
      engine.on('user.finished', ended, (...person) => sampling.has(...person));
      return () => {
        for (const [name, listener] of Object.entries(listeners))
          engine.off(name as 'run.created', listener as never);
        engine.off('user.finished', ended);
        engines.delete(observed);
      };
    },
    logger: withTraceIds,
  };
}

function withTraceIds(logger: Logger): Logger {
  const log = (level: keyof Logger): Logger[keyof Logger] => {
    return (message, data) => {
      const span = trace.getActiveSpan()?.spanContext();
      if (span === undefined) logger[level](message, data);
      else logger[level](message, { ...data, trace_id: span.traceId, span_id: span.spanId });
    };
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

function readTracerProvider(place: Place): TracerProvider {
  const { value } = place;
  if (typeof Object(value).getTracer === 'function') return value as TracerProvider;
  throw invalid(place, 'an object with getTracer()');
}
