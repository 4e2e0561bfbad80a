import { describe, expect, it } from 'vitest';
import { splitOf } from '../../../../src/simulate/record/dependence.ts';

const group = (key: string, count: number, failed: number) => ({ key, count, failed });

describe('what failures depend on', () => {
  it('is said by the groups that fail more often, with their rate and that of the others', () => {
    const split = splitOf([
      group('Sales', 400, 100),
      group('IT', 500, 10),
      group('Legal', 300, 5),
      group('HR', 200, 45),
    ]);
    expect(split?.keys).toEqual(['Sales', 'HR']);
    expect(split?.inside).toBeCloseTo(145 / 600);
    expect(split?.outside).toBeCloseTo(15 / 800);
    expect(split?.strength).toBeGreaterThan(8);
  });

  it('is nothing where rates differ as chance has it', () => {
    expect(splitOf([group('Sales', 400, 41), group('IT', 500, 48), group('Legal', 300, 33)])).toBeNull();
  });

  it('is nothing for few failures, for one group, and where all fail', () => {
    expect(splitOf([group('Sales', 100, 9), group('IT', 1_000, 0)])).toBeNull();
    expect(splitOf([group('Sales', 1_000, 500)])).toBeNull();
    expect(splitOf([group('Sales', 100, 100), group('IT', 100, 100)])).toBeNull();
  });

  it('never names a group with few outcomes, however many of them failed', () => {
    const small = Array.from({ length: 20 }, (_, at) => group(`small ${at}`, 10, 10));
    expect(splitOf([...small, group('IT', 1_000, 10), group('HR', 1_000, 300)])?.keys).toEqual(['HR']);
  });
});
