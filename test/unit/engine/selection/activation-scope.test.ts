import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readScope } from '../../../../src/engine/selection/activation-scope.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';

const TYPE = '@odata.type';
const named = (type: string) => `#microsoft.graph.identityGovernance.${type}`;
const refusalOf = (value: unknown, max = 3): LifecycleError => {
  try {
    readScope(value, max);
  } catch (error) {
    if (LifecycleError.is(error)) return error;
    throw error;
  }
  throw new Error('Expected a refusal, got none');
};
const SCOPES = [
  ['users', { users: ['u1', { id: ' u2 ' }] }, 'activateUserScope'],
  ['group', { group: { id: 'g' } }, 'activateGroupScope'],
  ['run', { run: 'R1', taskScope: 'allTasks', userScope: 'failedUsers' }, 'activateRunScope'],
  ['results', { processingResults: ['r'], taskScope: 'failedTasks' }, 'activateProcessingResultScope'],
] as const;

describe.each(SCOPES)('an activation scope of %s', (kind, scope, type) => {
  it('is read with and without its type, with and without #', () => {
    const read = readScope(scope, 3);
    expect(read).toMatchObject({ kind, activatedOnScope: { [TYPE]: named(type) } });
    expect(readScope({ [TYPE]: named(type), ...scope }, 3)).toEqual(read);
    expect(readScope({ [TYPE]: named(type).slice(1), ...scope }, 3)).toEqual(read);
  });

  it('is refused with a field that its type does not have', () => {
    expect(refusalOf({ [TYPE]: named(type), ...scope, more: 1 }).code).toBe('InvalidArgument');
  });
});

it('the ids of an activation scope are normalized', () => {
  expect(readScope(SCOPES[0][1], 3)).toMatchObject({ ids: ['u1', 'u2'] });
  expect(readScope(SCOPES[2][1], 3)).toMatchObject({ id: 'r1' });
});

describe('an activation scope is refused', () => {
  it.each([
    ['without a field that identifies it', {}],
    ['with the fields of two types', { users: ['u'], group: 'g' }],
    ['of an unknown type', { [TYPE]: '#other', users: ['u'] }],
    ['without an id', { users: [] }],
    ['with an id that is not a text', { users: [7] }],
    ['of a run without a task scope', { run: 'r', userScope: 'allUsers' }],
    ['of a run with an unknown user scope', { run: 'r', taskScope: 'allTasks', userScope: 'some' }],
  ])('%s', (_, scope) => {
    expect(refusalOf(scope).code).toBe('InvalidArgument');
  });

  it('naming the index of an invalid id', () => {
    expect(refusalOf({ users: ['u', ''] }).details).toMatchObject({ field: 'users[1]' });
  });

  it('with more ids than the limit', () => {
    expect(refusalOf({ users: ['a', 'b', 'c', 'd'] })).toMatchObject({
      code: 'LimitExceeded',
      details: { max: 3 },
    });
  });

  it('with a LifecycleError, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(['InvalidArgument', 'LimitExceeded']).toContain(refusalOf(value).code);
      }),
    );
  });
});
