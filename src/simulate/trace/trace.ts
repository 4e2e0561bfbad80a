import { createHash, type Hash } from 'node:crypto';
import type { EpochMs } from '../../model/time.ts';

/** Characters that are gathered before they are hashed. */
const CHUNK = 65_536;

/**
 * What happened, one line an event, in the order in which it happened:
 *
 * | line | means |
 * |---|---|
 * | `T scenario NAME seed N people N` | the beginning |
 * | `T entered ID DAY` / `moved ID DEPARTMENT` / `leaving ID MOMENT` / `removed ID` | in the directory |
 * | `T slot W MOMENT R\|-` / `skipped W MOMENT` | a slot of workflow W was evaluated (R: the run), or given up |
 * | `T leftOut W MOMENT\|- N` | a slot, or an activation by rule, left out N people whose attributes cannot be read |
 * | `T run R W TYPE MOMENT users N tasks N ID` | a run exists |
 * | `T run R STATUS users S/F/N tasks F/U/N` | its status or counters changed: successful, failed, all; failed, unprocessed, all |
 * | `T user R.NO ID queued due MOMENT\|-` | somebody is in it |
 * | `T user R.NO STATUS DONE/N [OUTCOME START END ["REASON"]] [retry N until MOMENT]` | and what became of him |
 * | `T off` / `killed` / `on` / `asleep` / `awake` / `jump MS` | the process |
 * | `T error DURING CODE` | something failed that nobody was waiting for |
 * | `T end unfinished N` | the horizon |
 *
 * T is ISO 8601 in UTC, of the world's time. MOMENT is epoch ms. R and W count from 1.
 */
export class Trace {
  readonly #hash: Hash = createHash('sha256');
  readonly #onLine: ((line: string) => void) | undefined;
  #pending = '';
  #lines = 0;
  #stampedMs: EpochMs = Number.NaN;
  #stamp = '';
  /** How the lines of the users of one run begin, at one moment: most lines are theirs. */
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

  /** As `add`, of what happened to user `no` of run `run`. */
  addUser(atMs: EpochMs, run: number, no: number, event: string): void {
    if (this.#users.atMs !== atMs || this.#users.run !== run)
      this.#users = { atMs, run, head: [this.#stampOf(atMs), `user ${run}.`].join(' ') };
    this.#write(`${this.#users.head}${no} ${event}`);
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
