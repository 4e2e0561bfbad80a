import type {
  Quarantine,
  QuarantineCondition,
  QuarantineConfiguration,
} from '../../model/workflow/quarantine.ts';

/**
 * The reason to put a run of `users` users in quarantine; `null`: there is none. With `matchMode` `any` one
 * exceeded condition is enough, with `all` every one has to be; without conditions no run is too large.
 *
 * @param directorySize number of people in the directory; used by percentages only.
 * Source: domain §1.11, §3.8.
 */
export function quarantineOf(
  { conditions, matchMode }: QuarantineConfiguration,
  users: number,
  directorySize: number,
): Quarantine | null {
  const exceeded = conditions.filter((condition) => users > allowed(condition, directorySize));
  const isEnough = matchMode === 'any' ? exceeded.length > 0 : exceeded.length === conditions.length;
  const [first] = exceeded;
  if (!first || !isEnough) return null;
  return {
    quarantineType: exceeded.length > 1 ? 'multipleConditionsExceeded' : typeOf(first),
    quarantineReason: `${users} users, where ${exceeded.map(boundText).join(' and ')} may be processed at once`,
  };
}

/** How many users a condition allows; a fraction of a user counts as none. */
function allowed(condition: QuarantineCondition, directorySize: number): number {
  return 'threshold' in condition ? condition.threshold : (condition.percentage * directorySize) / 100;
}

function typeOf(condition: QuarantineCondition): Quarantine['quarantineType'] {
  return 'threshold' in condition ? 'countBasedThresholdExceeded' : 'percentageBasedThresholdExceeded';
}

function boundText(condition: QuarantineCondition): string {
  return 'threshold' in condition
    ? `at most ${condition.threshold}`
    : `at most ${condition.percentage} % of the people in the directory`;
}
