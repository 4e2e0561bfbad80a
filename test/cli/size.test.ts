import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { Interrupts, type StopSignal } from '../../src/cli/terminal/interrupts.ts';
import type { Sizing } from '../../src/simulate.ts';
import { systemClock } from '../../src/system/real/clock.ts';
import { tenure as inProcess, testHost } from '../unit/cli/support.ts';
import { oneRun } from '../unit/simulate/scenarios.ts';
import { workplace } from './support.ts';

const { path, read, exists, write } = workplace();
const SCENARIO = oneRun(40, { task: { duration: { kind: 'fixed', ms: 60_000 } } }, { horizon: 'P1D' });

async function size(...args: readonly string[]) {
  await write('crowd.json', JSON.stringify(SCENARIO));
  return inProcess('size', path('crowd.json'), '--seeds', '2', '--workers', '1', ...args);
}
const VARY = ['--vary', 'concurrency=4..16'] as const;

describe('tenure size', () => {
  it('says what comes nearest when no setting meets the goal, and writes nothing', async () => {
    const { code, stdout, stderr } = await size(
      '--goal',
      'max(latency) <= 30s',
      ...VARY,
      '--report',
      path('no.html'),
      '--json',
    );
    expect(code).toBe(1);
    const [error, remedy, ...more] = stderr.trimEnd().split('\n');
    expect(error).toBe(
      'error: No setting meets max(latency) <= 30s: nearest come 14 calls at once, with 3 min; what binds is the calls of “Task” themselves',
    );
    expect(remedy).toMatch(/^Calls of “Task”: 1 min of /);
    expect(more).toEqual([]);
    expect(exists('no.html')).toBe(false);
    expect(JSON.parse(stdout) as Sizing).toMatchObject({
      answer: null,
      nearest: { values: { concurrency: 14 } },
    });
  });

  it.each([
    [[], /^error: required option '--goal <goal>' not specified\n/],
    [['--goal', 'failed <= 1%'], /^error: required option '--vary <terms...>' not specified\n/],
    [
      ['--goal', 'p95(latenzy) <= 2h', ...VARY],
      /^error: Expected what stands in \( \) of the goal to be latency, or latency of a workflow, got `"latenzy"`\n$/,
    ],
    [
      ['--goal', 'p95(latency) <= 2', ...VARY],
      /^error: Expected the limit of the goal to be a duration such as .*\n$/,
    ],
    [
      ['--goal', 'p95(latency of X) <= 2h', ...VARY],
      /^error: Expected the workflow of the goal to be W, got `"X"`\n$/,
    ],
    [
      ['--goal', 'p95(latency) <= 2d', ...VARY],
      /^error: Expected the simulated time to be at least 5 times the limit .*\n$/,
    ],
    [
      ['--goal', 'failed <= 1%', '--vary', 'rate(tusk)=5..50/s'],
      /^error: Expected the task of rate\( \) to be task, got `"tusk"`; did you mean `task`\?\n$/,
    ],
    [
      ['--goal', 'failed <= 1%', '--vary', 'lanes=1..4'],
      /^error: Expected what varies to be one of concurrency, rate, processes, interval, got `"lanes"`\n$/,
    ],
    [
      ['--goal', 'failed <= 1%', '--vary', 'processes=8..1'],
      /^error: Expected the values of processes to be a range from the lower number .*\n$/,
    ],
    [
      ['--goal', 'failed <= 1%', ...VARY, '--cost', 'interval=2'],
      /^error: Expected the cost to be concurrency, got `"interval"`\n$/,
    ],
    [
      ['--goal', 'failed <= 1%', ...VARY, '--seeds', '1'],
      /--seeds.*Expected a whole number in 2\.\.1000\.\n/,
    ],
    [
      ['--goal', 'failed <= 1%', ...VARY, '--horizon', 'soon'],
      /^error: .*crowd\.json: Expected horizon to be an ISO 8601 duration/,
    ],
  ])('refuses %j in a sentence, and writes nothing', async (args, message) => {
    const { code, stdout, stderr } = await size(...args, '--report', path('bad.html'));
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(exists('bad.html')).toBe(false);
  });

  it('does not write over a file that is none of its reports', async () => {
    await write('notes.html', 'mine');
    const { code, stderr } = await size('--goal', 'failed <= 1%', ...VARY, '--report', path('notes.html'));
    expect([code, read('notes.html')]).toEqual([1, 'mine']);
    expect(stderr).toMatch(/which tenure did not write/);
  });

  it('stops at Ctrl-C, and writes nothing', async () => {
    class AtOnce extends Interrupts {
      override handle(timeoutMs: number, stop: (signal: StopSignal) => void): () => void {
        stop('SIGINT');
        return super.handle(timeoutMs, stop);
      }
    }
    const host = { ...testHost(), interrupts: new AtOnce(systemClock, () => {}) };
    await write('crowd.json', JSON.stringify(SCENARIO));
    const args = [
      'size',
      path('crowd.json'),
      '--goal',
      'failed <= 1%',
      ...VARY,
      '--report',
      path('gone.html'),
    ];
    expect(await runProgram(args, host)).toBe(130);
    expect(host.stderr.text()).toBe('SIGINT: stopped, nothing was written.\n');
    expect(exists('gone.html')).toBe(false);
  });
});
