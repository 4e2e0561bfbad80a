/** The search for the cheapest setting that meets a goal: bisection where it may, else all settings. Pure. */
import type { Setting } from './setting.ts';

/** What is searched. */
export interface Space {
  /** Number of values by dimension. */
  readonly sizes: readonly number[];
  /** By dimension: whether more capacity cannot make a setting worse, so that it can be bisected. */
  readonly canBisect: readonly boolean[];
  /** Below 0: `a` costs less. Where only one dimension has more capacity, the setting costs more. */
  compareCosts(a: Setting, b: Setting): number;
}

/** What the search asks. */
export interface Judge {
  /** Whether a setting meets the goal. Asked once for each. */
  meets(setting: Setting): Promise<boolean>;
  /**
   * Whether `more`, which has no less capacity and does not meet the goal, is really worse than `less`, which does:
   * the bisection was wrong then. Two that differ by chance alone are no reason.
   */
  isWorse(less: Setting, more: Setting): boolean;
}

/** What a search has found. */
export interface Found {
  /** `null`: no setting meets the goal. */
  readonly cheapest: Setting | null;
  /** Settings that were judged. */
  readonly judged: number;
  readonly method: 'bisection' | 'all';
  /** Where more capacity was worse; `null`: nowhere that was seen. */
  readonly violation: { readonly less: Setting; readonly more: Setting } | null;
}

