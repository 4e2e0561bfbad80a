import { describe, expect, it } from 'vitest';
import {
  addFailures,
  deleteSomeMembers,
  listFailureGroups,
  listRunsWithFailures,
  membersOf,
} from '../../../../../src/stores/sqlite/rows/failures.ts';
import { newDatabase } from '../database.ts';
import { makeRun, makeUser, RUN } from '../records.ts';

const failure = (ordinal: number, key = 'a') => ({
  key,
  taskId: 't',
  code: 'HandlerFailed',
  reason: 'no',
  ordinal,
  atMs: ordinal,
});
const { workflowId } = makeRun({});

function withFailures(...ordinals: number[]) {
  const connection = newDatabase();
  const runNo = connection.insertRun(makeRun({ id: RUN }));
  connection.insertUsers(
    runNo,
    ordinals.map((ordinal) => makeUser(ordinal)),
  );
  addFailures(
    connection,
    runNo,
    workflowId,
    ordinals.map((ordinal) => failure(ordinal)),
  );
  return { connection, runNo };
}

describe('what is asked of groups of failures', () => {
  const { connection, runNo } = withFailures(3, 1, 2);

  it('is a range of an index, for the users of a group', () => {
    expect(connection.plansOf(() => membersOf(connection, runNo, 'a', 1, 9))).toEqual([
      'SEARCH failure_members USING PRIMARY KEY (run_no=? AND key=? AND no>?)',
    ]);
    expect(membersOf(connection, runNo, 'a', 1, 9)).toEqual([2, 3]);
  });

  it('is a range of an index, for the groups of a run', () => {
    const [plan] = connection.plansOf(() => listFailureGroups(connection, runNo, RUN));
    expect(plan).toBe('SEARCH failure_groups USING PRIMARY KEY (run_no=?)');
  });

  it('is a range of an index, for the runs of a workflow that failed lately', () => {
    const plans = connection.plansOf(() => listRunsWithFailures(connection, workflowId, 2, 9));
    expect(plans.join('\n')).toMatch(/failure_groups USING (COVERING )?INDEX failure_groups_of_workflow/);
    expect(plans.join('\n')).not.toMatch(/SCAN (failure_groups|runs)/);
  });
});

it('members of a run that is gone are deleted, and those of others stay', () => {
  const { connection, runNo } = withFailures(1, 2);
  const other = connection.insertRun(makeRun({ id: 'z' }));
  addFailures(connection, other, workflowId, [failure(1)]);
  expect(deleteSomeMembers(connection, runNo)).toBe('done');
  expect(membersOf(connection, runNo, 'a', 0, 9)).toEqual([]);
  expect(membersOf(connection, other, 'a', 0, 9)).toEqual([1]);
});
