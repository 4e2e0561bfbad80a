/** Work for tests of what does it: budgets as given, and a clock that stands still. */
import { Work, type WorkOptions } from '../../src/graph/work.ts';

/** A budget; without limits, more than any test needs. */
export function workOf(
  options: Partial<WorkOptions['limits']> & Partial<Omit<WorkOptions, 'limits'>> = {},
): Work {
  const { stepsMax = 1e12, workMsMax = 1e9, ...rest } = options;
  return new Work({
    limits: { stepsMax, workMsMax },
    clock: { elapsed: () => 0, yield: async () => {} },
    signal: new AbortController().signal,
    ...rest,
  });
}
