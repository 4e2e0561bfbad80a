/** The folder of a soak: people, workflow, handlers, database, effects, and the processes on them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, watch } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Bytes of a line of the log of begun tasks: `u0000042 t03\n`. */
const LINE_BYTES = 13;

/** How a process that was to be killed ended. */
export type Ending = 'killed' | 'finished';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A soak's folder. */
export class SoakSite {
  readonly folder: string;
  readonly #users: number;
  readonly #tasks: number;
  readonly #concurrency: number;

  private constructor(folder: string, users: number, tasks: number, concurrency: number) {
    this.folder = folder;
    this.#users = users;
    this.#tasks = tasks;
    this.#concurrency = concurrency;
  }

  static async make(size: { users: number; tasks: number; concurrency: number }): Promise<SoakSite> {
    const folder = await mkdtemp(join(tmpdir(), 'tenure-soak-'));
    const lines = Array.from({ length: size.users }, (_, index) => `${userId(index)},Soak`);
    await writeFile(join(folder, 'people.csv'), `id,department\n${lines.join('\n')}\n`);
    await writeFile(join(folder, 'workflow.json'), JSON.stringify(workflowOf(size.tasks)));
    await writeFile(join(folder, 'tasks.mjs'), HANDLERS);
    await writeFile(join(folder, 'begun.log'), '');
    return new SoakSite(folder, size.users, size.tasks, size.concurrency);
  }

  /** Calls of handlers that have begun, over all processes. */
  get begun(): number {
    return Math.floor(statSync(join(this.folder, 'begun.log')).size / LINE_BYTES);
  }

  /** Starts or resumes, and kills after `ms`. */
  killAfterMs(ms: number): Promise<Ending> {
    return this.#killWhen((kill) => {
      const timer = setTimeout(kill, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Starts or resumes, and kills when `tasks` more calls have begun. */
  killAfterTasks(tasks: number): Promise<Ending> {
    const target = this.begun + tasks;
    return this.#killWhen((kill) => {
      const watcher = watch(join(this.folder, 'begun.log'), () => {
        if (this.begun >= target) kill();
      });
      return () => watcher.close();
    });
  }

