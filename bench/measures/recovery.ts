import { statSync } from 'node:fs';
import { join } from 'node:path';
import { compare, type Load, type Measure, type Sample, type Side } from '../measure.ts';
import { CALLS, FILE } from '../sides/recovery-files.ts';
import type { Site } from '../site.ts';
import { median } from '../statistics.ts';
import { most, resultOf } from './result.ts';

const USERS = 200_000;
const REDUCED_USERS = 50_000;

/** A run that is killed half way by `kill -9`, and how soon a new process continues it. */
export const recovery: Measure = {
  name: 'recovery',
  summary: 'kill -9 at half of a run: from the new process to its first new task, and what is repeated',
  async *run(bench) {
    const { tasks, rounds, isReduced } = bench.settings;
    const users = bench.settings.users ?? (isReduced ? REDUCED_USERS : USERS);
    const killed = new KilledRun(bench.site, { users, tasks, waitMs: 0 });
    const comparison = await compare(killed.resume, [killed.bareOpen], rounds, bench.progress);
    const { firstNewTaskMs, repeated, running } = comparison.figures;
    const heading = { name: 'recovery', case: 'killed at half', unit: 'recoveries', users, tasks, rounds };
    yield resultOf(heading, comparison, {
      firstNewTaskMs: median(firstNewTaskMs ?? []),
      firstNewTaskMsMost: most(firstNewTaskMs),
      repeatedTasksMost: most(repeated),
      runningTasksMost: most(running),
    });
  },
};

/** Each round kills a run of its own; both sides open a copy of the file as the kill left it. */
class KilledRun {
  readonly resume: Side = { name: 'tenure', go: () => this.#onCopy((folder) => this.#resume(folder)) };
  readonly bareOpen: Side = {
    name: 'a process that opens the same file with node:sqlite and reads the active users',
    go: () => this.#onCopy((folder) => this.#bareOpen(folder)),
  };
  readonly #site: Site;
  readonly #load: Load;
  /** The files left by the kill of this round, until both sides have used them. */
  #left: string | null = null;

  constructor(site: Site, load: Load) {
    this.#site = site;
    this.#load = load;
  }

  async #resume(folder: string): Promise<Sample> {
    const running = callsIn(folder) - (await this.#recordedTasks(folder));
    const startMs = performance.now();
    const engine = this.#site.start('recovery-engine', { ...this.#load, folder, resumes: true });
    await engine.next('firstNewTask');
    const firstNewTaskMs = performance.now() - startMs;
    await engine.next('done');
    await engine.ended;
    const repeated = callsIn(folder) - this.#load.users * this.#load.tasks;
    if (repeated > running)
      throw new Error(
        `Expected at most the ${running} tasks that were running at the kill to be repeated, got ${repeated}`,
      );
    return { perSecond: 1_000 / firstNewTaskMs, figures: { firstNewTaskMs, repeated, running } };
  }

  async #bareOpen(folder: string): Promise<Sample> {
    const startMs = performance.now();
    const process = this.#site.start('bare-open', { folder, file: FILE });
    await process.next('read');
    const tookMs = performance.now() - startMs;
    await process.ended;
    return { perSecond: 1_000 / tookMs, figures: {} };
  }

  async #onCopy(work: (folder: string) => Promise<Sample>): Promise<Sample> {
    const isFirst = this.#left === null;
    const left = this.#left ?? (await this.#kill());
    this.#left = isFirst ? left : null;
    const folder = this.#site.copyOf(left);
    const sample = await work(folder);
    this.#site.remove(folder);
    if (!isFirst) this.#site.remove(left);
    return sample;
  }

  async #kill(): Promise<string> {
    const folder = this.#site.folder();
    const engine = this.#site.start('recovery-engine', { ...this.#load, folder, resumes: false });
    await engine.next('half');
    await engine.end('SIGKILL');
    return folder;
  }

  /** Reads a copy, since opening the file recovers it. */
  async #recordedTasks(folder: string): Promise<number> {
    const copy = this.#site.copyOf(folder);
    const reader = this.#site.start('recorded-tasks', { folder: copy, file: FILE });
    const { figures } = (await reader.next('done')).sample as Sample;
    await reader.ended;
    this.#site.remove(copy);
    return figures.recorded ?? Number.NaN;
  }
}

/** Number of handler calls over all processes. */
function callsIn(folder: string): number {
  return statSync(join(folder, CALLS)).size;
}
