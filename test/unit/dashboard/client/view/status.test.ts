import { describe, expect, it } from 'vitest';
import { executionTypeWord, isFinal, statusView } from '../../../../../src/dashboard/client/view/status.ts';
import { EXECUTION_TYPES, PROCESSING_STATUSES } from '../../../../../src/model/status.ts';
import { isTerminal } from '../../../../../src/rules/status/transitions.ts';

describe('statuses in words', () => {
  it('have a word of their own, each', () => {
    const words = PROCESSING_STATUSES.map((status) => statusView(status).word);
    expect(new Set(words).size).toBe(PROCESSING_STATUSES.length);
    expect(words.join(' ')).not.toMatch(/[A-Z]/);
    expect(EXECUTION_TYPES.map(executionTypeWord).join(' ')).not.toMatch(/[A-Z]/);
  });

  it('are shown as they came when they are not known', () => {
    expect(statusView('later')).toEqual({ word: 'later', tone: 'waiting' });
    expect(executionTypeWord('later')).toBe('later');
  });

  it('are final as the rules say', () => {
    for (const status of PROCESSING_STATUSES) expect(isFinal(status)).toBe(isTerminal(status));
  });
});
