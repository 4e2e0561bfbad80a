/** `tenure/telemetry`: traces and metrics by OpenTelemetry. Needs the package `@opentelemetry/api`. */
export {
  type ObserveOptions,
  openTelemetry,
  type Telemetry,
  type TelemetryOptions,
} from './telemetry/otel/open-telemetry.ts';
