import { describe, expect, it } from 'vitest';
import type { TaskOutcome, UserRecord } from '../../../../src/model/records.ts';
import type { Task } from '../../../../src/model/workflow/workflow.ts';
import { positionsToReprocess } from '../../../../src/rules/status/reprocess.ts';
import { queuedUser } from '../../../../src/rules/status/user.ts';

const RUN = { id: 'r', workflowVersion: 1, scheduledAtMs: 0 };

/** Tasks of these definitions. */
const tasks = (...definitions: string[]) =>
  definitions.map((taskDefinitionId, index) => ({ id: `${index}`, taskDefinitionId })) as unknown as Task[];

/** A user with outcomes by letter: completed, failed. */
function user(letters: string, total: number, positions?: readonly number[]): UserRecord {
  const outcomes = [...letters].map(
    (letter): TaskOutcome => ({
      status: letter === 'c' ? 'completed' : 'failed',
      startedAtMs: 0,
      completedAtMs: 0,
    }),
  );
  const failedTasksCount = outcomes.filter(({ status }) => status === 'failed').length;
  return { ...queuedUser(RUN, 1, 'u', total, 0, positions), outcomes, failedTasksCount };
}

describe('what is left to do again', () => {
  const same = tasks('a', 'b', 'c', 'd', 'e');

  it('is what did not complete: what failed, and what was canceled behind it', () => {
    expect(positionsToReprocess(user('cfcf', 5), same, same)).toEqual([2, 4, 5]);
    expect(positionsToReprocess(user('f', 5), same, same)).toEqual([1, 2, 3, 4, 5]);
  });

  it('is nothing for a user without a failed task', () => {
    expect(positionsToReprocess(user('ccccc', 5), same, same)).toEqual([]);
    expect(positionsToReprocess(user('cc', 5), same, same)).toEqual([]);
  });

  it('is everything for a user with only counts reported', () => {
    expect(positionsToReprocess({ ...user('f', 5), outcomes: null }, same, same)).toEqual([1, 2, 3, 4, 5]);
  });

  it('does not hold what a reprocessing before had left out', () => {
    expect(positionsToReprocess(user('cf', 3, [2, 4, 5]), same, same)).toEqual([4, 5]);
  });

  it('in another version goes by definition, of equal ones in order', () => {
    const now = tasks('b', 'new', 'a', 'a', 'c');
    expect(positionsToReprocess(user('cfcf', 5), same, now)).toEqual([1, 2, 4]);
    expect(positionsToReprocess(user('ccf', 3), tasks('a', 'a', 'b'), now)).toEqual([1, 2, 5]);
    expect(positionsToReprocess(user('cf', 2), tasks('a', 'gone'), tasks('a'))).toEqual([]);
  });
});
