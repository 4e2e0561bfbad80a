import { describe, expect, it } from 'vitest';
import { RunUsers } from '../../../../src/stores/memory/run-users.ts';
import { makeUser, step } from '../sqlite/records.ts';

function committed(count: number): RunUsers {
  const users = new RunUsers(1);
  for (let no = 1; no <= count; no++) users.insert(makeUser(no));
  users.commit();
  return users;
}

describe('the users of a run in memory', () => {
  it('are seen by the running transaction only, until it is committed', () => {
    const users = committed(1);
    users.insert(makeUser(2));
    users.put(step(makeUser(1)));
    expect([users.get(2, false), users.get(1, false)]).toEqual([undefined, makeUser(1)]);
    expect([users.get(2, true), users.get(1, true)]).toEqual([makeUser(2), step(makeUser(1))]);
    expect([...users.within(0, 9, false)].length).toBe(1);
    expect([...users.within(0, 9, true)].map(({ ordinal }) => ordinal)).toEqual([1, 2]);
    users.commit();
    expect([users.get(2, false), users.get(1, false)]).toEqual([makeUser(2), step(makeUser(1))]);
  });

  it('are as before after a rollback, and the subject of a new one is free once more', () => {
    const users = committed(1);
    users.insert(makeUser(2));
    users.put(step(makeUser(1)));
    users.rollback();
    expect([users.get(1, true), users.get(2, true)]).toEqual([makeUser(1), undefined]);
    expect(users.getBySubject('subject-2', true)).toBeUndefined();
    expect(users.getBySubject('subject-1', true)).toEqual(makeUser(1));
    users.insert(makeUser(2));
    users.commit();
    expect(users.getBySubject('subject-2', false)).toEqual(makeUser(2));
  });

  it('have one result for each subject and ordinal, committed or not', () => {
    const users = committed(1);
    users.insert(makeUser(2));
    for (const second of [
      makeUser(3, { subjectId: 'subject-1' }),
      makeUser(3, { subjectId: 'subject-2' }),
      makeUser(1, { subjectId: 'another' }),
    ])
      expect(() => users.insert(second)).toThrowError(expect.objectContaining({ code: 'Duplicate' }));
  });

  it('are replaced only when they exist', () => {
    const users = committed(1);
    expect(() => users.put(makeUser(2))).toThrowError(expect.objectContaining({ code: 'NotFound' }));
  });

  it('are listed by status, within ordinals, at most as many as asked for', () => {
    const users = committed(6);
    users.put(step(makeUser(3)));
    const queued = (after: number, limit: number, to: number, staged: boolean) =>
      users.inStatus('queued', after, limit, to, staged).map(({ ordinal }) => ordinal);
    expect(queued(1, 9, 5, true)).toEqual([2, 4, 5]);
    expect(queued(1, 9, 5, false)).toEqual([2, 3, 4, 5]);
    expect(queued(0, 2, 6, true)).toEqual([1, 2]);
    expect(queued(0, 9, 100, true)).toEqual([1, 2, 4, 5, 6]);
  });
});
