import fc from 'fast-check';
import { readOptions } from '../../input/options.ts';
import {
  apply,
  createRun,
  type ModelEvent,
  type ModelPlan,
  type ModelRun,
  possibleEvents,
} from '../model/reference-model.ts';
import type { SizeOptions } from './counters.ts';
import { EVENTS, SIZE } from './options.ts';

/** What the reference model is made with. Shrinks to one user with one task. */
export function modelPlan(options?: SizeOptions): fc.Arbitrary<Required<ModelPlan>> {
  const { usersMax, tasksMax } = readOptions(options, 'modelPlan', SIZE);
  return fc.record({
    users: fc.integer({ min: 1, max: usersMax }),
    continueOnError: fc.array(fc.boolean(), { minLength: 1, maxLength: tasksMax }),
    strictFailed: fc.boolean(),
  });
}

/** A plan, events that can happen to it in this order, and the model after them. */
export interface EventSequence {
  readonly plan: Required<ModelPlan>;
  readonly events: readonly ModelEvent[];
  /** Apply to a model of your own instead of changing this one. */
  readonly model: ModelRun;
}

/** Options of {@link eventSequence}. */
export interface EventOptions extends SizeOptions {
  /** The run may be canceled. Default `true`. */
  readonly cancel?: boolean;
  /** Go on until the run is final. Default `false`: stop anywhere. */
  readonly toTheEnd?: boolean;
  /** Events, at most, before the rest is cut or, with `toTheEnd`, goes the shortest way. Default 40. */
  readonly eventsMax?: number;
}

/**
 * A legal sequence of events of a run, in any order that can happen. An event is drawn as a number that picks
 * one of those that are possible, so that leaving events out (shrinking) gives a legal sequence again.
 */
export function eventSequence(options?: EventOptions): fc.Arbitrary<EventSequence> {
  const { cancel, toTheEnd, eventsMax, ...sizes } = readOptions(options, 'eventSequence', EVENTS);
  const choices = fc.array(fc.nat({ max: 1 << 16 }), { maxLength: eventsMax });
  return fc.tuple(modelPlan(sizes), choices).map(([plan, picked]) => {
    const model = createRun(plan);
    const events: ModelEvent[] = [];
    const left = [...picked];
    for (;;) {
      const possible = possibleEvents(model, { abandon: cancel }).filter(
        ({ kind }) => cancel || kind !== 'cancelRun',
      );
      const choice = left.shift() ?? (toTheEnd ? 0 : undefined);
      const event = choice === undefined ? undefined : possible[choice % Math.max(1, possible.length)];
      if (!event) return { plan, events, model };
      apply(model, event);
      events.push(event);
    }
  });
}