  /** Starts or resumes, and waits for the end; the exit code. */
  async finish(): Promise<number | null> {
    const { code, stderr } = await endOf(this.#spawn(this.#command()));
    if (code !== 0) console.log(stderr);
    return code;
  }

  /** What `tenure check` finds; `null`: there is no database yet. */
  async check(): Promise<string[] | null> {
    if (!this.#hasDatabase()) return null;
    const { code, stdout, stderr } = await endOf(this.#spawn(['check', '--db', 'soak.db', '--json']));
    if (code === 0) return [];
    return [`tenure check ended with ${code}: ${stdout}${stderr}`];
  }

  /** Tasks that have begun and whose outcome is not recorded. */
  running(): number {
    return this.effects().done - this.#processed();
  }

  /** Tasks by what was done for them: begun at least once, begun more than once, never. */
  effects(): { readonly done: number; readonly repeated: number; readonly missing: number } {
    const text = readFileSync(join(this.folder, 'begun.log'), 'latin1');
    const times = new Map<string, number>();
    for (const line of text.split('\n')) {
      if (line.length === LINE_BYTES - 1) times.set(line, (times.get(line) ?? 0) + 1);
    }
    const repeated = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
    return { done: times.size, repeated, missing: this.#users * this.#tasks - times.size };
  }

  /** Tasks that have their line in the file of effects. */
  carriedOut(): number {
    const text = readFileSync(join(this.folder, 'effects.jsonl'), 'utf8');
    const keys = text.split('\n').flatMap((line) => /^\{"idempotencyKey":"([^"]+)"/.exec(line)?.[1] ?? []);
    return new Set(keys).size;
  }

  /** Recounts the run from its rows, by a query of its own. */
  recount(): string[] {
    return this.#query((db) => {
      const runs = db.prepare('SELECT * FROM runs WHERE published = 1').all();
      const [run] = runs;
      if (!run || runs.length !== 1) return [`Expected one run, got ${runs.length}`];
      const counted = db.prepare(RECOUNT).get(run.no as number) as Record<string, number>;
      const expected: Record<string, number> = {
        ...counted,
        total_users_count: this.#users,
        total_tasks_count: this.#users * this.#tasks,
      };
      const wrong = Object.entries(expected).filter(
        ([name, value]) => (run[name] ?? counted[name]) !== value,
      );
      const outcomes =
        counted.outcomes_count === this.#users * this.#tasks ? [] : [`${counted.outcomes_count} outcomes`];
      const open = run.processing_status === 'completed' ? [] : [`the run is ${run.processing_status}`];
      return [
        ...open,
        ...outcomes,
        ...wrong.map(([name, value]) => `${name} is ${run[name]}, counted ${value}`),
      ];
    });
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  async #killWhen(arm: (kill: () => void) => () => void): Promise<Ending> {
    const child = this.#spawn(this.#command());
    const ended = endOf(child);
    const disarm = arm(() => child.kill('SIGKILL'));
    const { code, signal, stderr } = await ended;
    disarm();
    if (signal === 'SIGKILL') return 'killed';
    if (code === 0) return 'finished';
    throw new Error(`Expected a process that is killed or ends well, got exit code ${code}: ${stderr}`);
  }

  /** A run that is there is resumed; one that was half written is restarted. */
  #command(): string[] {
    const more = ['--quiet', '--concurrency', String(this.#concurrency)];
    if (this.#hasRun()) return ['resume', '--db', 'soak.db', ...more];
    return [
      ...['run', '--users', 'people.csv', '--workflow', 'workflow.json', '--db', 'soak.db'],
      ...['--tasks', 'tasks.mjs', '--effects', 'effects.jsonl', ...more],
    ];
  }

  #spawn(args: readonly string[]): ChildProcess {
    return spawn(process.execPath, [CLI, ...args], {
      cwd: this.folder,
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  #hasDatabase(): boolean {
    if (!existsSync(join(this.folder, 'soak.db'))) return false;
    return this.#query(
      (db) => db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'runs'").get() !== undefined,
    );
  }

  #hasRun(): boolean {
    if (!this.#hasDatabase()) return false;
    return this.#query((db) => db.prepare('SELECT 1 FROM runs WHERE published = 1').get() !== undefined);
  }

  #processed(): number {
    if (!this.#hasDatabase()) return 0;
    const sql = 'SELECT sum(total_tasks_count - total_unprocessed_tasks_count) AS n FROM runs';
    return this.#query((db) => Number(db.prepare(sql).get()?.n ?? 0));
  }

  #query<T>(ask: (db: DatabaseSync) => T): T {
    const db = new DatabaseSync(join(this.folder, 'soak.db'), { readOnly: true });
    try {
      return ask(db);
    } finally {
      db.close();
    }
  }
}

function userId(index: number): string {
  return `u${String(index).padStart(7, '0')}`;
}

function workflowOf(tasks: number): object {
  return {
    category: 'leaver',
    displayName: 'Soak',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: Array.from({ length: tasks }, (_, index) => ({
      taskDefinitionId: `t${String(index).padStart(2, '0')}`,
      displayName: `t${String(index).padStart(2, '0')}`,
    })),
  };
}

/** A handler that notes its beginning, then lets go of the thread: so that tasks are running at a kill. */
const HANDLERS = `import { openSync, writeSync } from 'node:fs';
const file = openSync('begun.log', 'a');
export default {
  '*': async ({ subject, task }) => {
    writeSync(file, subject.id + ' ' + task.displayName + '\\n');
    await new Promise((resolve) => setImmediate(resolve));
  },
};
`;

const RECOUNT = `SELECT
  count(*) AS total_users_count,
  sum(processing_status = 'completed') AS successful_users_count,
  sum(processing_status IN ('failed', 'completedWithErrors')) AS failed_users_count,
  sum(total_tasks_count) AS total_tasks_count,
  sum(failed_tasks_count) AS failed_tasks_count,
  sum(total_unprocessed_tasks_count) AS total_unprocessed_tasks_count,
  sum(json_array_length(outcomes)) AS outcomes_count
FROM users WHERE run_no = ?`;

function endOf(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
