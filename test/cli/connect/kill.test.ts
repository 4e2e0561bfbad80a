import { describe, expect, it } from 'vitest';
import { expectCode, type Running } from '../support.ts';
import { connectedWorkplace, stateOf, whenChanged } from './support.ts';

const place = connectedWorkplace();
const { tenure, start, data, env } = place;

const PEOPLE = 16;
const SEED = 20_261_129;

/** A few points between 1 and `max`, the same for a seed. */
function points(seed: number, count: number, max: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + (state % max);
  });
}

describe('a run on a service whose process is killed', () => {
  it('is resumed with the same connections, and leaves every account and membership once', async () => {
    const group = await place.joiners(PEOPLE);
    const config = ['--connect', 'tenure.config.json', '--db', 'kill.db', '--concurrency', '8'];
    let command = ['run', ...config, '--workflow', 'joiner.json'];
    for (const [at, after] of points(SEED, 2, 14).entries()) {
      const due = new Promise<void>((done) => whenChanged(data(), after, done));
      const running: Running = start(command, env);
      await due;
      running.kill('SIGKILL');
      expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
      // The run keeps its configuration; it can be named again.
      command = at % 2 === 0 ? ['resume', '--db', 'kill.db'] : ['resume', ...config];
    }
    expectCode(await start([...command, '--quiet'], env).ended, 0);
    const ids = Array.from({ length: PEOPLE }, (_, at) => `u${at + 1}`).sort();
    expect(stateOf(data(), group)).toEqual({ accounts: ids.map((id) => `${id} true`), members: ids });
    const check = expectCode(await tenure('check', '--db', '@kill.db', '--json'), 0);
    expect(JSON.parse(check.stdout)).toMatchObject({ users: PEOPLE, tasks: PEOPLE * 2, violations: [] });
  });
});
