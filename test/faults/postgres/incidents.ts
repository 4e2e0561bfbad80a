/** What the workers have noted: lines that are arrays of words, `[kind, …]`, in a file that all of them append to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';

/** The notes so far. */
export class Incidents {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, '');
  }

  /** Resolves when a slice that process `pid` has is taken over by another, or with `signal`. */
  async takeOverFrom(pid: number, signal: AbortSignal): Promise<void> {
    try {
      const changes = watch(this.#path, { signal });
      const held = [...this.#holders()].flatMap(([slice, holder]) => (holder === pid ? slice : []));
      for await (const _ of changes) {
        const holders = this.#holders();
        if (held.some((slice) => holders.get(slice) !== pid)) return;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** The process that claimed each slice last. */
  #holders(): ReadonlyMap<string, number> {
    const holders = new Map<string, number>();
    for (const [kind, runId, slice, pid] of this.#notes())
      if (kind === 'claimed' || kind === 'takenOver') holders.set(`${runId}/${slice}`, Number(pid));
    return holders;
  }

  #notes(): readonly (readonly string[])[] {
    const lines = readFileSync(this.#path, 'utf8').split('\n');
    return lines.filter((line) => line.endsWith(']')).map((line) => JSON.parse(line) as readonly string[]);
  }

  /** How many there are of each kind, and the unexpected ones in full. */
  read(): { readonly counts: Readonly<Record<string, number>>; readonly unexpected: readonly string[] } {
    const counts: Record<string, number> = {};
    const unexpected: string[] = [];
    for (const [kind = '', during, code, message] of this.#notes()) {
      if (kind === 'unexpected') unexpected.push(`${during}: ${message}`);
      const isError = kind === 'unexpected' || kind === 'error';
      const name = isError ? `${during}: ${code}` : kind;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return { counts, unexpected };
  }
}
