/** Result of a sizing: plain data that survives JSON unchanged. */
import type { ScenarioHeading } from '../scenario/heading.ts';
import type { Binding } from './binding.ts';
import type { Goal } from './goal.ts';
import type { SizedSetting } from './sized.ts';
import type { Dimension } from './vary.ts';

/** What a sizing varied. */
export interface VariedDimension extends Dimension {
  /** Why all its values were tried, not only some by bisection; `null`: more of it cannot hurt. */
  readonly triedAllBecause: string | null;
}

/** How the settings were searched. */
export interface SizingSearch {
  /**
   * - `bisection`: of the settings that others imply, none was simulated.
   * - `all`: every setting was.
   */
  readonly method: 'bisection' | 'all';
  /** Settings where more capacity was worse, which a bisection cannot be used for; `null`: none was seen. */
  readonly violation: { readonly less: SizedSetting; readonly more: SizedSetting } | null;
  readonly settings: number;
  readonly settingsOfAll: number;
  readonly simulations: number;
  readonly simulationsOfAll: number;
}

/** Result of a sizing. */
export interface Sizing {
  readonly goals: readonly Goal[];
  readonly scenario: ScenarioHeading;
  /** The seeds `first` to `first + count − 1`, the same for every setting. */
  readonly seeds: { readonly first: number; readonly count: number };
  readonly vary: readonly VariedDimension[];
  /** The cheapest setting that meets every goal; `null`: none does. */
  readonly answer: SizedSetting | null;
  /** Where none does: the cheapest setting that comes as near as any, within 2 %. */
  readonly nearest: SizedSetting | null;
  /** What binds the answer, or the nearest. */
  readonly binding: Binding | null;
  /** The answer with one value less of one dimension each, where there is one. */
  readonly oneLess: readonly { readonly term: string; readonly setting: SizedSetting }[];
  /** The scenario as it stands; its `values` are empty. */
  readonly asItIs: SizedSetting;
  /** Of the settings that were simulated, those of which none is both cheaper and better; the cheapest first. */
  readonly frontier: readonly SizedSetting[];
  /** All settings that were simulated, the cheapest first. */
  readonly settings: readonly SizedSetting[];
  readonly search: SizingSearch;
}
