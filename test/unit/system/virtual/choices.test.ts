import { describe, expect, it } from 'vitest';
import { Choices } from '../../../../src/system/virtual/choices.ts';

describe('seeded choices', () => {
  it('are the same for the same seed, and others for another seed', () => {
    const drawn = (seed: number) => {
      const choices = new Choices(seed);
      return Array.from({ length: 20 }, () => choices.int(0, 999));
    };
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
  });

  it('reach both ends of a range and nothing beyond', () => {
    const choices = new Choices(1);
    const drawn = Array.from({ length: 500 }, () => choices.int(3, 6));
    expect([...new Set(drawn)].sort()).toEqual([3, 4, 5, 6]);
  });

  it('follow probabilities and weights', () => {
    const choices = new Choices(2);
    const hits = Array.from({ length: 2_000 }, () => choices.chance(0.25)).filter(Boolean).length;
    expect(hits / 2_000).toBeCloseTo(0.25, 1);
    const values = [
      { name: 'never', weight: 0 },
      { name: 'often', weight: 3 },
      { name: 'seldom', weight: 1 },
    ];
    const names = Array.from({ length: 2_000 }, () => choices.weighted(values).name);
    expect(names).not.toContain('never');
    expect(names.filter((name) => name === 'often').length / 2_000).toBeCloseTo(0.75, 1);
  });

  it('take some values in their order, without repetition, and all of them when there are fewer', () => {
    const choices = new Choices(3);
    const some = choices.some([1, 2, 3, 4, 5], 3);
    expect(some).toHaveLength(3);
    expect(some).toEqual([...new Set(some)].sort());
    expect(choices.some([1, 2], 3)).toEqual([1, 2]);
  });

  it('shuffle without losing a value', () => {
    const values = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = new Choices(4).shuffled(values);
    expect(shuffled).not.toEqual(values);
    expect(shuffled.toSorted((a, b) => a - b)).toEqual(values);
  });

  it('refuse to pick from nothing', () => {
    expect(() => new Choices(5).pick([])).toThrow(
      new RangeError('Expected values to be a list of at least one, got `[]`'),
    );
  });
});
