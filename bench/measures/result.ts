import type { Comparison, Result, Settings } from '../measure.ts';

/** What a comparison is called, and how large it was. */
export interface Heading {
  readonly name: string;
  readonly case: string;
  readonly unit?: string;
  readonly users: number;
  readonly tasks: number;
  readonly rounds: Settings['rounds'];
}

/** The result of a comparison of ours with one or more limits, and no peer. */
export function resultOf(
  heading: Heading,
  { perSecond, others }: Comparison,
  figures: Readonly<Record<string, number>> = {},
): Result {
  const [limit, ...moreLimits] = others;
  if (!limit) throw new Error(`Expected ${heading.name} to be compared with something, got nothing`);
  const { name, case: what, unit = 'tasks', users, tasks, rounds } = heading;
  return {
    name,
    case: what,
    unit,
    users,
    tasks,
    rounds,
    tasksPerSecond: perSecond,
    limit: { name: limit.name, tasksPerSecond: limit.perSecond },
    ratioToLimit: limit.ratio,
    spread: limit.spread,
    moreLimits,
    peers: [],
    figures,
  };
}

/** The largest of what the rounds gave; 0 when none did. */
export function most(values: readonly number[] | undefined): number {
  return Math.max(0, ...(values ?? []));
}
