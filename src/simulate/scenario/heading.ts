import type { ReadScenario } from './read-scenario.ts';

/** Which scenario a result is of, and which time it covers. */
export interface ScenarioHeading {
  readonly name: string;
  readonly description: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
  readonly horizon: string;
  readonly timeZone: string;
}

/** The heading of a scenario that was read. */
export function headingOf({ scenario, startMs, endMs, zone }: ReadScenario): ScenarioHeading {
  return {
    name: scenario.name,
    description: scenario.description ?? null,
    startDateTime: new Date(startMs).toISOString(),
    endDateTime: new Date(endMs).toISOString(),
    horizon: scenario.horizon,
    timeZone: zone.name,
  };
}
