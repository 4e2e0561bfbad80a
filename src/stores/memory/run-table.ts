import { comparePlaces } from '../../filter/list-order.ts';
import type { RunRecord } from '../../model/records.ts';
import { RUN_PROPERTIES } from '../../model/resources/properties.ts';
import type { Cursor, Order } from '../../ports/store.ts';
import { LayeredMap } from './layered-map.ts';

type Place = Cursor<string>;

/** All published runs as committed, by one property, then by id, ascending. */
interface Index {
  readonly field: keyof RunRecord | null;
  readonly runs: RunRecord[];
}

/** Runs by id, and in the orders that were asked for. */
export class RunTable extends LayeredMap<string, RunRecord> {
  /** By property; built when first asked for. */
  readonly #indexes = new Map<string, Index>();

  /** Published runs after `after`, as committed. */
  *inOrder({ property, descending }: Order, after: Place | null): Generator<RunRecord> {
    const { field, runs } = this.#index(property);
    if (descending) {
      const from = after === null ? runs.length : countBelow(runs, field, after);
      for (let at = from - 1; at >= 0; at--) yield runs[at] as RunRecord;
    } else {
      let from = after === null ? 0 : countBelow(runs, field, after);
      const first = runs[from];
      if (after !== null && first !== undefined && comparePlaces(false, placeOf(first, field), after) === 0)
        from += 1;
      for (let at = from; at < runs.length; at++) yield runs[at] as RunRecord;
    }
  }

  protected override committed(before: RunRecord | undefined, after: RunRecord | undefined): void {
    for (const { field, runs } of this.#indexes.values()) {
      const at = before?.published ? countBelow(runs, field, placeOf(before, field)) : -1;
      const to = after?.published ? placeOf(after, field) : null;
      const stays =
        at >= 0 && to !== null && comparePlaces(false, placeOf(before as RunRecord, field), to) === 0;
      if (stays) runs[at] = after as RunRecord;
      else {
        if (at >= 0) runs.splice(at, 1);
        if (to !== null) runs.splice(countBelow(runs, field, to), 0, after as RunRecord);
      }
    }
  }

  #index(property: string): Index {
    const known = this.#indexes.get(property);
    if (known) return known;
    const field = property === 'id' ? null : (RUN_PROPERTIES[property]?.field ?? null);
    const published = [...this.values(false)].filter((run) => run.published);
    const runs = published.sort((a, b) => comparePlaces(false, placeOf(a, field), placeOf(b, field)));
    const index = { field, runs };
    this.#indexes.set(property, index);
    return index;
  }
}

function placeOf(run: RunRecord, field: keyof RunRecord | null): Place {
  return { value: field === null ? null : (run[field] as Place['value']), key: run.id };
}

/** How many of `runs` come before `place`. */
function countBelow(runs: readonly RunRecord[], field: keyof RunRecord | null, place: Place): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePlaces(false, placeOf(runs[middle] as RunRecord, field), place) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
