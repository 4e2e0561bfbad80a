import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workplace } from './support.ts';

const { people, path } = workplace();

/** util-linux has a `script` that gives a command a terminal; not every machine does. */
const hasTerminal = spawnSync('script', ['-qec', 'test -t 1 && test -t 2', '/dev/null']).status === 0;

function onTerminal(args: string, env: NodeJS.ProcessEnv = {}): string {
  const main = resolve(import.meta.dirname, '../../src/cli/main.ts');
  const command = `stty cols 100; '${process.execPath}' '${main}' ${args}`;
  const { NO_COLOR: _, ...inherited } = process.env;
  const ended = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: path('.'),
    env: { ...inherited, TERM: 'xterm', ...env },
    encoding: 'utf8',
  });
  expect(ended.status).toBe(0);
  return ended.stdout;
}

const COLOUR = '\u001b[32m';

describe.skipIf(!hasTerminal)('on a terminal', () => {
  it('a run shows a bar of users, failures and speed, removes it, and colours the status', async () => {
    await people('all.csv', 2_000);
    const shown = onTerminal("run --users all.csv --workflow 'Offboard an employee' --no-op");
    expect(shown).toMatch(/[█░]{5,} [\d,]+\/2,000 users · 0 failed · [\d,–]+ tasks\/s/);
    expect(shown).toContain(`${COLOUR}completed`);
    const last = shown.slice(shown.lastIndexOf('tasks/s', shown.lastIndexOf('Offboard an employee')));
    expect(last).toContain('\u001b[2K');
  });

  it('a run shows no bar with --quiet, and no colour with NO_COLOR', async () => {
    await people('all.csv', 20);
    const run = "run --users all.csv --workflow 'Offboard an employee' --no-op";
    expect(onTerminal(`${run} --quiet`)).toBe('');
    expect(onTerminal(run, { NO_COLOR: '1' })).not.toContain('\u001b[3');
  });
});
