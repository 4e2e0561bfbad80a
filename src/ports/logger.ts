/**
 * Receives what the engine cannot report to a caller, and what handlers log. A method that throws is ignored. `consoleLogger()`
 * and `pinoLogger(pino)` make one.
 */
export interface Logger {
  debug(message: string, data?: Readonly<Record<string, unknown>>): void;
  info(message: string, data?: Readonly<Record<string, unknown>>): void;
  warn(message: string, data?: Readonly<Record<string, unknown>>): void;
  error(message: string, data?: Readonly<Record<string, unknown>>): void;
}
