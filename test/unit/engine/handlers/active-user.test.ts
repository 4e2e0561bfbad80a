/** A user that the engine works on: how it begins, and what it holds. */
import { describe, expect, it } from 'vitest';
import { ActiveUser, freePlace, warnRefused } from '../../../../src/engine/handlers/active-user.ts';
import { Semaphore } from '../../../../src/engine/lanes/semaphore.ts';
import { runId, T0, userRecord } from '../../../../src/testing/contract/records/records.ts';
import { SILENT } from '../../../helpers/world.ts';

const user = userRecord(1, 3);

describe('a user that becomes active', () => {
  it('has been read, and neither runs nor waits nor holds anything', () => {
    const subject = { id: 'subject-3' };
    expect({ ...new ActiveUser(user, subject, T0) }).toEqual({
      user,
      subject,
      fetchedAtMs: T0,
      state: 'read',
      staged: null,
      frozenSubject: null,
      call: null,
      runningSinceMs: null,
      suspendedSinceMs: null,
      isWoken: false,
      leaveGate: null,
      place: null,
      timer: null,
      throttledMs: 0,
    });
  });

  it('may be unknown to the directory', () => {
    expect(new ActiveUser(user, null, T0).subject).toBeNull();
  });
});

describe('the place of a user under the concurrency of a handler', () => {
  it('is given back once, however often it is freed', () => {
    const places = new Semaphore(2);
    const active = new ActiveUser(user, null, T0);
    places.take(() => true);
    places.take(() => true);
    active.place = places;
    let served = 0;
    for (let no = 0; no < 2; no++) places.take(() => served++ >= 0);
    freePlace(active);
    freePlace(active);
    expect([active.place, served]).toEqual([null, 1]);
  });

  it('is none for a user that holds none', () => {
    const active = new ActiveUser(user, null, T0);
    freePlace(active);
    expect(active.place).toBeNull();
  });

  it('is no longer the user’s when the next one is served, which may be the user itself', () => {
    const places = new Semaphore(1);
    const active = new ActiveUser(user, null, T0);
    places.take(() => true);
    active.place = places;
    places.take(() => {
      expect(active.place).toBeNull();
      active.place = places;
      return true;
    });
    freePlace(active);
    expect(active.place).toBe(places);
  });
});

it('an event that came too late is logged with run, user, event and code', () => {
  const lines: unknown[] = [];
  const logger = { ...SILENT, warn: (...line: unknown[]) => void lines.push(line) };
  warnRefused(logger, new ActiveUser(user, null, T0), 'taskEnded', 'AlreadyFinal');
  expect(lines).toEqual([
    [
      'A late outcome was refused',
      { runId: runId(1), userOrdinal: 3, event: 'taskEnded', code: 'AlreadyFinal' },
    ],
  ]);
});
