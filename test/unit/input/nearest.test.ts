import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/input/nearest.ts';

describe('a suggestion', () => {
  const names = ['Onboard new hire employee', 'Offboard an employee', 'Post-Onboarding of an employee'];
  it.each([
    ['offboard an employee', 'Offboard an employee'],
    ['Ofboard employee', 'Offboard an employee'],
    ['onboard', 'Onboard new hire employee'],
    ['post-onboarding', 'Post-Onboarding of an employee'],
  ])('for %s is %s', (word, name) => {
    expect(nearest(word, names)).toBe(name);
  });

  it.each([
    ['concurency', 'concurrency'],
    ['filtr', 'filter'],
    ['retries', 'retry'],
    ['timeoutMS', 'timeoutMs'],
    ['topp', 'top'],
  ])('for the option %s is %s', (word, name) => {
    expect(nearest(word, ['concurrency', 'filter', 'preview', 'retry', 'timeoutMs', 'top'])).toBe(name);
  });

  it('is not made for what is far from everything', () => {
    expect([nearest('xyzzy', names), nearest('', names), nearest('a', [])]).toEqual([null, null, null]);
  });
});
