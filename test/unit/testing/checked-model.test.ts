import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/index.ts';
import { createRun, possibleEvents, violationsOf } from '../../../src/testing/checked-model.ts';
import { snapshotOf } from '../../../src/testing/model/reference-model.ts';

describe('the reference model', () => {
  it('works as without its checks', () => {
    const run = createRun({ users: 2, continueOnError: [false] });
    expect(possibleEvents(run).map(({ kind }) => kind)).toContain('cancelRun');
    expect(violationsOf(snapshotOf(run), null, { toleranceMs: Infinity })).toEqual([]);
  });

  it.each([{}, { users: 0, continueOnError: [false] }, { users: 1, continueOnError: [] }, null])(
    'refuses the plan %j',
    (plan) => {
      expect(() => createRun(plan as never)).toThrow(LifecycleError);
    },
  );
});
