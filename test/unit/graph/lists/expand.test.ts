import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { checkExpand, type ExpandSources, expanded } from '../../../../src/graph/lists/expand.ts';
import { type Expansion, readQuery } from '../../../../src/graph/protocol/query.ts';
import type { Row } from '../../../../src/graph/protocol/represent.ts';
import { RUN, TASK_REPORT, USER_RESULT, WORKFLOW } from '../../../../src/graph/schema/entity-types.ts';

const read = (text: string): readonly Expansion[] =>
  readQuery(new URLSearchParams({ $expand: text }), ['expand']).expand;

describe('the text of $expand', () => {
  it.each<[string, Expansion[]]>([
    ['subject', [{ name: 'subject', select: null }]],
    ['subject($select=id,mail)', [{ name: 'subject', select: ['id', 'mail'] }]],
    [
      'subject(select = id), task',
      [
        { name: 'subject', select: ['id'] },
        { name: 'task', select: null },
      ],
    ],
    [
      ' task , subject($SELECT=*) ',
      [
        { name: 'task', select: null },
        { name: 'subject', select: ['*'] },
      ],
    ],
  ])('%j is read', (text, expansions) => {
    expect(read(text)).toEqual(expansions);
  });

  it.each([
    '',
    ',',
    'subject,',
    'subject,,task',
    'subject,subject',
    'subject(',
    'subject)',
    'subject()',
    'subject($select=)',
    'subject($select=id',
    'subject($select=id;$top=1)',
    'subject($expand=manager)',
    'subject($expand=manager($select=id))',
    'subject ($select=id)',
    '*',
    Array.from({ length: 65 }, (_, index) => `n${index}`).join(),
    ' '.repeat(50_000),
    '('.repeat(50_000),
    `subject${' '.repeat(50_000)}x`,
  ])('%j is refused', (text) => {
    expect(() => read(text)).toThrow(/Expected/);
  });
});

describe('an expansion', () => {
  it.each([
    [USER_RESULT, 'subject($select=employeeHireDate)'],
    [TASK_REPORT, 'task($select=displayName),taskDefinition($select=*)'],
    [WORKFLOW, 'tasks($select=id),createdBy,administrationScopeTargets($select=id)'],
  ])('fits', (type, text) => {
    expect(() => checkExpand(type, read(text))).not.toThrow();
  });

  it.each([
    [RUN, 'subject', 'it has none'],
    [USER_RESULT, 'constructor', 'subject'],
    [USER_RESULT, 'subject($select=salary)', 'salary'],
    [TASK_REPORT, 'task($select=constructor)', 'constructor'],
  ])('does not fit, and says what does', (type, text, told) => {
    expect(() => checkExpand(type, read(text))).toThrow(told);
  });
});

describe('the users of a page', () => {
  const rows = [
    { id: '1', createdBy: { id: 'ada' }, lastModifiedBy: null },
    { id: '2', createdBy: { id: 'ada' }, lastModifiedBy: { id: 'bob' } },
    { id: '3', createdBy: null },
  ];
  const asked: (readonly string[])[] = [];
  const sources: ExpandSources = {
    users: async (ids) => {
      asked.push(ids);
      return [{ id: 'ada', displayName: 'Ada', salary: 100 }];
    },
    taskResults: async (id) => [{ id: `task of ${id}` }],
    taskResultsMax: 5,
    turn: nextTurn,
  };

  it('are fetched at once, each only once, and keep their ids when they are unknown', async () => {
    asked.length = 0;
    const shown = await expanded(
      WORKFLOW,
      rows,
      read('createdBy($select=displayName),lastModifiedBy'),
      sources,
    );
    expect(asked).toEqual([['ada', 'bob']]);
    expect(shown).toEqual([
      { id: '1', createdBy: { displayName: 'Ada' }, lastModifiedBy: null },
      { id: '2', createdBy: { displayName: 'Ada' }, lastModifiedBy: { id: 'bob' } },
      { id: '3', createdBy: null, lastModifiedBy: undefined },
    ]);
  });

  it('are not fetched when none are expanded or present', async () => {
    asked.length = 0;
    expect(await expanded(WORKFLOW, rows, read('tasks'), sources)).toBe(rows);
    expect(await expanded(WORKFLOW, [], read('createdBy'), sources)).toEqual([]);
    expect(await expanded(WORKFLOW, [{ id: '4', createdBy: null }], read('createdBy'), sources)).toEqual([
      { id: '4', createdBy: null },
    ]);
    expect(asked).toEqual([]);
  });

  it('have their tasks where they are expanded, up to the bound', async () => {
    const users = ['1', '2'].map((id) => ({ id, totalTasksCount: 2, subject: { id: 'ada' } }));
    const shown = await expanded(
      USER_RESULT,
      users,
      read('taskProcessingResults,subject($select=id)'),
      sources,
    );
    expect(shown).toEqual([
      { id: '1', totalTasksCount: 2, subject: { id: 'ada' }, taskProcessingResults: [{ id: 'task of 1' }] },
      { id: '2', totalTasksCount: 2, subject: { id: 'ada' }, taskProcessingResults: [{ id: 'task of 2' }] },
    ]);
    const three = [...users, { id: '3', totalTasksCount: 2 }];
    await expect(expanded(USER_RESULT, three, read('taskProcessingResults'), sources)).rejects.toMatchObject({
      code: 'LimitExceeded',
    });
  });

  it('are read a part at a time where there are many tasks, and the host has turns in between', async () => {
    const users = Array.from({ length: 200 }, (_, index) => ({ id: `${index}`, totalTasksCount: 1 }));
    let [reads, readsOfFirstTurn] = [0, 0];
    setImmediate(() => {
      readsOfFirstTurn = reads;
    });
    const taskResults = async (id: string): Promise<Row[]> => {
      reads += 1;
      return [{ id }];
    };
    const bounds = { ...sources, taskResults, taskResultsMax: 200 };
    const shown = await expanded(USER_RESULT, users, read('taskProcessingResults'), bounds);
    expect(shown.map((row) => row.taskProcessingResults)).toEqual(users.map(({ id }) => [{ id }]));
    expect(readsOfFirstTurn).toBeGreaterThan(0);
    expect(readsOfFirstTurn).toBeLessThan(100);
  });
});
