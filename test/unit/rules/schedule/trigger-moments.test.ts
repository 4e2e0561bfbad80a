import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Subject } from '../../../../src/model/subject.ts';
import { DAY_MS } from '../../../../src/model/time.ts';
import type { MomentTrigger } from '../../../../src/model/workflow/workflow.ts';
import { momentsOf } from '../../../../src/rules/schedule/trigger-moments.ts';

const T0 = Date.UTC(2026, 5, 1);
const at = (days: number) => T0 + days * DAY_MS;
const iso = (days: number) => new Date(at(days)).toISOString();
const CATCH_UP = 3 * DAY_MS;

/** The day of the moment at which `subject` is due on day `slot`; `null`: it is not due. */
function dueDay(trigger: object, subject: object, slot: number): number | null {
  const standing = momentsOf(trigger as MomentTrigger, CATCH_UP).at(
    { id: 'u', ...subject } as Subject,
    at(slot),
  );
  return standing.kind === 'due' ? (standing.dueAtMs - T0) / DAY_MS : null;
}

const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a V2 trigger', () => {
  const equalTo = (eventTiming: string, offsetInDays: number) => ({
    attribute: 'custom/date',
    operator: { eventTiming, offsetInDays },
  });
  const between = (eventTiming: string, near: number, far: number) => ({
    attribute: 'date',
    operator: { eventTiming, greaterThanOffsetInDays: near, lessThanOffsetInDays: far },
  });

  it('of equality is due at its offset and in the catch-up window after it', () => {
    const subject = { custom: { date: iso(0) } };
    const dueOn = (trigger: object) =>
      days(-12, 12).filter((slot) => dueDay(trigger, subject, slot) !== null);
    expect(dueOn(equalTo('before', 7))).toEqual([-7, -6, -5]);
    expect(dueOn(equalTo('after', 2))).toEqual([2, 3, 4]);
    expect(dueOn(equalTo('on', 0))).toEqual([0, 1, 2]);
    expect(dueDay(equalTo('after', 2), subject, 4)).toBe(2);
    expect(dueDay(equalTo('after', 2), { 'custom/date': iso(0) }, 2)).toBe(null);
    expect(dueDay(equalTo('after', 2), { custom: { date: 'soon' } }, 2)).toBe(null);
  });

  it('between is due strictly inside its window, for one moment', () => {
    const dueOn = (trigger: object) =>
      days(-40, 40).flatMap((slot) => {
        const due = dueDay(trigger, { date: iso(0) }, slot);
        return due === null ? [] : [[slot, due]];
      });
    expect(dueOn(between('after', 10, 14))).toEqual([
      [11, 10],
      [12, 10],
      [13, 10],
    ]);
    expect(dueOn(between('before', 30, 33))).toEqual([
      [-32, -33],
      [-31, -33],
    ]);
  });

  it('never makes one due whose moment lies further back than its reach', () => {
    const trigger = fc.oneof(
      fc
        .record({
          near: fc.nat(60),
          span: fc.integer({ min: 1, max: 180 }),
          timing: fc.constantFrom('before', 'after'),
        })
        .map(({ near, span, timing }) => between(timing, near, near + span)),
      fc
        .record({ days: fc.nat(180), timing: fc.constantFrom('before', 'after') })
        .map(({ days: offset, timing }) => ({
          attribute: 'date',
          operator: { eventTiming: timing, offsetInDays: offset },
        })),
    );
    fc.assert(
      fc.property(trigger, fc.integer({ min: -300, max: 300 }), fc.nat(23), (drawn, day, hour) => {
        const moments = momentsOf(drawn as MomentTrigger, CATCH_UP);
        const slotAtMs = at(day) + hour * 3_600_000;
        const standing = moments.at({ id: 'u', date: iso(0) }, slotAtMs);
        if (standing.kind !== 'due') return;
        expect(standing.dueAtMs).toBeLessThanOrEqual(slotAtMs);
        expect(slotAtMs - standing.dueAtMs).toBeLessThan(moments.reachMs);
      }),
    );
  });
});

