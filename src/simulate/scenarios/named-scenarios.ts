/** Example scenarios, as JSON files like those of users. */
import type { Scenario } from '../scenario/scenario.ts';
import mergerAfter from './offboarding-merger-after.json' with { type: 'json' };
import mergerBefore from './offboarding-merger-before.json' with { type: 'json' };
import onboardingYear from './onboarding-year.json' with { type: 'json' };
import overloadedDirectory from './overloaded-directory.json' with { type: 'json' };

/** Names of the scenarios that are shipped. */
type ScenarioName =
  | 'onboarding-year'
  | 'offboarding-merger-before'
  | 'offboarding-merger-after'
  | 'overloaded-directory';

// TypeScript types `kind` of imported JSON as string; a test reads each scenario with `readScenario`.
const given: Readonly<Record<ScenarioName, unknown>> = {
  'onboarding-year': onboardingYear,
  'offboarding-merger-before': mergerBefore,
  'offboarding-merger-after': mergerAfter,
  'overloaded-directory': overloadedDirectory,
};

/** The scenarios that are shipped, by name: `onboarding-year` … */
export const SCENARIOS = given as Readonly<Record<ScenarioName, Scenario> & Record<string, Scenario>>;
