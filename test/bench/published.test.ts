import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scaleChart, throughputChart } from '../../bench/charts.ts';
import type { Result } from '../../bench/measure.ts';
import { between, generated } from '../../bench/published.ts';
import { type Found, mergeFound, newestRecord, readFound } from '../../bench/record.ts';
import { table, targetTable } from '../../bench/tables.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(at(path), 'utf8');

function result(name: string, tasksPerSecond: number): Result {
  return {
    name,
    case: '',
    unit: 'tasks',
    users: 10,
    tasks: 5,
    tasksPerSecond,
    limit: { name: 'limit', tasksPerSecond: 2 * tasksPerSecond },
    ratioToLimit: 0.5,
    spread: [0.4, 0.6],
    rounds: 5,
    moreLimits: [],
    peers: [],
    figures: {},
  };
}

const found = (...results: readonly Result[]): Found => ({
  machine: { cpu: 'one', cores: 2, memoryGiB: 4 },
  versions: { tenure: '1.0.0', node: '24.0.0' },
  results,
});

describe('the newest record of the bench', () => {
  const record = readFound(newestRecord());
  const texts = generated(record, read);

  it.each(Object.keys(texts))('is shown by %s; when it is not, run npm run bench:table', (path) => {
    expect(read(path)).toBe(texts[path]);
  });

  it('has charts that the README shows', () => {
    for (const path of Object.keys(texts).filter((name) => name.endsWith('.svg'))) {
      expect(read('README.md')).toContain(`](${path})`);
      expect(existsSync(at(path))).toBe(true);
    }
  });
});

describe('text generated from a bench record', () => {
  it('stands between two marks, and replaces what stood there', () => {
    const text = between(read('bench/README.md'), 'new');
    expect(text).toContain('do not edit -->\n\nnew\n\n<!-- end');
    expect(between(text, 'newer')).toBe(between(read('bench/README.md'), 'newer'));
  });

  it('is refused where the marks are missing or doubled', () => {
    const text = between(read('bench/README.md'), 'new');
    for (const wrong of ['', 'no marks', text + text])
      expect(() => between(wrong, 'new')).toThrow('once each');
  });

  it('marks a target without a figure as not measured', () => {
    const text = targetTable(found(result('durable', 123_456)));
    expect(text).toContain('123,500 tasks/s');
    expect(text).toContain('not measured');
  });

  it('has tables with columns as wide as their widest cell', () => {
    expect(table(['a', 'b'], [['long', '1']])).toBe('| a    | b |\n| ---- | - |\n| long | 1 |');
  });
});

describe('the charts of the bench', () => {
  const peer = { tasksPerSecond: 900, ratio: 10, spread: [9, 11] as const, durability: 'each task' };
  const idle: Result = {
    ...result('peers', 100_000),
    case: 'tasks that do nothing, durable per task',
    peers: [{ ...peer, name: 'A & <B>' }],
  };
  const inMemory: Result = { ...result('peers', 1_000_000), case: 'tasks that do nothing, in memory' };
  const size = (users: number, usPerUser: number): Result => ({
    ...result('scale', 1),
    case: `one run of ${users.toLocaleString('en-US')} users`,
    users,
    figures: { usPerUser, residentMB: 99.5 },
  });

  it('show throughput on a logarithmic axis, with a bar for tenure and each peer', () => {
    const chart = throughputChart(found(idle, inMemory));
    const widths = [...chart.matchAll(/<rect class="(ours|theirs)"[^>]* width="([\d.]+)"/g)].map((match) => [
      match[1],
      Number(match[2]),
    ]);
    const [[, million = 0] = [], [, tenth = 0] = [], [, least = 0] = []] = widths as [string, number][];
    expect(widths.map(([whose]) => whose)).toEqual(['ours', 'ours', 'theirs']);
    expect(million - tenth).toBeCloseTo(million / 4, 0); // the axis is 100 to 1M
    expect(least).toBeGreaterThan(0);
    expect(chart).toContain('A &amp; &lt;B>, durable per task');
  });

  it('show tenure as it was measured beside its peers: of several loads the largest', () => {
    const other: Result = { ...idle, users: 9, tasksPerSecond: 123_456 };
    for (const results of [
      [other, idle],
      [idle, other],
    ]) {
      const chart = throughputChart(found(result('durable', 777_777), ...results));
      expect(chart).toContain('>100,000<');
      for (const rate of ['123,500', '777,800']) expect(chart).not.toContain(rate);
    }
  });

  it('show growth with a point for each size, labelled with its cost and memory', () => {
    const chart = scaleChart(found(size(1_000, 20), size(1_000_000, 10)));
    expect(chart.match(/<circle/g)).toHaveLength(2);
    for (const label of ['20 µs', '10 µs', '1,000', '1,000,000', '100 MB'])
      expect(chart).toContain(`>${label}<`);
  });
});

describe('merging bench records', () => {
  it('replaces the results of a benchmark by those of a later file', () => {
    const merged = mergeFound([
      found(result('durable', 1), result('memory', 2)),
      found(result('memory', 3), result('memory', 4)),
    ]);
    expect(merged.results.map(({ name, tasksPerSecond }) => [name, tasksPerSecond])).toEqual([
      ['durable', 1],
      ['memory', 3],
      ['memory', 4],
    ]);
  });

  it('refuses files of different machines or versions', () => {
    const other = { ...found(), machine: { cpu: 'another' } };
    expect(() => mergeFound([found(), other])).toThrow('the same machine');
    expect(() => mergeFound([found(), { ...found(), versions: { node: '26.0.0' } }])).toThrow(
      'the same versions',
    );
    expect(() => mergeFound([])).toThrow('at least one');
  });

  it('refuses a file that the bench did not write, naming it', () => {
    expect(() => readFound(at('package.json'))).toThrow(/package\.json.*--json/);
  });
});
