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
import type { MomentTrigger } from '../../model/workflow/workflow.ts';
import { hasCome as isNotBefore, isOver, momentAt } from './slots.ts';

/** Result of a trigger for a subject at a slot. */
export type MomentStanding =
  /** `dueAtMs`: the moment that makes the subject due. */
  | { readonly kind: 'due'; readonly dueAtMs: EpochMs }
  /** The subject was due earlier, or will be later. */
  | { readonly kind: 'notDue' }
  | { readonly kind: 'noDate' }
  | { readonly kind: 'unreadableDate'; readonly attribute: string; readonly value: unknown };

/** Called with each attribute that is read, and its value. */
type ReadListener = (attribute: string, value: unknown) => void;

/** A trigger's arithmetic. */
export interface Moments {
  /** The moment that makes the subject due, or why there is none. */
  dueAt(subject: Subject, read?: ReadListener): EpochMs | MomentStanding;
  /** Whether the moment has come at a slot. */
  hasCome(dueAtMs: EpochMs, slotAtMs: EpochMs): boolean;
  /** The result at a slot: the moment has come, and is not over yet (`reachMs`). */
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

/** A trigger as data. */
interface Rule {
  /** The latest date of the first source that has one counts. */
  readonly sources: readonly (readonly string[])[];
  /** From that date to the moment that makes a subject due. */
  readonly offsetInDays: number;
  readonly reachMs: DurationMs;
  /** A slot at the very moment is too early. */
  readonly isAfter?: true;
}

/** The arithmetic of a trigger. */
export function momentsOf(trigger: MomentTrigger, catchUpMs: DurationMs): Moments {
  const { sources, offsetInDays, reachMs, isAfter = false } = ruleOf(trigger, catchUpMs);
  const lastDate = dateReader(sources);
  const dueAt: Moments['dueAt'] = (subject, read) => {
    const date = lastDate(subject, read);
    return typeof date === 'number' ? (momentAt(date, offsetInDays) ?? NOT_DUE) : date;
  };
  const hasCome: Moments['hasCome'] = isAfter ? (dueAtMs, slotAtMs) => dueAtMs < slotAtMs : isNotBefore;
  return {
    dueAt,
    hasCome,
    reachMs,
    attributes: sources.flat(),
    at(subject, slotAtMs) {
      const dueAtMs = dueAt(subject);
      if (typeof dueAtMs !== 'number') return dueAtMs;
      const isDue = hasCome(dueAtMs, slotAtMs) && !isOver(dueAtMs, slotAtMs, reachMs);
      return isDue ? { kind: 'due', dueAtMs } : NOT_DUE;
    },
  };
}

function ruleOf(trigger: MomentTrigger, catchUpMs: DurationMs): Rule {
  if ('timeBasedAttribute' in trigger) {
    const { timeBasedAttribute, offsetInDays } = trigger;
    return { sources: [[timeBasedAttribute]], offsetInDays, reachMs: catchUpMs };
  }
  if ('inactivityPeriodInDays' in trigger) {
    return {
      // A person who has never signed in has been inactive since the account was created.
      sources: [SIGN_INS, ['createdDateTime']],
      offsetInDays: trigger.inactivityPeriodInDays,
      reachMs: Number.POSITIVE_INFINITY,
    };
  }
  const { attribute, operator } = trigger;
  const sources = [[attribute]];
  if ('lessThanOffsetInDays' in operator) {
    const { greaterThanOffsetInDays: near, lessThanOffsetInDays: far, eventTiming } = operator;
    const offsetInDays = eventTiming === 'before' ? -far : near;
    return { sources, offsetInDays, reachMs: (far - near) * DAY_MS, isAfter: true };
  }
  const offsetInDays = operator.eventTiming === 'before' ? -operator.offsetInDays : operator.offsetInDays;
  return { sources, offsetInDays, reachMs: catchUpMs };
}

/** Reads the latest date of the first source that has one. */
function dateReader(
  sources: Rule['sources'],
): (subject: Subject, read?: ReadListener) => EpochMs | MomentStanding {
  const paths = sources.map((source) =>
    source.map((attribute) => ({ attribute, segments: attribute.split('/') })),
  );
  return (subject, read) => {
    for (const source of paths) {
      let lastMs: EpochMs | null = null;
      for (const { attribute, segments } of source) {
        const value = ownValue(subject, segments);
        read?.(attribute, value);
        const reading = readAttribute(value);
        if (reading === 'unreadable') return { kind: 'unreadableDate', attribute, value };
        if (reading !== 'none') lastMs = Math.max(reading, lastMs ?? reading);
      }
      if (lastMs !== null) return lastMs;
    }
    return NO_DATE;
  };
}
