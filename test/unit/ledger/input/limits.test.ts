/** Limits that a host sets: whole numbers from 1 on, or none. */
import { describe, expect, it } from 'vitest';
import { readLimits } from '../../../../src/ledger/input/limits.ts';
import { DEFAULT_LIMITS } from '../../../../src/model/workflow/workflow-limits.ts';

const read = (value: unknown) => readLimits({ path: 'limits', value });
const NAMES = Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[];

describe('the limits of a host', () => {
  it('are the defaults where none is given', () => {
    expect(read({})).toEqual(DEFAULT_LIMITS);
    expect(read({ workflowsMax: undefined })).toEqual(DEFAULT_LIMITS);
  });

  it.each(NAMES)('%s is a whole number from 1 on, or Infinity for no limit', (name) => {
    for (const limit of [1, 7, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])
      expect(read({ [name]: limit })).toEqual({ ...DEFAULT_LIMITS, [name]: limit });
    for (const limit of [0, -1, 1.5, '7', null, Number.NaN, Number.NEGATIVE_INFINITY])
      expect(() => read({ [name]: limit })).toThrowError(
        expect.objectContaining({ code: 'InvalidArgument', details: { field: `limits.${name}` } }),
      );
  });

  it('are refused under another name, with the nearest one', () => {
    expect(() => read({ workflowMax: 5 })).toThrowError(/workflowsMax/);
  });

  it.each([null, [], 5, 'entra'])('are refused as %j', (value) => {
    expect(() => read(value)).toThrowError(expect.objectContaining({ details: { field: 'limits' } }));
  });
});
