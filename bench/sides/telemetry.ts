/** A durable run that is watched: traces and metrics go to the SDK of OpenTelemetry, and from there nowhere. */
import { join } from 'node:path';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { sqliteStore } from '../../src/sqlite.ts';
import { openTelemetry } from '../../src/telemetry.ts';
import type { Run } from '../child.ts';
import type { DurableInput } from './durable.ts';
import { runLoad } from './load.ts';

const SUCCESS = 0;
const NOWHERE: SpanExporter = {
  export: (_, done) => done({ code: SUCCESS }),
  shutdown: async () => {},
};

export const run: Run<DurableInput> = ({ folder, ...load }) => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const telemetry = openTelemetry({
    ratio: 0.01, // as of a run of more than 10,000 people, also in the small one that warms the code up
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(NOWHERE)] }),
  });
  const { metricProducer } = telemetry;
  new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, metricProducers: [metricProducer] })],
  });
  return runLoad(load, (name) => sqliteStore(join(folder, `${name}.db`)), { telemetry });
};
