import { describe, expect, it } from 'vitest';
import { headlineOf, readableText, reasonOf } from '../../../../../src/dashboard/client/view/explained.ts';

const shown = () => '18:00';
const clause = { level: 0, text: 'a', result: 'met', values: [] } as const;
const step = { condition: 'scope', result: 'notMet', values: [], omittedClausesCount: 0 } as const;

describe('explanations for people', () => {
  it('have moments of the reader and quotation marks', () => {
    expect(readableText('the slot of 2026-11-29T18:00:00.000Z does not take `ada`', shown)).toBe(
      'the slot of 18:00 does not take “ada”',
    );
  });

  it('begin with what the schedule does', () => {
    const of = (slotDateTime: string | null, qualifies: boolean) =>
      headlineOf({ slotDateTime, qualifies } as never, shown);
    expect(of('2026-11-29T18:00:00.000Z', true)).toBe('The slot of 18:00 takes this person.');
    expect(of('2026-11-29T18:00:00.000Z', false)).toBe('The slot of 18:00 does not take this person.');
    expect(of(null, false)).toContain('the workflow has none');
  });

  it('say no clause twice', () => {
    const reason = 'the rule does not select the person: a';
    expect(reasonOf({ ...step, reason, clauses: [clause] })).toBe('the rule does not select the person');
    expect(reasonOf({ ...step, reason, clauses: [] })).toBe(reason);
  });
});
