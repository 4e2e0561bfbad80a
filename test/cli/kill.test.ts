import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Effect, effectsIn, expectCode, type Running, timesDone, workplace } from './support.ts';

const { tenure, start, people, write, read, path } = workplace();

const USERS = 3_000;
const CONCURRENCY = 32;

/** A few random points, the same in every run of the test. */
function points(seed: number, count: number, max: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (state % max);
  });
}

/** Runs a command, then resumes until it ends by itself; each process but the last is killed by `kill`. */
async function withKills(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  kills: readonly ((running: Running) => Promise<unknown>)[],
): Promise<void> {
  let command = args;
  for (const due of kills) {
    const running = start(command, env);
    await due(running);
    running.kill('SIGKILL');
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    command = ['resume', '--db', 'kill.db'];
  }
  expectCode(await start([...command, '--quiet'], env).ended, 0);
}

/** What must hold after any number of kills. */
async function expectExact(
  effects: readonly Pick<Effect, 'subject' | 'task'>[],
  kills: number,
): Promise<void> {
  const times = timesDone(effects);
  expect(times.size).toBe(USERS * 3);
  expect(effects.length - times.size).toBeLessThanOrEqual(CONCURRENCY * kills);
  const check = expectCode(await tenure('check', '--db', 'kill.db', '--json'), 0);
  expect(JSON.parse(check.stdout)).toMatchObject({ users: USERS, tasks: USERS * 3, violations: [] });
  const list = await tenure('runs', 'list', '--db', 'kill.db', '--json');
  expect(JSON.parse(list.stdout).value).toMatchObject([
    {
      processingStatus: 'completed',
      totalUsersCount: USERS,
      successfulUsersCount: USERS,
      failedUsersCount: 0,
      totalTasksCount: USERS * 3,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 0,
    },
  ]);
}

describe('a run whose process is killed', () => {
  it('runs every task of a module for every person, and repeats only the tasks that were running', async () => {
    await people('many.csv', USERS);
    await write(
      'effects.mjs',
      `import { openSync, writeSync } from 'node:fs';
       const file = openSync(process.env.EFFECTS, 'a');
       const act = async ({ subject, task }) => {
         await new Promise((resolve) => setTimeout(resolve, 1));
         writeSync(file, JSON.stringify({ subject: subject.id, task: task.displayName }) + '\\n');
         process.stderr.write('*');
       };
       export { act as disableUserAccount, act as removeUserFromAllGroups, act as removeUserFromAllTeams };`,
    );
    const kills = points(20_260_131, 5, 2_000).map((stars) => (running: Running) => running.said('*', stars));
    await withKills(
      [
        ...['run', '--users', 'many.csv', '--workflow', 'Offboard an employee', '--tasks', 'effects.mjs'],
        ...['--db', 'kill.db', '--concurrency', String(CONCURRENCY)],
      ],
      { EFFECTS: path('module.jsonl') },
      kills,
    );
    await expectExact(effectsIn(read('module.jsonl')), kills.length);
  });

  it('leaves a file of effects with whole lines only', async () => {
    await people('many.csv', USERS);
    await write('own.jsonl', '');
    const grown = (bytes: number) => async () => {
      const from = (await stat(path('own.jsonl'))).size;
      for await (const _ of changesOf(path('own.jsonl'))) {
        if ((await stat(path('own.jsonl'))).size >= from + bytes) return;
      }
    };
    const kills = points(7, 3, 400_000).map(grown);
    await withKills(
      [
        ...['run', '--users', 'many.csv', '--workflow', 'Offboard an employee', '--effects', 'own.jsonl'],
        ...['--db', 'kill.db', '--name', 'Own effects', '--concurrency', String(CONCURRENCY)],
      ],
      {},
      kills,
    );
    const effects = effectsIn(read('own.jsonl'));
    expect(timesDone(effects).size).toBe(USERS * 3);
    expect(effects.length - USERS * 3).toBeLessThanOrEqual(CONCURRENCY * kills.length);
  });
});

/** One item at once, and one each time the file is written. */
async function* changesOf(file: string): AsyncGenerator<void> {
  let wake = (): void => {};
  const watcher = watch(file, () => wake());
  try {
    for (;;) {
      const next = new Promise<void>((resolve) => {
        wake = resolve;
      });
      yield;
      await next;
    }
  } finally {
    watcher.close();
  }
}
