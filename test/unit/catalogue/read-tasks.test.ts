import { describe, expect, it } from 'vitest';
import { readTasks } from '../../../src/catalogue/read-tasks.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import type { WorkflowCategory } from '../../../src/model/status.ts';
import { LIMIT_PRESETS, type WorkflowLimits } from '../../../src/model/workflow/workflow-limits.ts';

function read(
  tasks: unknown,
  category: WorkflowCategory = 'joiner',
  limits: WorkflowLimits = LIMIT_PRESETS.default,
) {
  return readTasks({ path: 'tasks', value: tasks }, category, limits);
}

function refusal(tasks: unknown, category?: WorkflowCategory, limits?: WorkflowLimits): LifecycleError {
  try {
    read(tasks, category, limits);
  } catch (error) {
    if (LifecycleError.is(error)) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('readTasks', () => {
  it('completes a task of the catalogue from its definition', () => {
    expect(read([{ taskDefinitionId: 'addUserToGroups' }])).toEqual([
      {
        taskDefinitionId: '22085229-5809-45e8-97fd-270d28d66910',
        displayName: 'Add user to groups',
        description: expect.stringContaining('groupID'),
        category: ['joiner', 'leaver', 'mover'],
        isEnabled: true,
        continueOnError: false,
        executionSequence: 1,
        arguments: [],
      },
    ]);
  });

  it('keeps what is given', () => {
    const given = {
      displayName: 'Groups first',
      description: null,
      isEnabled: false,
      continueOnError: true,
      arguments: [{ name: 'groupID', value: 'g1,g2' }],
    };
    expect(read([{ taskDefinitionId: 'addUserToGroups', ...given }])).toMatchObject([given]);
  });

  it('numbers the tasks by their place, whatever they say themselves', () => {
    const tasks = ['b', 'a'].map((taskDefinitionId, index) => ({
      taskDefinitionId,
      executionSequence: 2 - index,
      id: 'old',
      category: 'joiner',
    }));
    expect(read(tasks).map((task) => [task.taskDefinitionId, task.executionSequence])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
    expect(read(tasks)[0]).not.toHaveProperty('id');
  });

  it('gives a task of the host the workflow’s category and its name, and takes any argument', () => {
    const [task] = read(
      [{ taskDefinitionId: 'issueLaptop', arguments: [{ name: 'model', value: 'X' }] }],
      'mover',
    );
    expect(task).toMatchObject({
      taskDefinitionId: 'issueLaptop',
      displayName: 'issueLaptop',
      description: null,
      category: ['mover'],
      arguments: [{ name: 'model', value: 'X' }],
    });
  });

  it('writes a GUID in lower case, also one that the catalogue lacks', () => {
    const own = 'ABCDEF00-0000-4000-8000-000000000000';
    const known = '22085229-5809-45E8-97FD-270D28D66910';
    const ids = read([{ taskDefinitionId: own }, { taskDefinitionId: known }]).map(
      (task) => task.taskDefinitionId,
    );
    expect(ids).toEqual([own.toLowerCase(), known.toLowerCase()]);
  });

  it('keeps nothing of the input by reference, and returns frozen values', () => {
    const pair = { name: 'groupID', value: 'g1' };
    const input = [{ taskDefinitionId: 'addUserToGroups', arguments: [pair] }];
    const tasks = read(input);
    pair.value = 'changed';
    input.length = 0;
    expect(tasks[0]?.arguments).toEqual([{ name: 'groupID', value: 'g1' }]);
    for (const one of [tasks, tasks[0], tasks[0]?.arguments, tasks[0]?.arguments[0], tasks[0]?.category])
      expect(Object.isFrozen(one)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    ['no array', {}, 'tasks'],
    ['no task', [], 'tasks'],
    ['a hole', Array.from({ length: 1 }), 'tasks[0]'],
    ['an unknown field', [{ taskDefinitionId: 'x', retries: 3 }], 'tasks[0].retries'],
    ['no definition', [{}], 'tasks[0].taskDefinitionId'],
    ['a blank definition', [{ taskDefinitionId: ' ' }], 'tasks[0].taskDefinitionId'],
    [
      'a key in the wrong letter case',
      [{ taskDefinitionId: 'AddUserToGroups' }],
      'tasks[0].taskDefinitionId',
    ],
    ['a flag that is text', [{ taskDefinitionId: 'x', isEnabled: 'no' }], 'tasks[0].isEnabled'],
    ['null for a name', [{ taskDefinitionId: 'x', displayName: null }], 'tasks[0].displayName'],
    ['arguments as a record', [{ taskDefinitionId: 'x', arguments: { a: 'b' } }], 'tasks[0].arguments'],
    [
      'an argument without a value',
      [
        { taskDefinitionId: 'x' },
        { taskDefinitionId: 'x', arguments: [{ name: 'a', value: '' }, { name: 'b' }] },
      ],
      'tasks[1].arguments[1].value',
    ],
    [
      'a value that is a number',
      [{ taskDefinitionId: 'x', arguments: [{ name: 'a', value: 1 }] }],
      'tasks[0].arguments[0].value',
    ],
    [
      'an argument that is given twice',
      [
        {
          taskDefinitionId: 'x',
          arguments: [
            { name: 'a', value: '1' },
            { name: 'a', value: '1' },
          ],
        },
      ],
      'tasks[0].arguments[1].name',
    ],
    [
      'more than 100 arguments',
      [
        {
          taskDefinitionId: 'x',
          arguments: Array.from({ length: 101 }, (_, n) => ({ name: `${n}`, value: '' })),
        },
      ],
      'tasks[0].arguments',
    ],
    [
      'an enumeration’s other value',
      [
        {
          taskDefinitionId: 'enableUserAccount',
          arguments: [{ name: 'enableOnPremisesAccount', value: 'yes' }],
        },
      ],
      'tasks[0].arguments[0].value',
    ],
  ])('refuses %s and names the field', (_, tasks, field) => {
    const error = refusal(tasks);
    expect(error.code).toBe('InvalidArgument');
    expect(error.details.field).toBe(field);
    expect(error.message).toContain(field.replace('.retries', ''));
  });

  it('refuses an argument that the definition does not know, and lists the known ones', () => {
    const error = refusal([
      { taskDefinitionId: 'addUserToTeams', arguments: [{ name: 'groupID', value: 'g' }] },
    ]);
    expect(error.message).toBe(
      'Expected tasks[0].arguments[0].name to be a parameter of addUserToTeams (teamID), got `"groupID"`',
    );
    const none = refusal(
      [{ taskDefinitionId: 'removeUserFromAllGroups', arguments: [{ name: 'x', value: '' }] }],
      'leaver',
    );
    expect(none.message).toContain('removeUserFromAllGroups takes no arguments');
  });

  it('refuses a task of another category, and says which it is for', () => {
    const error = refusal([{ taskDefinitionId: 'deleteUserAccount' }], 'joiner');
    expect(error.message).toBe(
      'Expected tasks[0].taskDefinitionId to be a task for a joiner workflow (deleteUserAccount is for leaver), got `"deleteUserAccount"`',
    );
  });

  it('says which key is meant when only the letter case is wrong', () => {
    expect(refusal([{ taskDefinitionId: 'SENDWELCOMEEMAIL' }]).message).toContain('`sendWelcomeEmail`');
  });

  it('takes as many tasks as the limit allows, and refuses one more before it reads any', () => {
    const tasks = (count: number) => Array.from({ length: count }, () => ({ taskDefinitionId: 'x' }));
    expect(read(tasks(25), 'joiner', LIMIT_PRESETS.entra)).toHaveLength(25);
    const error = refusal([...tasks(25), null], 'joiner', LIMIT_PRESETS.entra);
    expect(error.code).toBe('LimitExceeded');
    expect(error.details).toMatchObject({ field: 'tasks', limit: 'tasksPerWorkflowMax', max: 25 });
  });

  it('never takes more tasks than ids can distinguish, whatever the limit', () => {
    const many = Array.from({ length: 4096 }, () => ({ taskDefinitionId: 'x' }));
    const limits = { ...LIMIT_PRESETS.default, tasksPerWorkflowMax: Infinity };
    expect(refusal(many, 'joiner', limits).details).toMatchObject({ max: 4095 });
    expect(read(many.slice(1), 'joiner', limits)).toHaveLength(4095);
  });
});
