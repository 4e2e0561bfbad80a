/** Names that are worth a "did you mean": fewer edits than this part of their length. */
const EDITS_SHARE_MAX = 0.4;

/** The name that `word` is most likely a slip of; `null` when none is near. Letter case costs nothing. */
export function nearest(word: string, names: readonly string[]): string | null {
  const wanted = word.trim().toLowerCase();
  if (wanted === '') return null;
  const ranked = names
    .map((name) => ({ name, cost: costOf(wanted, name.toLowerCase()) }))
    .sort((a, b) => a.cost - b.cost);
  const [best] = ranked;
  return best && best.cost <= EDITS_SHARE_MAX ? best.name : null;
}

/** Edits per letter; a name that begins as the word does, or has all of its letters in one piece, is near. */
function costOf(word: string, name: string): number {
  if (name === word) return 0;
  if (word.length >= 3 && name.startsWith(word)) return 0.1;
  if (word.length >= 4 && name.includes(word)) return 0.2;
  if (name.length >= 4 && word.startsWith(name.slice(0, -1))) return 0.3; // another ending: retries, retry
  return editDistance(word, name) / Math.max(word.length, name.length);
}

/** Letters to insert, remove, replace or swap with their neighbour. */
function editDistance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const replaced = (last[column - 1] ?? 0) + (isSame ? 0 : 1);
      const swapped = isSwap ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, swapped, (last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    [before, last] = [last, next];
  }
  return last[b.length] ?? 0;
}
