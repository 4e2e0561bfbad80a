import type { EngineEventMap, EngineEventName } from '../events/event-map.ts';
import type { Logger } from '../ports/logger.ts';
import { leftOutSentences } from './selection.ts';

/** Logs an event that nobody listens for, when it must not be lost. */
export function logUnheard<Name extends EngineEventName>(
  logger: Logger,
  name: Name,
  payload: EngineEventMap[Name],
): void {
  if (name === 'engine.error') {
    const { error, during } = payload as EngineEventMap['engine.error'];
    logger.error(`tenure: ${during} failed`, { error });
  } else if (name === 'subjects.leftOut') {
    const { selection, ...where } = payload as EngineEventMap['subjects.leftOut'];
    logger.warn(`tenure: ${leftOutSentences(selection).join('; ')}`, { ...where, selection });
  }
}
