import { describe, expect, it } from 'vitest';
import { compare, comparisonReport, type Scenario, simulate } from '../../../src/simulate.ts';
import { oneRun } from './scenarios.ts';

/** One run of 40 people, whose task takes a second on average, and fails for some. */
function scenario(meanMs: number, failureProbability: number): Scenario {
  return oneRun(40, { task: { duration: { kind: 'exponential', meanMs }, failureProbability } });
}

describe('a comparison over seeds', () => {
  it('shows what changed in each figure with its interval, beside the first seed person by person', async () => {
    const [a, b] = [scenario(1_000, 0.2), scenario(3_000, 0.2)];
    const shares: number[] = [];
    const compared = await compare(a, b, {
      seed: 5,
      seeds: 6,
      workers: 1,
      check: true,
      onSeedsProgress: (share) => shares.push(share),
    });
    const { overSeeds, ...first } = compared;
    const { overSeeds: none, ...alone } = await compare(a, b, { seed: 5, check: true });
    expect([none, first]).toEqual([null, alone]);
    expect(overSeeds).toMatchObject({ seeds: [5, 6, 7, 8, 9, 10], violationsCount: 0 });
    const finding = new Map(overSeeds?.measures.map((one) => [one.name, one]));
    expect(finding.get('Mean wait')).toMatchObject({ finding: 'more', seedsCount: 6 });
    expect(finding.get('Failed')).toMatchObject({ finding: 'same' });
    const failed = await Promise.all(
      [5, 6, 7, 8, 9, 10].map(async (seed) => (await simulate(a, { seed })).totals.users.failed ?? 0),
    );
    expect(finding.get('Failed')?.a).toBeCloseTo(failed.reduce((sum, one) => sum + one, 0) / 6, 10);
    expect(shares.at(-1)).toBe(1);
    const page = comparisonReport(compared);
    expect(page).toContain('<h2>Over 6 seeds</h2>');
    expect(page).toContain('more in B');
    expect(page).not.toContain('One seed');
  });

  it('says of one seed that it is one', async () => {
    const compared = await compare(scenario(1_000, 0.2), scenario(1_000, 0.4));
    expect(compared.overSeeds).toBeNull();
    expect(comparisonReport(compared)).toContain('One seed: differences of this size can be noise');
  });

  it('is refused for a number of seeds that cannot be, and ends with its signal', async () => {
    const one = scenario(1_000, 0);
    await expect(compare(one, one, { seeds: 0 })).rejects.toMatchObject({ details: { field: 'seeds' } });
    await expect(compare(one, one, { seeds: 1_001 })).rejects.toMatchObject({ code: 'InvalidArgument' });
    const gone = new Error('gone');
    const signal = AbortSignal.abort(gone);
    await expect(compare(one, one, { seeds: 3, signal })).rejects.toBe(gone);
  });
});
