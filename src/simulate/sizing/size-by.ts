/** Searches the settings of a plan, and reports what was found. */
import { headingOf } from '../scenario/heading.ts';
import { bindingOf } from './binding.ts';
import { frontierOf } from './frontier.ts';
import { SIMULATIONS_MAX, type SizingPlan } from './plan.ts';
import { type Judge, type Space, search } from './search.ts';
import { compareCosts } from './setting.ts';
import { type Simulations, Simulator, type SizingListeners } from './simulator.ts';
import { isReallyWorse, type Sized, type SizedSetting } from './sized.ts';
import type { Sizing } from './sizing.ts';

/** Settings within this of the best are as near as it. */
const AS_NEAR = 1.02;

/** Carries out a plan, by what simulates. @throws LifecycleError `InvalidArgument` when the scenario has no people for a goal. */
export async function sizeBy(
  simulations: Simulations,
  plan: SizingPlan,
  listeners: SizingListeners = {},
): Promise<Sizing> {
  const { read, dimensions, goals, space, triedAllBecause, seeds, seed } = plan;
  const { scenario } = read;
  const simulator = new Simulator(simulations, plan, listeners);
  const asItIs = await simulator.asItIs();
  const judge: Judge = {
    meets: async (setting) => (await simulator.at(setting)).setting.state === 'met',
    isWorse: (less, more) => isReallyWorse(simulator.known(less), simulator.known(more)),
  };
  const settingsMax = SIMULATIONS_MAX / seeds;
  const limits = { settingsMax, onProgress: (share: number) => simulator.reached(share) };
  const found = await search(space, judge, limits);
  const nearest = found.cheapest === null ? await nearestOf(space, simulator, settingsMax) : null;
  const oneLess = found.cheapest === null ? [] : await simulator.oneLess(found.cheapest);
  const answer = found.cheapest && simulator.known(found.cheapest).setting;
  const all = simulator.all.toSorted((a, b) => compareCosts(a.setting.cost, b.setting.cost));
  const settingsOfAll = space.sizes.reduce((product, size) => product * size, 1);
  return {
    goals,
    scenario: headingOf(read),
    seeds: { first: seed, count: seeds },
    vary: dimensions.map((one, at) => ({ ...one, triedAllBecause: triedAllBecause[at] ?? null })),
    answer,
    nearest,
    binding: bindingOf((answer ?? nearest)?.bottleneck ?? null, scenario, dimensions),
    oneLess,
    asItIs,
    frontier: frontierOf(all).map(({ setting }) => setting),
    settings: all.map(({ setting }) => setting),
    search: {
      method: found.method,
      violation: found.violation && {
        less: simulator.known(found.violation.less).setting,
        more: simulator.known(found.violation.more).setting,
      },
      settings: all.length,
      settingsOfAll,
      simulations: all.length * seeds,
      simulationsOfAll: settingsOfAll * seeds,
    },
  };
}

/** The cheapest setting that comes as near to the goals as the best one does. */
async function nearestOf(space: Space, simulator: Simulator, settingsMax: number): Promise<SizedSetting> {
  const best = Math.min(...simulator.all.map(({ setting }) => setting.score));
  const isNear = (one: Sized): boolean => one.setting.score <= best * AS_NEAR;
  const judge: Judge = {
    meets: async (setting) => isNear(await simulator.at(setting)),
    isWorse: () => false,
  };
  const { cheapest } = await search(space, judge, { settingsMax });
  const near = cheapest === null ? simulator.all.filter(isNear) : [simulator.known(cheapest)];
  const [first] = near.sort((a, b) => compareCosts(a.setting.cost, b.setting.cost));
  return (first as Sized).setting;
}
