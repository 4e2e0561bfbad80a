import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oneRun } from '../../simulate/scenarios.ts';
import { tenure } from '../support.ts';

describe('tenure compare', () => {
  let folder: string;
  let files: readonly [string, string];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenure-compare-'));
    files = [join(folder, 'before.json'), join(folder, 'after.json')];
    for (const [at, file] of files.entries()) {
      const duration = { kind: 'exponential', meanMs: 1_000 * (1 + 2 * at) } as const;
      writeFileSync(file, JSON.stringify(oneRun(30, { task: { duration, failureProbability: 0.1 } })));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('says of one seed that it is one', async () => {
    const { code, stdout } = await tenure('compare', ...files);
    expect(code).toBe(0);
    expect(stdout).toContain('One seed: differences of this size can be noise; --seeds 20 tells.\n');
    expect(stdout).not.toContain('FINDING');
  });

  it('tells effects from noise over seeds, and names the people of the first', async () => {
    const { code, stdout } = await tenure('compare', ...files, '--seeds', '3', '--seed', '4', '--check');
    expect(code).toBe(0);
    expect(stdout).toContain('Means over 3 seeds (4 to 6), each with both scenarios; B − A with its 95 %');
    expect(stdout).toMatch(/The same with every seed: People processed, Completed, .*Failed/);
    expect(stdout).toMatch(/\nMean wait +\d.* +\+[\d.]+ s +\+.* … \+.* +more in B\n/);
    expect(stdout).toContain('Person by person, with seed 4:\n');
    expect(stdout).not.toContain('One seed');
  });

  it('refuses a number of seeds that cannot be', async () => {
    const { code, stdout, stderr } = await tenure('compare', ...files, '--seeds', '0');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/--seeds <n>.*Expected a whole number in 1\.\.1000/s);
  });
});