describe('an inactivity trigger', () => {
  const trigger = { inactivityPeriodInDays: 30 };
  const signIns = (one: number, other?: number) => ({
    createdDateTime: iso(-500),
    signInActivity: {
      lastSignInDateTime: iso(one),
      ...(other === undefined ? {} : { lastSuccessfulSignInDateTime: iso(other) }),
    },
  });

  it('is due from the period after the last sign-in on, however long', () => {
    expect(dueDay(trigger, signIns(0), 29)).toBe(null);
    expect(dueDay(trigger, signIns(0), 30)).toBe(30);
    expect(dueDay(trigger, signIns(0), 400)).toBe(30);
    expect(dueDay(trigger, signIns(0, 5), 34)).toBe(null);
    expect(dueDay(trigger, signIns(5, 0), 35)).toBe(35);
  });

  it('counts from the creation of one who never signed in, and knows nothing of one without dates', () => {
    expect(dueDay(trigger, { createdDateTime: iso(0), signInActivity: null }, 31)).toBe(30);
    expect(dueDay(trigger, { signInActivity: { lastSignInDateTime: '0001-01-01T00:00:00Z' } }, 31)).toBe(
      null,
    );
    expect(dueDay(trigger, {}, 31)).toBe(null);
  });

  it('takes an unreadable sign-in for no date: neither another sign-in nor the creation stands in for it', () => {
    const subject = {
      id: 'u',
      createdDateTime: iso(-500),
      signInActivity: { lastSignInDateTime: '01/02/2026', lastSuccessfulSignInDateTime: iso(-400) },
    };
    expect(momentsOf(trigger as MomentTrigger, CATCH_UP).at(subject, at(0))).toEqual({
      kind: 'unreadableDate',
      attribute: 'signInActivity/lastSignInDateTime',
      value: '01/02/2026',
    });
    const created = { id: 'u', createdDateTime: 46022 };
    expect(momentsOf(trigger as MomentTrigger, CATCH_UP).at(created, at(0))).toMatchObject({
      kind: 'unreadableDate',
      attribute: 'createdDateTime',
    });
  });
});

describe('what a trigger says of a person who is not due', () => {
  const trigger = {
    timeBasedAttribute: 'employeeLeaveDateTime',
    offsetInDays: 0,
  } as unknown as MomentTrigger;
  const moments = momentsOf(trigger, CATCH_UP);
  const unreadable = (value: unknown) => ({
    kind: 'unreadableDate',
    attribute: 'employeeLeaveDateTime',
    value,
  });

  it.each<[string, unknown, object]>([
    ['no attribute', undefined, { kind: 'noDate' }],
    ['null', null, { kind: 'noDate' }],
    ['blank text', ' ', { kind: 'noDate' }],
    ['“not set”', '0001-01-01', { kind: 'noDate' }],
    ['a date three days ago', iso(-3), { kind: 'notDue' }],
    ['a date to come', iso(1), { kind: 'notDue' }],
    ['a date with indistinguishable day and month', '01/02/2026', unreadable('01/02/2026')],
    ['a number', 46022, unreadable(46022)],
  ])('%s', (_, value, expected) => {
    expect(moments.at({ id: 'u', employeeLeaveDateTime: value }, at(0))).toEqual(expected);
  });

  it('a date whose offset leaves the calendar is not due', () => {
    const far = momentsOf({ ...trigger, offsetInDays: 1 } as MomentTrigger, CATCH_UP);
    expect(far.at({ id: 'u', employeeLeaveDateTime: new Date(8.64e15) }, at(0))).toEqual({ kind: 'notDue' });
  });
});

describe('the steps of a trigger', () => {
  it('are the moment, with what was read for it, and whether it has come', () => {
    const { dueAt, hasCome } = momentsOf({ inactivityPeriodInDays: 2 } as MomentTrigger, CATCH_UP);
    const read: unknown[] = [];
    const subject = { id: 'u', createdDateTime: iso(-9), signInActivity: { lastSignInDateTime: iso(-3) } };
    expect(dueAt(subject, (attribute, value) => read.push([attribute, value]))).toBe(at(-1));
    expect(read).toEqual([
      ['signInActivity/lastSuccessfulSignInDateTime', undefined],
      ['signInActivity/lastSignInDateTime', iso(-3)],
      ['signInActivity/lastNonInteractiveSignInDateTime', undefined],
    ]);
    expect([hasCome(at(0), at(0)), hasCome(at(1), at(0))]).toEqual([true, false]);
  });

  it('of a window exclude its beginning', () => {
    const operator = { eventTiming: 'after', greaterThanOffsetInDays: 0, lessThanOffsetInDays: 2 };
    const { hasCome } = momentsOf({ attribute: 'date', operator } as MomentTrigger, CATCH_UP);
    expect([hasCome(at(0), at(0)), hasCome(at(0), at(0) + 1)]).toEqual([false, true]);
  });
});
