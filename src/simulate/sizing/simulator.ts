import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { SimulationJob, SimulationPoolRunOptions } from '../pool/simulation-pool.ts';
import type { SimulationFigures } from '../result.ts';
import type { ScenarioParts } from '../scenario/read-scenario.ts';
import { peopleOf } from './goal.ts';
import type { SizingPlan } from './plan.ts';
import { costOf, partsOf, type Setting, settingText, valuesOf } from './setting.ts';
import { type Sized, type SizedSetting, sizedOf } from './sized.ts';
import type { Sizing } from './sizing.ts';

/** Progress of a sizing. */
export interface SizingProgress {
  /** Share of the search that is done, 0..1. */
  readonly share: number;
  /** Simulations that are done. */
  readonly simulations: number;
  /** The setting that is simulated: `concurrency 64, interval 3 h`. */
  readonly setting: string;
}

/** What follows a sizing, and may end it. */
export interface SizingListeners {
  readonly onProgress?: (progress: SizingProgress) => void;
  readonly signal?: AbortSignal;
}

/** What simulates: a pool of threads. */
export interface Simulations {
  /** The figures of each job, in the order of the jobs. */
  run(
    jobs: readonly SimulationJob[],
    options?: SimulationPoolRunOptions,
  ): Promise<readonly SimulationFigures[]>;
}

/** Simulates settings, each once, with all seeds. */
export class Simulator {
  readonly #simulations: Simulations;
  readonly #plan: SizingPlan;
  readonly #listeners: SizingListeners;
  readonly #sized = new Map<string, Sized>();
  #share = 0;
  #done = 0;

  constructor(simulations: Simulations, plan: SizingPlan, listeners: SizingListeners) {
    this.#simulations = simulations;
    this.#plan = plan;
    this.#listeners = listeners;
  }

  /** The settings that were simulated. */
  get all(): readonly Sized[] {
    return [...this.#sized.values()];
  }

  /** A setting that was simulated. */
  known(setting: Setting): Sized {
    return this.#sized.get(setting.join()) as Sized;
  }

  /** The scenario as it stands. @throws LifecycleError `InvalidArgument` when it has no people for a goal. */
  async asItIs(): Promise<SizedSetting> {
    return (await this.#simulate({ values: {}, cost: [] }, {}, 'as it is')).setting;
  }

  async at(setting: Setting): Promise<Sized> {
    const known = this.#sized.get(setting.join());
    if (known) return known;
    const { read, dimensions, prices } = this.#plan;
    const { scenario } = read;
    const values = valuesOf(dimensions, setting);
    const cost = costOf(scenario, dimensions, values, prices);
    const parts = partsOf(scenario, dimensions, setting);
    const sized = await this.#simulate({ values, cost }, parts, settingText(dimensions, values));
    this.#sized.set(setting.join(), sized);
    return sized;
  }

  /** The setting with one value less of each dimension that has one. */
  async oneLess(setting: Setting): Promise<Sizing['oneLess']> {
    const less: Sizing['oneLess'][number][] = [];
    for (const [at, { name }] of this.#plan.dimensions.entries()) {
      const level = setting[at] ?? 0;
      if (level > 0) less.push({ term: name, setting: (await this.at(setting.with(at, level - 1))).setting });
    }
    return less;
  }

  /** The share of the search that is done. */
  reached(share: number): void {
    this.#share = share;
  }

  async #simulate(
    about: Pick<SizedSetting, 'values' | 'cost'>,
    parts: ScenarioParts,
    text: string,
  ): Promise<Sized> {
    const { read, goals, seeds, seed } = this.#plan;
    const { signal, onProgress } = this.#listeners;
    const jobs = Array.from({ length: seeds }, (_, at) => ({ read, parts, seed: seed + at }));
    const before = this.#done;
    const figures = await this.#simulations.run(jobs, {
      ...(signal === undefined ? {} : { signal }),
      onProgress: ({ done }) =>
        onProgress?.({ share: this.#share, simulations: before + done, setting: text }),
    });
    this.#done += seeds;
    for (const goal of goals) {
      if (figures.some((one) => peopleOf(goal, one) > 0)) continue;
      throw new LifecycleError(
        'InvalidArgument',
        `Expected people for the goal ${goal.text}, got a simulated time in which no one was due`,
        { field: 'goals' },
      );
    }
    return sizedOf(goals, about, figures);
  }
}
