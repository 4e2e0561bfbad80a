import { type MeterProvider, metrics, type TracerProvider, trace } from '@opentelemetry/api';
import type { Engine } from '../../engine/engine.ts';
import { readFlag, readNumber } from '../../input/fields.ts';
import { nullable, optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { DurationListener } from '../../metrics/engine-metrics.ts';
import type { Logger } from '../../ports/logger.ts';
import type { AroundTask } from '../../ports/task-handler.ts';
import { systemClock } from '../../system/real/clock.ts';
import { FailureLimit } from './failure-limit.ts';
import { Instruments } from './instruments.ts';
import { Sampling } from './sampling.ts';
import { Traces } from './traces.ts';

const NAME = 'tenure';

/** Options of {@link openTelemetry}. */
export interface TelemetryOptions {
  /** Default: the global one. */
  readonly tracerProvider?: TracerProvider;
  /** Default: the global one, as it is when `openTelemetry` is called. */
  readonly meterProvider?: MeterProvider;
  /**
   * Of how many people tasks are traced, 0 to 1. Default `null`: of all in runs of up to 10,000 people, of one in a hundred
   * in larger ones. Of the others failures are shown, at most 100 a run.
   */
  readonly ratio?: number | null;
  /** Whether spans have the ids of people. Default `false`. */
  readonly subjectIds?: boolean;
}

/** Traces and metrics of engines. */
export interface Telemetry {
  /** What the engine calls: to be given to `createEngine`. */
  readonly ports: { readonly aroundTask: AroundTask; readonly onDuration: DurationListener };
  /** Traces the runs and people of an engine, and has its metrics read. Returns how to end that. */
  observe(engine: Pick<Engine, 'on' | 'off' | 'metrics'>): () => void;
  /** The logger, with `trace_id` and `span_id` of the active span in what it logs. */
  logger(logger: Logger): Logger;
}

const OPTIONS = {
  tracerProvider: optional(providerWith<TracerProvider>('getTracer')),
  meterProvider: optional(providerWith<MeterProvider>('getMeter')),
  ratio: withDefault(
    nullable((place) => readNumber(place, 0, 1)),
    null,
  ),
  subjectIds: withDefault(readFlag, false),
} satisfies ShapeOf<TelemetryOptions>;

/**
 * Traces and metrics by OpenTelemetry, with the SDK that your service has set up. A person in a run is one trace, linked
 * to the run's; a task's span is active in its handler, so that what instrumentations trace lies below it.
 *
 * ```ts
 * const telemetry = openTelemetry();
 * const engine = await createEngine({ tasks, ...telemetry.ports });
 * telemetry.observe(engine);
 * ```
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function openTelemetry(options?: TelemetryOptions): Telemetry {
  const { tracerProvider, meterProvider, ratio, subjectIds } = readOptions(options, 'openTelemetry', OPTIONS);
  const sampling = new Sampling(ratio);
  const tracer = (tracerProvider ?? trace).getTracer(NAME);
  const failures = new FailureLimit(systemClock);
  const traces = new Traces({ tracer, sampling, failures, hasSubjectIds: subjectIds });
  const instruments = new Instruments((meterProvider ?? metrics).getMeter(NAME));
  return {
    ports: {
      aroundTask: traces.aroundTask,
      onDuration: failures.around((...measured) => instruments.record(...measured)),
    },
    observe: (engine) => {
      const end = instruments.observe(() => engine.metrics());
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
        'user.finished': failures.around((event) => traces.userFinished(event)),
      } satisfies { [Name in Parameters<Engine['on']>[0]]?: Parameters<typeof engine.on<Name>>[1] };
      // Of people who are not traced not even the event is made.
      for (const [name, listener] of Object.entries(listeners))
        engine.on(name as 'run.created', listener as never, (...person) => sampling.has(...person));
      return () => {
        for (const [name, listener] of Object.entries(listeners))
          engine.off(name as 'run.created', listener as never);
        end();
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

function providerWith<Provider extends object>(method: keyof Provider & string): (place: Place) => Provider {
  return (place) => {
    const { value } = place;
    if (typeof Object(value)[method] === 'function') return value as Provider;
    throw invalid(place, `an object with ${method}()`);
  };
}
