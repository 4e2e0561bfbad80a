import { describe, expect, it } from 'vitest';
import { studentT } from '../../../../src/simulate/statistics/student-t.ts';

describe("quantiles of Student's t", () => {
  it.each([
    // The tables of every textbook.
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 4, 2.776],
    [0.95, 9, 2.262],
    [0.95, 19, 2.093],
    [0.95, 29, 2.045],
    [0.95, 120, 1.98],
    [0.99, 1, 63.657],
    [0.99, 10, 3.169],
    [0.9, 19, 1.729],
    [0.5, 1, 1],
    [0.98, 7, 2.998],
  ])('at a confidence of %d with %d degrees of freedom are %d', (confidence, degrees, t) => {
    expect(studentT(confidence, degrees)).toBeCloseTo(t, 3);
  });

  it('come down to those of the normal distribution', () => {
    expect(studentT(0.95, 100_000)).toBeCloseTo(1.959_96, 4);
    const falling = [1, 2, 3, 5, 8, 13, 100, 999].map((degrees) => studentT(0.95, degrees));
    expect(falling).toEqual(falling.toSorted((a, b) => b - a));
  });
});
