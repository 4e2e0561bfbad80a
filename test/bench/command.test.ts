import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bench/main.ts', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-bench-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function endOf(child: ChildProcess) {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

describe('npm run bench', () => {
  it('prints its usage on request and when a benchmark is unknown', async () => {
    const help = await endOf(start('--help'));
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: npm run bench');
    const wrong = await endOf(start('fast'));
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toContain('got `fast`');
    expect(wrong.stderr).toContain('Usage: npm run bench');
  });

  it('prints a table, writes the figures, and leaves nothing behind', async () => {
    const size = ['--users', '20', '--tasks', '2', '--rounds', '1'];
    const { code, stdout, stderr } = await endOf(start('durable', ...size, '--json', 'found.json'));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('durable: a durable run (20 users × 2 tasks');
    const { machine, versions, results } = JSON.parse(readFileSync(join(folder, 'found.json'), 'utf8'));
    expect(machine).toMatchObject({ cores: expect.any(Number) });
    expect(versions).toMatchObject({ node: process.versions.node });
    expect(results).toMatchObject([
      { name: 'durable', users: 20, tasks: 2, limit: { name: expect.stringContaining('same') }, peers: [] },
      { name: 'durable', case: 'the same, whose commits a thread makes' },
    ]);
    const [{ tasksPerSecond, limit, ratioToLimit, spread }] = results;
    expect(ratioToLimit).toBeCloseTo(tasksPerSecond / limit.tasksPerSecond);
    expect(spread).toEqual([ratioToLimit, ratioToLimit]);
    expect(readdirSync(folder)).toEqual(['found.json']);
  });

  it('refuses a JSON file that it cannot write before it measures', async () => {
    const { code, stderr } = await endOf(start('durable', '--json', 'nowhere/found.json'));
    expect(code).toBe(1);
    expect(stderr).toContain('nowhere');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not write over a file of something else, unless forced', async () => {
    const size = ['--users', '20', '--tasks', '1', '--rounds', '1'];
    writeFileSync(join(folder, 'mine.json'), '{"mine":true}');
    const refused = await endOf(start('memory', ...size, '--json', 'mine.json'));
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('mine.json, which tenure did not'),
    });
    expect(readFileSync(join(folder, 'mine.json'), 'utf8')).toBe('{"mine":true}');
    const forced = await endOf(start('memory', ...size, '--json', 'mine.json', '--force'));
    expect(forced).toMatchObject({ code: 0, stderr: '' });
    const again = await endOf(start('memory', ...size, '--json', 'mine.json'));
    expect(again).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends its processes and removes its files when interrupted', async () => {
    const child = start('scale');
    const ended = endOf(child);
    const stdout = child.stdout as NonNullable<typeof child.stdout>;
    await once(stdout, 'data'); // it has begun
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(readdirSync(folder)).toEqual([]);
  });
});
