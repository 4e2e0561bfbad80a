import type { Logger } from '../ports/logger.ts';

/** The host's logger, made safe to call: it may throw, and nothing here must stop because of that. */
export function quietLogger(logger: Logger): Logger {
  const guard =
    (method: keyof Logger): Logger[keyof Logger] =>
    (message, data) => {
      try {
        logger[method](message, data);
      } catch {
        // There is no other place to report it to.
      }
    };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}
