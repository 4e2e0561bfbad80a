import { describe, expect, it } from 'vitest';
import {
  answerText,
  estimatesText,
  oneLessTexts,
  searchTexts,
  settingWords,
  sureText,
} from '../../../../src/simulate/sizing/words.ts';
import { ANSWER, SIZING, setting } from './sample.ts';

describe('a sizing in words', () => {
  it('says the answer, and how sure it is', () => {
    expect(answerText(SIZING)).toBe(
      'The cheapest of 9 settings that meets p95(latency) <= 30min and failed <= 1% has 10 calls at once and a slot every hour: p95(latency) 25 min (24 min … 26 min), failed 0.5 % (0 % … 0.9 %).',
    );
    expect(sureText(SIZING)).toContain('Means over 20 simulations of P3D (seeds 1 to 20');
    expect(oneLessTexts(SIZING)).toEqual([
      ['concurrency 8', 'p95(latency) 5 h (4 h 59 min … 5 h 1 min), failed 0.5 % (0 % … 0.9 %), missed'],
    ]);
  });

  it('says what comes nearest and what binds it', () => {
    const none = { ...SIZING, answer: null, nearest: setting(16, 40) };
    expect(answerText(none)).toBe(
      'No setting meets p95(latency) <= 30min and failed <= 1%: nearest come 16 calls at once and a slot every hour, with p95(latency) 40 min (39 min … 41 min), failed 0.5 % (0 % … 0.9 %); what binds is the lanes.',
    );
  });

  it('says that the nearest is undecided, which more seeds may change', () => {
    const nearest = { ...setting(16, 30), state: 'undecided' } as const;
    expect(answerText({ ...SIZING, answer: null, nearest })).toContain(
      ', undecided: more seeds may decide it; what binds is the lanes.',
    );
  });

  it('says how the settings were searched', () => {
    expect(searchTexts(SIZING)).toEqual([
      'Bisection along concurrency: 3 of 9 settings, 60 of 180 simulations. More of these does not hurt, as the neighbours of the answer confirm.',
      'Every value of interval was tried: slots move.',
    ]);
    const violation = { less: ANSWER, more: setting(16, 60) };
    const all = searchTexts({ ...SIZING, search: { ...SIZING.search, method: 'all', violation } });
    expect(all.slice(0, 2)).toEqual([
      'All settings: 3 of 9 settings, 60 of 180 simulations.',
      'More capacity was worse, at concurrency 16, interval 1 h than at concurrency 10, interval 1 h: so bisection could not be relied on, and all settings were tried.',
    ]);
    const doubtful = searchTexts({ ...SIZING, search: { ...SIZING.search, violation } });
    expect(doubtful[0]).toMatch(/60 of 180 simulations\.$/);
    expect(doubtful[1]).toContain('the cheapest setting may be another one');
  });

  it('names each kind of term', () => {
    const terms = [
      { name: 'concurrency', kind: 'concurrency', task: null },
      { name: 'processes', kind: 'processes', task: null },
      { name: 'interval', kind: 'interval', task: null },
      { name: 'rate', kind: 'rate', task: null },
      { name: 'rate(mail)', kind: 'rate', task: 'mail' },
      { name: 'concurrency(mail)', kind: 'concurrency', task: 'mail' },
    ] as const;
    const values = {
      concurrency: 1,
      processes: 2,
      interval: 3,
      rate: 5,
      'rate(mail)': 0.5,
      'concurrency(mail)': 4,
    };
    expect(settingWords(terms, values)).toBe(
      '1 call at once in each process, 2 processes, a slot every 3 hours, 5 calls a second, 0.5 calls of mail a second and 4 calls of mail at once in each process',
    );
    expect(settingWords(terms.slice(4, 5), values)).toBe('0.5 calls of mail a second');
    expect(estimatesText(SIZING.goals.slice(0, 1), ANSWER)).toBe('25 min (24 min … 26 min)');
  });
});
