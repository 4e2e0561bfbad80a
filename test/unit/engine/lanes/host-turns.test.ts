import { expect, it } from 'vitest';
import { arrayDirectory } from '../../../../src/directory/array-directory.ts';
import { hostTurns } from '../../../../src/engine/lanes/host-turns.ts';
import { normalizedDirectory } from '../../../../src/engine/normalized-directory.ts';
import { pickFrom } from '../../../../src/engine/selection/pick-from.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

const PEOPLE = Array.from({ length: 1_000 }, (_, no) => ({ id: `u${no}` }));
const NONE = { text: 'none', matches: () => false };

/** A clock of which each reading takes `stepMs`, and the turns that the host has had. */
function clockOf(stepMs: number) {
  let [elapsedMs, turns] = [0, 0];
  const clock = Object.assign(new VirtualClock(), {
    elapsed: () => {
      elapsedMs += stepMs;
      return elapsedMs;
    },
    yield: async () => {
      turns += 1;
    },
  });
  return { clock, turnsOf: () => turns };
}

it('a turn is due when the loop has run for a time slice, and the next one that long after it', async () => {
  const { clock, turnsOf } = clockOf(LIMITS.turnMs / 2);
  const turn = hostTurns(clock);
  const due: number[] = [];
  for (let step = 1; step <= 64 * 6; step++) {
    const pause = turn();
    if (pause !== null) due.push(step);
    await pause;
  }
  expect(due).toEqual([64 * 2, 64 * 4, 64 * 6]);
  expect(turnsOf()).toBe(3);
});

it('a clock that stands still gives no turn', () => {
  const turn = hostTurns(clockOf(0).clock);
  expect(Array.from({ length: 10_000 }, turn).every((pause) => pause === null)).toBe(true);
});

it('the host has turns while people in memory are gone through, also where the rule selects none', async () => {
  const { clock, turnsOf } = clockOf(LIMITS.turnMs);
  const directory = normalizedDirectory(arrayDirectory(PEOPLE), clock);
  const found = [];
  for await (const person of directory.query(NONE)) found.push(person);
  expect(found).toEqual([]);
  expect(turnsOf()).toBe(Math.floor(PEOPLE.length / 64));
});

it('the host has turns while a directory of its own streams without waiting', async () => {
  const { clock, turnsOf } = clockOf(LIMITS.turnMs);
  async function* streamed() {
    yield* PEOPLE;
  }
  const ids = [];
  for await (const batch of pickFrom(streamed(), ({ id }) => id, clock)) ids.push(...batch);
  expect(ids).toEqual(PEOPLE.map(({ id }) => id));
  expect(turnsOf()).toBe(Math.floor(PEOPLE.length / 64));
});
