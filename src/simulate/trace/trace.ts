import { createHash, type Hash } from 'node:crypto';
import type { EpochMs } from '../../model/time.ts';

/** Characters buffered before they are hashed. */
const CHUNK = 65_536;

/**
 * Trace of a simulation, one line per event, in the order of events:
 *
 * | line | means |
 * |---|---|
 * | `T scenario NAME seed N people N` | the beginning |
 * | `T entered ID DAY` / `moved ID DEPARTMENT` / `leaving ID MOMENT` / `removed ID` | in the directory |
 * | `T slot W MOMENT R\|-` / `skipped W MOMENT` | a slot of workflow W was evaluated (R: the run), or given up |
 * | `T leftOut W MOMENT\|- N` | a slot, or an activation by rule, left out N people whose attributes cannot be read |
 * | `T run R W TYPE MOMENT users N tasks N ID` | a run exists |
 * | `T run R STATUS users S/F/N tasks F/U/N` | its status or counters changed: successful, failed, all; failed, unprocessed, all |
 * | `T user R.ORDINAL ID queued due MOMENT\|-` | a user is in it |
 * | `T user R.ORDINAL STATUS DONE/N [OUTCOME START END ["REASON"]] [retry N until MOMENT]` | its status changed |
 * | `T off` / `killed` / `on` / `asleep` / `awake` / `jump MS` | the process; one of several: `off NO`, `killed NO`, `on NO` |
 * | `T error DURING CODE` | a background failure |
 * | `T end unfinished N` | the horizon |
 *
 * T is the world's time as ISO 8601 in UTC. MOMENT is epoch ms. R and W count from 1.
 */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #onLine: ((line: string) => void) | undefined;
  #pending = '';
  #lines = 0;
  #stampedMs: EpochMs = Number.NaN;
  #stamp = '';
  /** Prefix of the last user line, reused for users of the same run and moment: most lines are such. */
  #users = { atMs: Number.NaN, run: 0, head: '' };

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  get linesCount(): number {
    return this.#lines;
  }

  add(atMs: EpochMs, event: string): void {
    this.#write(`${this.#stampOf(atMs)} ${event}`);
  }

  /** As `add`, for an event of user `ordinal` of run `run`. */
  addUser(atMs: EpochMs, run: number, ordinal: number, event: string): void {
    if (this.#users.atMs !== atMs || this.#users.run !== run)
      this.#users = { atMs, run, head: [this.#stampOf(atMs), `user ${run}.`].join(' ') };
    this.#write(`${this.#users.head}${ordinal} ${event}`);
  }

  #stampOf(atMs: EpochMs): string {
    if (atMs !== this.#stampedMs) {
      this.#stampedMs = atMs;
      this.#stamp = new Date(atMs).toISOString();
    }
    return this.#stamp;
  }

  #write(line: string): void {
    this.#lines += 1;
    this.#onLine?.(line);
    this.#pending += `${line}\n`;
    if (this.#pending.length >= CHUNK) this.#digest();
  }

  /** SHA-256 over all lines, each with its line feed, as hexadecimal digits. Call once, at the end. */
  hash(): string {
    this.#digest();
    return this.#hash.digest('hex');
  }

  #digest(): void {
    this.#hash.update(this.#pending, 'utf8');
    this.#pending = '';
  }
}
