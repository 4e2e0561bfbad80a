import { describe, expect, it } from 'vitest';
import { readInstant, readWindow } from '../../../src/input/instants.ts';

const at = (value: unknown) => ({ path: 'at', value });

describe('an instant', () => {
  it.each([
    ['2026-01-31T08:00Z', Date.UTC(2026, 0, 31, 8)],
    ['2026-01-31T08:00:00.1239+01:00', Date.UTC(2026, 0, 31, 7, 0, 0, 123)],
  ])('%s is read', (text, ms) => {
    expect(readInstant(at(text))).toBe(ms);
  });

  it.each(['2026-01-31', '2026-01-31T08:00', '', 'now', 1_769_846_400_000, null, undefined])(
    '%o is refused',
    (value) => {
      expect(() => readInstant(at(value))).toThrow('Expected at to be an ISO 8601 date and time with a zone');
    },
  );
});

describe('a window', () => {
  it('may be one moment', () => {
    expect(readWindow('2026-01-31T08:00Z', '2026-01-31T08:00Z')).toEqual([
      Date.UTC(2026, 0, 31, 8),
      Date.UTC(2026, 0, 31, 8),
    ]);
  });

  it('that ends before it begins is refused', () => {
    expect(() => readWindow('2026-01-31T08:00Z', '2026-01-30T08:00Z')).toThrow(
      'Expected endDateTime to be not before startDateTime 2026-01-31T08:00Z, got `"2026-01-30T08:00Z"`',
    );
  });
});
