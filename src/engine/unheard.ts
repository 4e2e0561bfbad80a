import { activityText } from '../events/engine-activity.ts';
import type { EngineEventMap, EngineEventName } from '../events/event-map.ts';
import type { Logger } from '../ports/logger.ts';
import { leftOutSentences } from './selection.ts';

/** Logs an event without listeners when it must not be lost. */
export function logUnheard<Name extends EngineEventName>(
  logger: Logger,
  name: Name,
  payload: EngineEventMap[Name],
): void {
  if (name === 'engine.error') {
    const event = payload as EngineEventMap['engine.error'];
    logger.error(`tenure: ${activityText(event)} failed`, { error: event.error });
  } else if (name === 'workflow.subjectsLeftOut') {
    const { selection, ...where } = payload as EngineEventMap['workflow.subjectsLeftOut'];
    logger.warn(`tenure: ${leftOutSentences(selection).join('; ')}`, { ...where, selection });
  } else if (name === 'handler.unsettled') {
    logger.warn('tenure: a handler did not settle after it was aborted, and may still be working', {
      ...payload,
    });
  } else if (name === 'engine.stalled') {
    const advice = 'each further one costs a lane; find out why handlers ignore their signal, and restart';
    logger.error(`tenure: too many handlers are unsettled: ${advice}`, { ...payload });
  }
}
