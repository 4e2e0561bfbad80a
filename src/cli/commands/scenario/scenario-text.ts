import type { Scenario } from '../../../simulate.ts';

const PEOPLE_PER_PART = 1_000;
const NO_PEOPLE = '"people": []';

/** A scenario as JSON, in parts: its people, a line each, may be too many for one text. */
export function* scenarioText(scenario: Scenario): Generator<string> {
  const { population } = scenario;
  const people = population.kind === 'given' ? population.people : [];
  const frame =
    population.kind === 'given' ? { ...scenario, population: { ...population, people: [] } } : scenario;
  // Within a text of JSON a quotation mark has a backslash before it, so this is the property.
  const [before = '', after = ''] = `${JSON.stringify(frame, null, 2)}\n`.split(NO_PEOPLE);
  if (people.length === 0) {
    yield `${JSON.stringify(scenario, null, 2)}\n`;
    return;
  }
  yield `${before}"people": [`;
  for (let at = 0; at < people.length; at += PEOPLE_PER_PART) {
    const lines = people.slice(at, at + PEOPLE_PER_PART).map((one) => `\n      ${JSON.stringify(one)}`);
    yield `${at === 0 ? '' : ','}${lines.join(',')}`;
  }
  yield `\n    ]${after}`;
}
