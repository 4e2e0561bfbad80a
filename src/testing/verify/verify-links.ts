/** Which runs did others again: no chain of them leads back to where it began. */
import type { ExportUnit } from './export-units.ts';
import type { Tally } from './tally.ts';

/** Runs of a cycle that a message names. */
const NAMED_MAX = 10;

/** The links of `reprocessedRuns` of all documents: from a run to those that did its users again. */
export class ReprocessedLinks {
  readonly #to = new Map<string, Map<string, string>>();

  /** @param run that was done again by the run of `id`. */
  add(run: string, id: string, { document }: ExportUnit): void {
    const links = this.#to.get(run) ?? new Map<string, string>();
    this.#to.set(run, links.set(id, document));
  }

  /** Tells each cycle once. */
  verify(tally: Tally): void {
    const done = new Set<string>();
    for (const start of this.#to.keys()) {
      if (done.has(start)) continue;
      const trail = [start];
      const places = new Map([[start, 0]]);
      const open = [this.#next(start)];
      // By hand, since a chain may be longer than the stack.
      while (trail.length > 0) {
        const { value: id, done: isOver } = (open.at(-1) as Iterator<string>).next();
        if (isOver) {
          const ended = trail.pop() as string;
          places.delete(ended);
          done.add(ended);
          open.pop();
          continue;
        }
        const at = places.get(id);
        if (at !== undefined) this.#found(trail.slice(at), tally);
        else if (!done.has(id)) {
          places.set(id, trail.push(id) - 1);
          open.push(this.#next(id));
        }
      }
    }
  }

  #next(run: string): Iterator<string> {
    return (this.#to.get(run) ?? new Map<string, string>()).keys();
  }

  #found(cycle: readonly string[], tally: Tally): void {
    const named = [...cycle.slice(0, NAMED_MAX), ...(cycle.length > NAMED_MAX ? ['…'] : []), cycle[0]];
    const message = `reprocessedRuns leads back to its beginning: ${named.map((id) => JSON.stringify(id)).join(' → ')}`;
    const documents = cycle.map(
      (id, at) => this.#to.get(id)?.get(cycle[(at + 1) % cycle.length] as string) ?? '',
    );
    const run = cycle[0] as string;
    tally.found(
      { rule: 'I13', message, rows: cycle.map((id) => ({ id })) },
      { sureness: 'certain', run, documents },
    );
  }
}
