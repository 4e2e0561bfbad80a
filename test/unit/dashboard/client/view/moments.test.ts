import { describe, expect, it } from 'vitest';
import { agoText, durationText, momentText } from '../../../../../src/dashboard/client/view/moments.ts';

const NOW = Date.parse('2026-11-29T15:04:05Z');

describe('moments', () => {
  it('are shown in the time zone of the reader, as short as they can be', () => {
    expect(momentText('2026-11-29T09:30:00Z', NOW, 'UTC')).toBe('09:30:00');
    expect(momentText('2026-11-28T23:30:00Z', NOW, 'UTC')).toBe('28 Nov, 23:30');
    expect(momentText('2026-11-28T23:30:00Z', NOW, 'Europe/Berlin')).toBe('00:30:00');
    expect(momentText('2025-11-29T09:30:00Z', NOW, 'UTC')).toBe('29 Nov 2025, 09:30');
    expect(momentText('2026-11-29T05:00:00Z', NOW, 'America/New_York')).toBe('00:00:00');
  });

  it('are so long ago, or to come', () => {
    expect(agoText('2026-11-29T15:04:05Z', NOW)).toBe('now');
    expect(agoText('2026-11-29T15:01:05.400Z', NOW)).toBe('3 min ago');
    expect(agoText('2026-11-29T15:03:57.300Z', NOW)).toBe('8 s ago');
    expect(agoText('2026-11-29T18:00:00Z', NOW)).toBe('in 2 h 56 min');
    expect(agoText('2026-11-20T10:00:00Z', NOW)).toBe('9 days 5 h ago');
  });

  it('are apart', () => {
    expect(durationText(null, null, NOW)).toBeNull();
    expect(durationText('2026-11-29T15:04:00Z', '2026-11-29T15:04:01.500Z', NOW)).toBe('1.5 s');
    expect(durationText('2026-11-29T15:04:00Z', null, NOW)).toBe('5 s');
    expect(durationText('2026-11-29T15:04:09Z', null, NOW)).toBe('0 ms');
  });
});
