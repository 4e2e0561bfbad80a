import { expect, it } from 'vitest';
import { GraphError } from '../../../src/graph/graph-error.ts';
import { STRETCH_STEPS_MAX, type Work } from '../../../src/graph/work.ts';
import { workOf } from '../../graph/work.ts';

/** A job of some rows, each of which takes so many steps. */
function* rowsOf(work: Work, count: number, steps: number): Generator<undefined, string> {
  for (let row = 0; row < count; row++) {
    work.spend(steps);
    yield;
  }
  return 'done';
}

/** A clock on which each look takes 1 ms, with the number of turns that were given. */
function slowClock(): { elapsed(): number; yield(): Promise<void>; turns: number } {
  let ms = 0;
  return {
    turns: 0,
    elapsed: () => {
      ms += 1;
      return ms;
    },
    async yield() {
      this.turns += 1;
    },
  };
}

it('a job that stays within its steps ends with its result', async () => {
  const work = workOf({ stepsMax: 100 });
  expect(await work.run('$filter', rowsOf(work, 10, 10))).toBe('done');
});

it('one step more is refused, with the option and the number that there are', async () => {
  const work = workOf({ stepsMax: 100 });
  await expect(work.run('$orderby', rowsOf(work, 11, 10))).rejects.toMatchObject({
    code: 'LimitExceeded',
    message: expect.stringContaining('Expected $orderby to take at most 100 steps over the rows'),
    details: { limit: 'stepsMax', max: 100, field: '$orderby' },
  });
});

it('jobs of one request share its steps', async () => {
  const work = workOf({ stepsMax: 100 });
  await work.run('$filter', rowsOf(work, 6, 10));
  await expect(work.run('$filter', rowsOf(work, 6, 10))).rejects.toMatchObject({ code: 'LimitExceeded' });
});

it('one row has an end of its own, since the host has no turn within it', async () => {
  const work = workOf();
  expect(await work.run('$filter', rowsOf(work, 3, STRETCH_STEPS_MAX))).toBe('done');
  await expect(work.run('$filter', rowsOf(work, 1, STRETCH_STEPS_MAX + 1))).rejects.toMatchObject({
    code: 'LimitExceeded',
    message: expect.stringContaining('for one row'),
  });
});

it('what the requests of a batch use up together is no fault of the last one, which may come again', async () => {
  const work = workOf({ stepsMax: 100, isBatch: true });
  await work.run('$filter', rowsOf(work, 10, 10));
  await expect(work.run('$filter', rowsOf(work, 1, 1))).rejects.toMatchObject({
    status: 503,
    headers: { 'Retry-After': '1' },
    message: expect.stringContaining('this batch used up the 100 steps'),
  });
});

it('the host has a turn every 4 ms', async () => {
  const clock = slowClock();
  const work = workOf({ clock });
  await work.run('$filter', rowsOf(work, 40, 1));
  expect(clock.turns).toBe(10);
});

it('more time than there is ends the request as one for later', async () => {
  const work = workOf({ workMsMax: 20, clock: slowClock() });
  await expect(work.run('$filter', rowsOf(work, 40, 1))).rejects.toMatchObject({
    status: 503,
    headers: { 'Retry-After': '10' },
    message: expect.stringContaining('more than 20 ms of work'),
  });
});

it('nothing is done for a client that has gone', async () => {
  const client = new AbortController();
  const work = workOf({ clock: slowClock(), signal: client.signal });
  let rows = 0;
  const job = function* (): Generator {
    for (;;) {
      rows += 1;
      if (rows === 10) client.abort();
      yield;
    }
  };
  await expect(work.run('$filter', job())).rejects.toMatchObject({ status: 499 });
  expect(rows).toBeLessThan(16);
  await expect(work.turn()).rejects.toBeInstanceOf(GraphError);
});

it('what a job throws itself is passed on', async () => {
  const job = function* (): Generator<undefined> {
    yield;
    throw new RangeError('its own');
  };
  await expect(workOf().run('$filter', job())).rejects.toThrow('its own');
});
