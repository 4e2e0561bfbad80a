/**
 * Receives what the engine cannot report to a caller, and what handlers log. A method that throws is ignored. `consoleLogger()`
 * and `pinoLogger(pino)` make one.
 */
export interface Logger {
  /** For developers. */
  debug(message: string, data?: Readonly<Record<string, unknown>>): void;
  /** What happened, as expected. */
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  /** What happened and may need a look. */
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  /** What went wrong. */
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}
