import { readLogger } from '../../input/ports.ts';
import type { Logger } from '../../ports/logger.ts';

type Log = (data: object, message: string) => void;

/** What {@link pinoLogger} calls: a logger of pino, or one that is called like it (bunyan, Fastify's `app.log`). */
export interface PinoLike {
  readonly debug: Log;
  readonly info: Log;
  readonly warn: Log;
  readonly error: Log;
}

/**
 * A logger of pino as a `Logger` of the engine: pino takes the data before the message, and an error under `err`, where it
 * serializes it with its stack.
 *
 * @throws LifecycleError `InvalidArgument`.
 *
 * @example
 * ```ts
 * import { pino } from 'pino';
 * import { createEngine, pinoLogger } from 'tenure';
 *
 * const engine = await createEngine({ logger: pinoLogger(pino({ level: 'warn' })) });
 * await engine.close();
 * ```
 */
export function pinoLogger(pino: PinoLike): Logger {
  readLogger({ path: 'pino', value: pino });
  return loggerOf((level, message, data = {}) => {
    const { error, ...rest } = data;
    pino[level](error === undefined ? rest : { ...rest, err: error }, message);
  });
}

/** A `Logger` that prints to the console of the process: warnings and errors to stderr, the rest to stdout. */
export function consoleLogger(): Logger {
  return loggerOf((level, message, data) => {
    if (data === undefined) console[level](message);
    else console[level](message, data);
  });
}

function loggerOf(
  log: (level: keyof Logger, message: string, data?: Readonly<Record<string, unknown>>) => void,
): Logger {
  const at = (level: keyof Logger): Logger[keyof Logger] => {
    return (message, data) => log(level, message, data);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
