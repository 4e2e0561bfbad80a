import type { WorkSource, WorkTicket } from '../../src/ports/work-source.ts';
import { Choices } from '../../src/system/virtual/choices.ts';
import type { ClusterPlan } from '../faults/plan.ts';

/** Offers that are remembered to be given once more. */
const REMEMBERED_MAX = 8;

/** What makes a source unsure. */
export interface UnsureSourceDeps {
  readonly inner: WorkSource;
  readonly plan: ClusterPlan;
  readonly seed: number;
  /** The faults are over. */
  readonly isCalm: () => boolean;
}

/** A source of work that loses offers, and gives some of them twice. */
export function unsureSource({ inner, plan, seed, isCalm }: UnsureSourceDeps): WorkSource {
  const choices = new Choices(seed);
  const given: WorkTicket[] = [];
  return {
    open: (listener) => inner.open(listener),
    offer: (tx, run, slices) => inner.offer(tx, run, slices),
    published: (run) => inner.published(run),
    async take(room) {
      const taken = await inner.take(room);
      if (isCalm()) return taken;
      const kept = taken.filter(() => !choices.chance(plan.offersLost / 100));
      const again =
        kept.length < room && given.length > 0 && choices.chance(plan.offersDoubled / 100)
          ? [choices.pick(given)]
          : [];
      given.unshift(...kept);
      given.length = Math.min(given.length, REMEMBERED_MAX);
      return [...kept, ...again];
    },
    renew: (tickets) => inner.renew(tickets),
    complete: (tx, tickets) => inner.complete(tx, tickets),
    giveBack: (ticket, notBeforeMs) => inner.giveBack(ticket, notBeforeMs),
    drop: (ticket) => inner.drop(ticket),
    sweep: () => inner.sweep(),
    close: () => inner.close(),
  };
}
