/** What the workers have noted: lines that are arrays of words, `[kind, …]`, in a file that all of them append to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { open, watch } from 'node:fs/promises';

/** The notes so far. */
export class Incidents {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    writeFileSync(path, '');
  }

  /** Resolves when the next note of this kind is there, or with `signal`. */
  async next(kind: string, signal: AbortSignal): Promise<void> {
    const file = await open(this.#path);
    try {
      const { size } = await file.stat();
      for await (const _ of watch(this.#path, { signal })) {
        const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(1 << 16), position: size });
        if (buffer.toString('latin1', 0, bytesRead).includes(`["${kind}"`)) return;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      await file.close();
    }
  }

  /** How many there are of each kind, and the unexpected ones in full. */
  read(): { readonly counts: Readonly<Record<string, number>>; readonly unexpected: readonly string[] } {
    const counts: Record<string, number> = {};
    const unexpected: string[] = [];
    const text = readFileSync(this.#path, 'utf8');
    for (const line of text.split('\n').filter((one) => one.endsWith(']'))) {
      const [kind = '', during, code, message] = JSON.parse(line) as readonly string[];
      if (kind === 'unexpected') unexpected.push(`${during}: ${message}`);
      const name = during === undefined ? kind : `${during}: ${code}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return { counts, unexpected };
  }
}
