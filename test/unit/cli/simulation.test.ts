import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulate } from '../../../src/simulate.ts';
import { duration } from '../../../src/text/numbers.ts';
import { SMALL } from '../simulate/scenarios.ts';

const MAIN = resolve(import.meta.dirname, '../../../src/cli/main.ts');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tenure-simulate-'));
  await writeFile(join(folder, 'small.json'), JSON.stringify(SMALL));
});
afterAll(() => rm(folder, { recursive: true }));

function tenure(...args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const options = { cwd: folder, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

describe('tenure simulate', () => {
  it('prints the result that the library gives', async () => {
    const { code, stdout, stderr } = await tenure('simulate', 'small.json', '--seed', '7', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(await simulate(SMALL, { seed: 7 }));
  });

  it('writes a page with JSON and CSV beside it, and prints the figures', async () => {
    const { code, stdout, stderr } = await tenure(
      'simulate',
      'small.json',
      '--horizon',
      'P7D',
      '--check',
      '--report',
      'out/week.html',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('all invariants hold');
    expect(stdout).toMatch(/\n {2}people +\d+ at the start \(\d+ of them new hires yet to start\), /);
    const result = await simulate(SMALL, { horizon: 'P7D', seed: 1 });
    expect(stdout).toContain(`bottleneck  ${result.bottleneck?.summary}\n`);
    const page = await readFile(join(folder, 'out/week.html'), 'utf8');
    expect(page).toContain(`95 of 100 within ${duration(result.latency.p95Ms)}`);
    expect(stdout).toContain(`95 of 100 at most ${duration(result.latency.p95Ms)}`);
    expect(stderr).toContain('Wrote out/week.html');
    expect(await readdir(join(folder, 'out'))).toEqual([
      'week.days.csv',
      'week.html',
      'week.json',
      'week.runs.csv',
    ]);
    expect(await readFile(join(folder, 'out/week.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('lists the shipped scenarios, and prints one as a file to start from', async () => {
    expect((await tenure('simulate')).stdout).toContain('overloaded-directory');
    const { stdout } = await tenure('simulate', 'onboarding-year', '--print');
    // Windows writes the mark, with Set-Content and in Notepad.
    await writeFile(join(folder, 'mine.json'), `\ufeff${stdout}`);
    expect((await tenure('simulate', 'mine.json', '--horizon', 'P3D', '--quiet')).code).toBe(0);
    expect(JSON.parse((await tenure('simulate', '--schema')).stdout)).toMatchObject({
      title: 'tenure scenario',
    });
  });

  it('says what is wrong with a scenario, and exits 1', async () => {
    await writeFile(join(folder, 'wrong.json'), JSON.stringify({ ...SMALL, turnover: { lateShare: -1 } }));
    const wrong = await tenure('simulate', 'wrong.json');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain(
      'wrong.json: Expected turnover.lateShare to be a number in 0..1, got `-1`',
    );
    const unknown = await tenure('simulate', 'nothing.json');
    expect([unknown.code, unknown.stderr.includes('onboarding-year')]).toEqual([1, true]);
  });
});

describe('tenure compare', () => {
  it('prints what the change does, and names people as CSV', async () => {
    await writeFile(join(folder, 'after.json'), JSON.stringify({ ...SMALL, tasks: {} }));
    const compared = await tenure('compare', 'small.json', 'after.json', '--report', 'what-if.html');
    expect(compared.code).toBe(0);
    expect(compared.stdout).toContain('Same people, same time; the scenarios differ in: tasks.');
    const { stdout } = await tenure('compare', 'small.json', 'after.json', '--csv');
    expect(stdout).toBe(await readFile(join(folder, 'what-if.people.csv'), 'utf8'));
  });
});
