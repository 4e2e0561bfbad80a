/**
 * When a subject is due by what the directory says of him now. Pure.
 *
 * | trigger                      | moment                            | due from it until              |
 * |------------------------------|-----------------------------------|--------------------------------|
 * | timeBasedAttributeTrigger    | attribute + offset                | the catch-up window is over    |
 * | …V2, operatorEqualTo         | attribute ∓ offset                | the catch-up window is over    |
 * | …V2, operatorBetween         | where the window begins           | where it ends, both excluded   |
 * | userInactivityTrigger        | last sign-in + period             | he signs in                    |
 *
 * Source: domain §1.12, §3.1, §3.2; decision 11.
 */
import { ownValue } from '../filter/index.ts';
import type { Subject } from '../model/subject.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../model/time.ts';
import type { MomentTrigger, OperatorBetween } from '../model/workflow.ts';
import { dueAtMs, isDue } from './schedule-times.ts';

/** A trigger's arithmetic. */
export interface Moments {
  /** The moment that makes `subject` due at `slotAtMs`; `null`: he is not. */
  dueAt(subject: Subject, slotAtMs: EpochMs): EpochMs | null;
  /** How long before a slot a moment may lie that still makes somebody due; `Infinity`: any time. */
  readonly reachMs: DurationMs;
}

/** What of the directory says when somebody last signed in. */
const SIGN_INS = [
  'lastSuccessfulSignInDateTime',
  'lastSignInDateTime',
  'lastNonInteractiveSignInDateTime',
] as const;

/** The arithmetic of a trigger. */
export function momentsOf(trigger: MomentTrigger, catchUpMs: DurationMs): Moments {
  if ('timeBasedAttribute' in trigger) {
    const { timeBasedAttribute, offsetInDays } = trigger;
    return atOffset([timeBasedAttribute], offsetInDays, catchUpMs);
  }
  if ('inactivityPeriodInDays' in trigger) return afterInactivity(trigger.inactivityPeriodInDays);
  const { attribute, operator } = trigger;
  const segments = attribute.split('/');
  if ('lessThanOffsetInDays' in operator) return between(segments, operator);
  const days = operator.eventTiming === 'before' ? -operator.offsetInDays : operator.offsetInDays;
  return atOffset(segments, days, catchUpMs);
}

function atOffset(segments: readonly string[], offsetInDays: number, catchUpMs: DurationMs): Moments {
  return {
    reachMs: catchUpMs,
    dueAt(subject, slotAtMs) {
      const dueMs = dueAtMs(ownValue(subject, segments), offsetInDays);
      return dueMs !== null && isDue(dueMs, slotAtMs, catchUpMs) ? dueMs : null;
    },
  };
}

function between(segments: readonly string[], operator: OperatorBetween): Moments {
  const { greaterThanOffsetInDays: near, lessThanOffsetInDays: far } = operator;
  const [from, to] = operator.eventTiming === 'before' ? [-far, -near] : [near, far];
  return {
    reachMs: (far - near) * DAY_MS,
    dueAt(subject, slotAtMs) {
      const value = ownValue(subject, segments);
      const [fromMs, toMs] = [dueAtMs(value, from), dueAtMs(value, to)];
      return fromMs !== null && toMs !== null && fromMs < slotAtMs && slotAtMs < toMs ? fromMs : null;
    },
  };
}

function afterInactivity(days: number): Moments {
  return {
    reachMs: Number.POSITIVE_INFINITY,
    dueAt(subject, slotAtMs) {
      const signIns = SIGN_INS.flatMap(
        (name) => dueAtMs(ownValue(subject, ['signInActivity', name]), days) ?? [],
      );
      // Who has never signed in has been inactive since he was created.
      const dueMs = signIns.length > 0 ? Math.max(...signIns) : dueAtMs(subject.createdDateTime, days);
      return dueMs !== null && dueMs <= slotAtMs ? dueMs : null;
    },
  };
}
