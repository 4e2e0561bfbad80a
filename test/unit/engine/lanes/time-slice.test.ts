import { expect, it } from 'vitest';
import { TimeSlice } from '../../../../src/engine/lanes/time-slice.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import { systemClock } from '../../../../src/system/real/clock.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';
import { idsOf, makeWorld, workflowInput } from '../../../helpers/world.ts';

/** A breath on a clock that moves when it is told to; `yields` counts how often the thread was given back. */
function setUp() {
  const time = { elapsedMs: 1_000, nowMs: 1_760_000_000_000, yields: 0 };
  const breath = new TimeSlice({
    ...systemClock,
    now: () => time.nowMs,
    elapsed: () => time.elapsedMs,
    yield: async () => {
      time.yields += 1;
    },
  });
  return { breath, time };
}

/** Tasks that fit in this breath. */
function tasksUntilSpent(breath: TimeSlice): number {
  let tasks = 1;
  while (!breath.isSpent(breath.now())) tasks += 1;
  return tasks;
}

it('a time slice is over when its time has passed, and not before', async () => {
  const { breath, time } = setUp();
  await breath.yield();
  time.elapsedMs += LIMITS.turnMs - 0.001;
  expect(breath.isOver()).toBe(false);
  time.elapsedMs += 0.001;
  expect(breath.isOver()).toBe(true);
});

it('a new time slice begins whenever the thread is yielded', async () => {
  const { breath, time } = setUp();
  time.elapsedMs += LIMITS.turnMs;
  await breath.yield();
  expect(breath.isOver()).toBe(false);
});

it('a time slice begins with the first work after a turn of the host', async () => {
  const { breath, time } = setUp();
  await breath.yield();
  await breath.yield(); // the host's turn: the time slice of the first has ended
  await new Promise((resolve) => setImmediate(resolve));
  time.elapsedMs += 10 * LIMITS.turnMs;
  expect(breath.isOver()).toBe(false);
  time.elapsedMs += LIMITS.turnMs;
  expect(breath.isOver()).toBe(true);
});

it('a time slice is used up soon after its time', async () => {
  const { breath, time } = setUp();
  await breath.yield();
  time.elapsedMs += LIMITS.turnMs;
  expect(tasksUntilSpent(breath)).toBe(16);
});

it('a time slice is used up at once after a task that took all of its time', async () => {
  const { breath, time } = setUp();
  await breath.yield();
  time.nowMs += LIMITS.turnMs;
  expect(breath.isSpent(time.nowMs)).toBe(false); // milliseconds are coarse: no breath is cut short
  time.nowMs += 1;
  expect(breath.isSpent(time.nowMs)).toBe(true);
});

it('a time slice is used up by many tasks on a clock that stands still', async () => {
  const { breath } = setUp();
  await breath.yield();
  expect(tasksUntilSpent(breath)).toBe(4_096);
});

it('a time slice pauses once for all callers that yield', async () => {
  const { breath, time } = setUp();
  await Promise.all([breath.pause(), breath.pause(), breath.pause()]);
  expect(time.yields).toBe(2); // the pause, and the end of the time slice that it began
});

it('a time slice is used up for all callers while one of them pauses', async () => {
  const { breath } = setUp();
  await breath.yield();
  const paused = breath.pause();
  expect(tasksUntilSpent(breath)).toBe(1);
  await paused;
});

it('a time slice returns the time of its clock', () => {
  const breath = new TimeSlice({ ...systemClock, now: () => 42 });
  expect([breath.now(), breath.elapsed() > 0]).toEqual([42, true]);
});

it.each([
  ['answer at once', (work: () => void) => work()],
  ['answer with a promise', async (work: () => void) => work()],
])(
  'tasks that hold the thread long and %s get a turn of the host each, or with a commit two',
  async (_, run) => {
    const clock = new VirtualClock();
    clock.elapsed = () => clock.now();
    let [inTurn, most] = [0, 0];
    const work = () => {
      clock.jump(20);
      inTurn += 1;
      most = Math.max(most, inTurn);
    };
    const { engine } = makeWorld({
      clock,
      subjects: 20,
      tasks: { '*': () => run(work) },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await engine.start();
    const runs = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(() => engine.runs.activate(workflow.id, { subjects: idsOf(20) })),
    );
    let isDone = false;
    void Promise.all(runs.map(({ id }) => engine.runs.waitFor(id))).then(() => {
      isDone = true;
    });
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      inTurn = 0;
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(2);
    await engine.stop();
  },
);
