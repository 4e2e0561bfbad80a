import { describe, expect, it } from 'vitest';
import { scenarioText } from '../../../../../src/cli/commands/scenario/scenario-text.ts';
import { SMALL } from '../../../simulate/scenarios.ts';

const text = (scenario: Parameters<typeof scenarioText>[0]): string => [...scenarioText(scenario)].join('');

describe('a scenario as text', () => {
  it.each([0, 1, 2_500])('has %i people, a line each', (count) => {
    const people = Array.from({ length: count }, (_, at) => ({ id: `p${at}`, department: '"people": []' }));
    const scenario = { ...SMALL, name: 'of "people": []', population: { kind: 'given', people } as const };
    expect(JSON.parse(text(scenario))).toEqual(scenario);
    expect(text(scenario).match(/^ {6}\{"id"/gm) ?? []).toHaveLength(count);
  });

  it('is plain JSON where the people are not given', () => {
    expect(text(SMALL)).toBe(`${JSON.stringify(SMALL, null, 2)}\n`);
  });
});
