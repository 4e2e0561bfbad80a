/** A trigger and a scope rule read the same date, or neither reads one, however it is written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScopeRule } from '../../src/filter/parsing/scope-rule.ts';
import { readAttribute } from '../../src/input/moments.ts';
import { DAY_MS } from '../../src/model/time.ts';
import type { MomentTrigger } from '../../src/model/workflow/workflow.ts';
import { momentsOf } from '../../src/rules/schedule/trigger-moments.ts';

const trigger = { timeBasedAttribute: 'employeeLeaveDateTime', offsetInDays: 0 } as unknown as MomentTrigger;
const moments = momentsOf(trigger, 1);
const RANGE = { min: Date.UTC(1970, 0, 2), max: Date.UTC(2100, 0, 1) };

/** What the trigger says, found by asking it at the moment that the text should mean, and at others. */
function triggerSays(value: unknown, wantedMs: number): 'due' | 'elsewhere' | 'noDate' | 'unreadableDate' {
  const { kind } = moments.at({ id: 'u', employeeLeaveDateTime: value }, wantedMs);
  return kind === 'notDue' ? 'elsewhere' : kind;
}

function ruleSays(value: unknown, wantedMs: number): 'due' | 'elsewhere' | 'noDate' | 'unreadableDate' {
  const literal = new Date(wantedMs).toISOString();
  const selects = (rule: string): boolean =>
    parseScopeRule(rule).matches({ id: 'u', employeeLeaveDateTime: value });
  const truths = [`employeeLeaveDateTime eq ${literal}`, `employeeLeaveDateTime ne ${literal}`].map(selects);
  const negated = [
    `not (employeeLeaveDateTime eq ${literal})`,
    `not (employeeLeaveDateTime ne ${literal})`,
    `not (employeeLeaveDateTime in (${literal}))`,
  ].map(selects);
  if (truths[0] && !truths[1]) return 'due';
  if (!truths[0] && !truths[1] && !negated.includes(true)) return 'unreadableDate';
  const isNone = selects('employeeLeaveDateTime eq null') || readAttribute(value) === 'none';
  return isNone ? 'noDate' : 'elsewhere';
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in whole minutes, and a text that means it, or nothing. */
const spelling = fc
  .tuple(fc.integer(RANGE), fc.constantFrom('T', ' ', 't'), fc.integer({ min: -23, max: 23 }), fc.nat(11))
  .map(([at, gap, hours, form]) => {
    const wantedMs = Math.floor(at / 60_000) * 60_000;
    const utc = new Date(wantedMs).toISOString();
    const local = new Date(wantedMs + hours * 3_600_000).toISOString().slice(0, 19).replace('T', gap);
    const sign = hours < 0 ? '-' : '+';
    const day = utc.slice(0, 10);
    const [year, month, date] = day.split('-') as [string, string, string];
    const dayMs = Math.floor(wantedMs / DAY_MS) * DAY_MS;
    const texts: [string, number][] = [
      [utc, wantedMs],
      [`  ${utc}\u00a0`, wantedMs],
      [`${local}${sign}${two(Math.abs(hours))}:00`, wantedMs],
      [`${local}${sign}${two(Math.abs(hours))}00`, wantedMs],
      [`${local}${sign}${two(Math.abs(hours))}`, wantedMs],
      [utc.slice(0, 16).replace('T', gap), wantedMs],
      [`${utc.slice(0, 19)}.0000000Z`, wantedMs],
      [day, dayMs],
      [`${day}${gap}24:00:00Z`, dayMs + DAY_MS],
      [`/Date(${wantedMs})/`, wantedMs],
      [`${date}/${month}/${year}`, wantedMs],
      [`${year}${month}${date}`, wantedMs],
    ];
    return texts[form] as [string, number];
  });

describe('trigger and rule', () => {
  it('agree on every spelling', () => {
    fc.assert(
      fc.property(spelling, ([text, wantedMs]) => {
        expect(ruleSays(text, wantedMs)).toBe(triggerSays(text, wantedMs));
        const isRead = typeof readAttribute(text) === 'number';
        expect(triggerSays(text, wantedMs)).toBe(isRead ? 'due' : 'unreadableDate');
      }),
      { numRuns: 2_000 },
    );
  });

  it('agree on any value at all', () => {
    const value = fc.oneof(fc.anything(), fc.string(), fc.date(), fc.constantFrom('0001-01-01', '', null));
    fc.assert(
      fc.property(value, fc.integer(RANGE), (one, wantedMs) => {
        expect(ruleSays(one, wantedMs)).toBe(triggerSays(one, wantedMs));
      }),
      { numRuns: 2_000 },
    );
  });
});
