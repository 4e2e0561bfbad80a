/** Scenarios to read, run and start from. They are JSON files, as a user's own would be. */
import type { Scenario } from '../scenario/scenario.ts';
import mergerAfter from './offboarding-merger-after.json' with { type: 'json' };
import mergerBefore from './offboarding-merger-before.json' with { type: 'json' };
import onboardingYear from './onboarding-year.json' with { type: 'json' };
import overloadedDirectory from './overloaded-directory.json' with { type: 'json' };

// TypeScript reads `kind` in JSON as any text; a test reads each of them with `readScenario`.
const given: unknown = {
  'onboarding-year': onboardingYear,
  'offboarding-merger-before': mergerBefore,
  'offboarding-merger-after': mergerAfter,
  'overloaded-directory': overloadedDirectory,
};

/** The scenarios that are shipped, by name: `onboarding-year` … */
export const SCENARIOS = given as Readonly<Record<string, Scenario>>;
