/**
 * What failures depend on most. For each attribute (department, hour, manager) the χ² of independence is taken over its
 * groups, those with few outcomes as one group, and made comparable between attributes with more and fewer groups by
 * Wilson and Hilferty's approximation, which gives standard deviations above chance. The attribute that is farthest
 * above is taken when it is at least {@link STRENGTH_MIN} above. Its groups, ordered by their rate, are cut in two
 * where the χ² of the two halves is largest.
 */

/** Outcomes of a group. */
export interface Group {
  readonly key: string;
  readonly count: number;
  readonly failed: number;
}

/** Groups that fail more often than the others. */
export interface Split {
  readonly keys: readonly string[];
  /** Share of their outcomes that failed, and of the others'. */
  readonly inside: number;
  readonly outside: number;
  /** Standard deviations above chance. */
  readonly strength: number;
}

/** Groups with fewer outcomes are not distinguished. */
const GROUP_MIN = 30;
/** Fewer failures depend on nothing. */
const FAILED_MIN = 10;
/** Weaker dependences may be chance: 1 in 30,000. */
const STRENGTH_MIN = 4;

/** The split of an attribute; `null`: the failures do not depend on it, as far as can be said. */
export function splitOf(groups: readonly Group[]): Split | null {
  const known = groups.filter(({ count }) => count >= GROUP_MIN);
  const rest = sumOf(groups.filter(({ count }) => count < GROUP_MIN));
  const all = sumOf(groups);
  const compared = rest.count >= GROUP_MIN ? [...known, rest] : known;
  const total = sumOf(compared);
  if (all.failed < FAILED_MIN || compared.length < 2 || total.failed === 0 || total.failed === total.count)
    return null;
  const strength = deviations(chiSquare(compared, total), compared.length - 1);
  if (strength < STRENGTH_MIN) return null;
  const ordered = known.toSorted((a, b) => b.failed / b.count - a.failed / a.count);
  let best: { readonly chi: number; readonly split: Split } | null = null;
  for (let size = 1; size <= ordered.length; size++) {
    const inside = sumOf(ordered.slice(0, size));
    const outside = { key: '', count: all.count - inside.count, failed: all.failed - inside.failed };
    if (outside.count === 0 || outside.failed / outside.count >= inside.failed / inside.count) continue;
    const chi = chiSquare([inside, outside], all);
    if (best !== null && chi <= best.chi) continue;
    best = {
      chi,
      split: {
        keys: ordered.slice(0, size).map(({ key }) => key),
        inside: inside.failed / inside.count,
        outside: outside.failed / outside.count,
        strength,
      },
    };
  }
  return best?.split ?? null;
}

function sumOf(groups: readonly Group[]): Group {
  const [count, failed] = groups.reduce((sum, one) => [sum[0] + one.count, sum[1] + one.failed], [0, 0]);
  return { key: '', count, failed };
}

function chiSquare(groups: readonly Group[], { count, failed }: Group): number {
  const rate = failed / count;
  return groups.reduce(
    (sum, one) => sum + (one.failed - one.count * rate) ** 2 / (one.count * rate * (1 - rate)),
    0,
  );
}

function deviations(chi: number, freedom: number): number {
  const variance = 2 / (9 * freedom);
  return ((chi / freedom) ** (1 / 3) - (1 - variance)) / Math.sqrt(variance);
}
