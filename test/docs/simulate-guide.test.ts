import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as tenure from '../../src/index.ts';
import * as library from '../../src/simulate.ts';

const GUIDE = readFileSync(resolve(import.meta.dirname, '../../src/simulate/README.md'), 'utf8');
type AsyncRunner = (library: unknown, tenure: unknown, console: unknown) => Promise<void>;
const AsyncFunction = (async () => {}).constructor as new (...args: string[]) => AsyncRunner;

const EXAMPLES = [...GUIDE.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

/** What the example prints that has this in it. */
async function printed(part: string): Promise<readonly unknown[][]> {
  const code = EXAMPLES.find((one) => one.includes(part)) ?? '';
  const body = code
    .replace(/import \{([^}]*)\} from 'tenure\/simulate';/, 'const {$1} = library;')
    .replace(/import \{([^}]*)\} from 'tenure';/, 'const {$1} = tenure;');
  const said: unknown[][] = [];
  await new AsyncFunction('library', 'tenure', 'console', body)(library, tenure, {
    log: (...args: unknown[]) => void said.push(args),
  });
  return said;
}

describe('the guide to simulation', () => {
  it('has an example that runs unchanged', async () => {
    const said = await printed('simulationReport(');
    expect(said).toHaveLength(2);
    expect(said[0]?.[2]).toMatch(/^[0-9a-f]{64}$/);
    const saved = said[1]?.[0] as readonly (readonly [string, number])[];
    expect(saved.map(([key]) => key)).toEqual(['Week before', 'First day', 'Week after']);
  });

  it('has an example of many seeds that runs unchanged', async () => {
    const said = await printed('seeds: 3');
    const findings = said[0]?.[0] as readonly (readonly [string, object, string])[];
    expect(findings[0]).toEqual(['People processed', { value: 0, low: 0, high: 0 }, 'same']);
    expect(findings.map(([name]) => name)).toContain('Mean wait');
  });

  it('has an example of two versions that runs unchanged', async () => {
    const said = await printed('compareVersions(');
    expect(said[0]).toEqual([2, 4]);
    expect(said[1]?.[0]).toContain('“badge” takes 500 ms');
  });

  it('has an example of a scenario from a record that runs unchanged', async () => {
    const said = await printed('scenarioFrom(');
    expect(said[0]).toEqual([280, { completed: expect.any(Number), failed: expect.any(Number) }]);
    const [turnover, failures] = said[1] as [{ joinersPerMonth: number }, { probability: number }[]];
    expect(turnover.joinersPerMonth).toBeGreaterThan(280);
    expect(Math.abs((failures[0]?.probability ?? 0) - 0.2)).toBeLessThan(0.08);
    const measures = said[2]?.[0] as readonly (readonly [string, number, number])[];
    expect(measures[1]?.slice(0, 2)).toEqual(['People in runs', 280]);
    expect(measures[1]?.[2]).toBeGreaterThan(180);
  });
});
