import { compareCosts } from './setting.ts';
import { isReallyWorse, type Sized } from './sized.ts';

/**
 * The settings that are worth their cost: none that costs less does as well. The cheapest comes first, and each further one
 * is better than the one before, by more than chance.
 */
export function frontierOf(all: readonly Sized[]): readonly Sized[] {
  const frontier: Sized[] = [];
  for (const one of [...all].sort((a, b) => compareCosts(a.setting.cost, b.setting.cost))) {
    const best = frontier.at(-1);
    if (best === undefined || isReallyWorse(one, best)) frontier.push(one);
  }
  return frontier;
}
