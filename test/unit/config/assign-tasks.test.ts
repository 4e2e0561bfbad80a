import { describe, expect, it } from 'vitest';
import { assignTasks, type TaskOffer } from '../../../src/config/assign-tasks.ts';

const handler = () => {};
const offer = (
  name: string,
  tasks: readonly string[],
  named: readonly string[] | null = null,
): TaskOffer => ({
  name,
  tasks: Object.fromEntries(tasks.map((task) => [task, handler])),
  named,
});
const who = (own: readonly string[], ...offers: readonly TaskOffer[]) =>
  Object.fromEntries(assignTasks(Object.fromEntries(own.map((name) => [name, handler])), offers).by);

describe('who does a task', () => {
  it('is the connection that can', () => {
    expect(who([], offer('app', ['enableUserAccount']), offer('mail', ['sendWelcomeEmail']))).toEqual({
      enableUserAccount: 'app',
      sendWelcomeEmail: 'mail',
    });
  });

  it('is first a handler of one’s own, then the connection that names it', () => {
    const app = offer('app', ['enableUserAccount', 'disableUserAccount', 'deleteUserAccount']);
    const ad = offer(
      'ad',
      ['enableUserAccount', 'disableUserAccount', 'deleteUserAccount'],
      ['disableUserAccount'],
    );
    expect(who(['deleteUserAccount', 'badge'], app, ad)).toEqual({
      deleteUserAccount: null,
      badge: null,
      disableUserAccount: 'ad',
      enableUserAccount: 'app',
    });
  });

  it('can be named by the id of its definition', () => {
    const id = '6fc52c9d-398b-4305-9763-15f42c1676fc';
    expect(who([id])).toEqual({ enableUserAccount: null });
  });

  it.each([
    [[], [offer('a', ['x']), offer('b', ['x'])], /who does x: .*connections\.a or of connections\.b/],
    [[], [offer('a', ['x'], ['x']), offer('b', ['x'], ['x'])], /b\.tasks\[0\] .*connections\.a does/],
    [['x'], [offer('a', ['x'], ['x'])], /a\.tasks\[0\] .*has a handler under tasks/],
    [[], [offer('a', ['enable'], ['enabel'])], /did you mean `enable`/],
  ])('is not clear, and refused: %#', (own, offers, message) => {
    expect(() => who(own, ...offers)).toThrow(message);
  });
});
