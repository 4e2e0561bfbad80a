/**
 * When a subject is due by its current attributes. Pure.
 *
 * | trigger                      | moment                            | due from it until              |
 * |------------------------------|-----------------------------------|--------------------------------|
 * | timeBasedAttributeTrigger    | attribute + offset                | the catch-up window is over    |
 * | …V2, operatorEqualTo         | attribute ∓ offset                | the catch-up window is over    |
 * | …V2, operatorBetween         | where the window begins           | where it ends, both excluded   |
 * | userInactivityTrigger        | last sign-in + period             | the next sign-in               |
 *
 * Dates are read by `input/moments.ts`. A subject with an unreadable date is not due, and does not count as one
 * without a date: an unreadable sign-in must not make a person inactive.
 *
 * Source: domain §1.12, §3.1, §3.2; decisions 11 and 16.
 */
import { ownValue } from '../../filter/evaluation/paths.ts';
import { readAttribute } from '../../input/moments.ts';
import type { Subject } from '../../model/subject.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../../model/time.ts';
import type { MomentTrigger, OperatorBetween } from '../../model/workflow/workflow.ts';
import { isDue, momentAt } from './slots.ts';

/** Result of a trigger for a subject at a slot. */
export type MomentStanding =
  /** `dueAtMs`: the moment that makes the subject due. */
  | { readonly kind: 'due'; readonly dueAtMs: EpochMs }
  /** The subject was due earlier, or will be later. */
  | { readonly kind: 'notDue' }
  | { readonly kind: 'noDate' }
  | { readonly kind: 'unreadableDate'; readonly attribute: string; readonly value: unknown };

/** A trigger's arithmetic. */
export interface Moments {
  at(subject: Subject, slotAtMs: EpochMs): MomentStanding;
  /** How long before a slot a moment may lie that still makes a subject due; `Infinity`: any time. */
  readonly reachMs: DurationMs;
  /** Attributes of which a subject needs one: `employeeHireDate`, `employeeOrgData/start`. */
  readonly attributes: readonly string[];
}

const NOT_DUE: MomentStanding = { kind: 'notDue' };
const NO_DATE: MomentStanding = { kind: 'noDate' };

/** Attributes with the time of the last sign-in. */
const SIGN_INS = [
  'signInActivity/lastSuccessfulSignInDateTime',
  'signInActivity/lastSignInDateTime',
  'signInActivity/lastNonInteractiveSignInDateTime',
] as const;

/** The arithmetic of a trigger. */
export function momentsOf(trigger: MomentTrigger, catchUpMs: DurationMs): Moments {
  if ('timeBasedAttribute' in trigger) {
    const { timeBasedAttribute, offsetInDays } = trigger;
    return atOffset(timeBasedAttribute, offsetInDays, catchUpMs);
  }
  if ('inactivityPeriodInDays' in trigger) return afterInactivity(trigger.inactivityPeriodInDays);
  const { attribute, operator } = trigger;
  if ('lessThanOffsetInDays' in operator) return between(attribute, operator);
  const days = operator.eventTiming === 'before' ? -operator.offsetInDays : operator.offsetInDays;
  return atOffset(attribute, days, catchUpMs);
}

function atOffset(attribute: string, offsetInDays: number, catchUpMs: DurationMs): Moments {
  return {
    reachMs: catchUpMs,
    attributes: [attribute],
    at: byDate(attribute, (momentMs, slotAtMs) => {
      const dueAtMs = momentAt(momentMs, offsetInDays);
      return dueAtMs !== null && isDue(dueAtMs, slotAtMs, catchUpMs) ? dueAtMs : null;
    }),
  };
}

function between(attribute: string, operator: OperatorBetween): Moments {
  const { greaterThanOffsetInDays: near, lessThanOffsetInDays: far } = operator;
  const [from, to] = operator.eventTiming === 'before' ? [-far, -near] : [near, far];
  return {
    reachMs: (far - near) * DAY_MS,
    attributes: [attribute],
    at: byDate(attribute, (momentMs, slotAtMs) => {
      const [fromMs, toMs] = [momentAt(momentMs, from), momentAt(momentMs, to)];
      return fromMs !== null && toMs !== null && fromMs < slotAtMs && slotAtMs < toMs ? fromMs : null;
    }),
  };
}

/** @param dueAtOf the moment that makes the subject due at the slot; `null`: it is not due. */
function byDate(
  attribute: string,
  dueAtOf: (momentMs: EpochMs, slotAtMs: EpochMs) => EpochMs | null,
): Moments['at'] {
  const segments = attribute.split('/');
  return (subject, slotAtMs) => {
    const value = ownValue(subject, segments);
    const reading = readAttribute(value);
    if (reading === 'none') return NO_DATE;
    if (reading === 'unreadable') return { kind: 'unreadableDate', attribute, value };
    return standingOf(dueAtOf(reading, slotAtMs));
  };
}

function afterInactivity(days: number): Moments {
  const signIns = SIGN_INS.map((attribute) => ({ attribute, segments: attribute.split('/') }));
  // A person who has never signed in has been inactive since the account was created.
  const created = [{ attribute: 'createdDateTime', segments: ['createdDateTime'] }];
  return {
    reachMs: Number.POSITIVE_INFINITY,
    attributes: [...SIGN_INS, 'createdDateTime'],
    at(subject, slotAtMs) {
      for (const sources of [signIns, created]) {
        let lastMs: EpochMs | null = null;
        for (const { attribute, segments } of sources) {
          const value = ownValue(subject, segments);
          const reading = readAttribute(value);
          if (reading === 'unreadable') return { kind: 'unreadableDate', attribute, value };
          if (reading !== 'none') lastMs = Math.max(reading, lastMs ?? reading);
        }
        if (lastMs === null) continue;
        const dueAtMs = momentAt(lastMs, days);
        return standingOf(dueAtMs !== null && dueAtMs <= slotAtMs ? dueAtMs : null);
      }
      return NO_DATE;
    },
  };
}

function standingOf(dueAtMs: EpochMs | null): MomentStanding {
  return dueAtMs === null ? NOT_DUE : { kind: 'due', dueAtMs };
}