/** Options of {@link search}. */
export interface SearchOptions {
  /** Most settings to try one by one, when bisection turns out not to apply. */
  readonly settingsMax: number;
  /** Called with the share of the settings that need no more asking, 0..1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Finds the cheapest setting that meets the goal. Where the dimensions that can be bisected are monotone, it is the
 * one that trying all settings would find.
 */
export async function search(space: Space, judge: Judge, options: SearchOptions): Promise<Found> {
  const settings = settingsOf(space.sizes);
  const answers = new Map<string, { readonly setting: Setting; readonly meets: boolean }>();
  const ask = async (setting: Setting): Promise<boolean> => {
    const known = answers.get(keyOf(setting));
    if (known) return known.meets;
    const meets = await judge.meets(setting);
    answers.set(keyOf(setting), { setting, meets });
    return meets;
  };
  const askAll = async (): Promise<void> => {
    for (const setting of settings) {
      await ask(setting);
      options.onProgress?.(answers.size / settings.length);
    }
  };
  const found = (method: Found['method'], violation: Found['violation']): Found => {
    const good = [...answers.values()].filter(({ meets }) => meets).map(({ setting }) => setting);
    return { cheapest: good.sort(space.compareCosts)[0] ?? null, judged: answers.size, method, violation };
  };
  const longest = longestOf(space);
  if (longest === null) {
    await askAll();
    return found('all', null);
  }
  const cheapest = await bisect(space, longest, ask, answers, options.onProgress);
  await askNeighbours(space, cheapest, ask);
  const violation = violationIn(space, [...answers.values()], judge);
  if (violation === null || settings.length > options.settingsMax) return found('bisection', violation);
  await askAll();
  return found('all', violation);
}

type Answers = ReadonlyMap<string, { readonly setting: Setting; readonly meets: boolean }>;
type Ask = (setting: Setting) => Promise<boolean>;

/** All settings, the first dimension slowest. */
export function settingsOf(sizes: readonly number[]): readonly Setting[] {
  return sizes.reduce<readonly Setting[]>(
    (some, size) => some.flatMap((one) => Array.from({ length: size }, (_, at) => [...one, at])),
    [[]],
  );
}

/** The dimension to bisect along; `null`: there is none. */
function longestOf({ sizes, canBisect }: Space): number | null {
  const lengths = sizes.map((size, at) => (canBisect[at] ? size : 1));
  const most = Math.max(...lengths);
  return most > 1 ? lengths.indexOf(most) : null;
}

/**
 * Goes through the lines along one dimension: a line is bisected below the cheapest setting found so far, and not at all
 * where other answers imply its own. Lines in the middle come first, since they imply most.
 */
async function bisect(
  space: Space,
  along: number,
  ask: Ask,
  answers: Answers,
  onProgress: SearchOptions['onProgress'],
): Promise<Setting | null> {
  const { sizes, compareCosts } = space;
  const last = (sizes[along] ?? 1) - 1;
  const at = (line: Setting, level: number): Setting => line.with(along, level);
  const firsts = settingsOf(sizes.map((size, dimension) => (dimension === along ? 1 : size)));
  const lines = middleFirst([...firsts].sort(compareCosts));
  let best: Setting | null = null;
  for (const [done, line] of lines.entries()) {
    const { low, high } = impliedOn(space, along, line, answers);
    // The highest level that is still worth it.
    let top = last;
    while (top >= 0 && best !== null && compareCosts(at(line, top), best) >= 0) top -= 1;
    let [from, until] = [low, Math.min(high, top)];
    const mayMeet = from <= until && (high <= top || (await ask(at(line, until))));
    if (mayMeet) {
      while (from < until) {
        const middle = Math.floor((from + until) / 2);
        if (await ask(at(line, middle))) until = middle;
        else from = middle + 1;
      }
      // What others imply is asked too: it is the answer, and chance may have it a level higher.
      while (until < top && !(await ask(at(line, until)))) until += 1;
      if (await ask(at(line, until))) best = at(line, until);
    }
    onProgress?.((done + 1) / lines.length);
  }
  return best;
}

/** The levels of a line that may be the first to meet the goal, by what is known: below `low` none does, from `high` all do. */
function impliedOn(
  space: Space,
  along: number,
  line: Setting,
  answers: Answers,
): { readonly low: number; readonly high: number } {
  let [low, high] = [0, space.sizes[along] ?? 1];
  for (const { setting, meets } of answers.values()) {
    const level = setting[along] ?? 0;
    const moved = setting.with(along, 0);
    if (meets && level < high && isNoMore(space, moved, line)) high = level;
    else if (!meets && level >= low && isNoMore(space, line, moved)) low = level + 1;
  }
  return { low, high };
}

/** Whether `less` has no more capacity than `more` in any dimension, and they differ only where monotony is known. */
function isNoMore({ canBisect }: Space, less: Setting, more: Setting): boolean {
  return less.every((level, at) => (canBisect[at] ? level <= (more[at] ?? 0) : level === more[at]));
}

/** The order of a bisection: the middle one, the middles of both halves, and so on. */
function middleFirst<T>(items: readonly T[]): readonly T[] {
  const ordered: T[] = [];
  const spans: (readonly [number, number])[] = [[0, items.length]];
  for (const [from, until] of spans) {
    if (from >= until) continue;
    const middle = Math.floor((from + until) / 2);
    ordered.push(items[middle] as T);
    spans.push([from, middle], [middle + 1, until]);
  }
  return ordered;
}

/** Asks a step more and a step less, in each dimension, of the answer; or of the most, when nothing meets the goal. */
async function askNeighbours(space: Space, cheapest: Setting | null, ask: Ask): Promise<void> {
  const centre = cheapest ?? space.sizes.map((size) => size - 1);
  for (const [dimension, canBisect] of space.canBisect.entries()) {
    if (!canBisect) continue;
    for (const step of [-1, 1]) {
      const level = (centre[dimension] ?? 0) + step;
      if (level >= 0 && level < (space.sizes[dimension] ?? 0)) await ask(centre.with(dimension, level));
    }
  }
}

function violationIn(
  space: Space,
  answers: readonly { readonly setting: Setting; readonly meets: boolean }[],
  judge: Judge,
): Found['violation'] {
  const good = answers.filter(({ meets }) => meets);
  const bad = answers.filter(({ meets }) => !meets);
  for (const { setting: less } of good)
    for (const { setting: more } of bad)
      if (isNoMore(space, less, more) && judge.isWorse(less, more)) return { less, more };
  return null;
}

function keyOf(setting: Setting): string {
  return setting.join();
}
