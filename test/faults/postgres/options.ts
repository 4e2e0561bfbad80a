/** The options of the Postgres soak. */
import { parseArgs } from 'node:util';
import { SOAK_MUTANTS } from './mutants.ts';

const USAGE = `Usage: npm run soak -- --store postgres [options]

Worker processes on one Postgres work runs off while they are killed, stalled and cut off from it, and the server
crashes. All the while the counters are compared with a recount; at the end, what was recorded with what was done.

  --processes N      worker processes (default 3)
  --kills N          kill -9 of a worker, which is started again (default 20)
  --stalls N         SIGSTOP of a worker until just after its lease is over (default: a quarter of the kills)
  --terminations N   connections of workers that the server ends (default: as many as kills)
  --restarts N       crashes of the server (default: a twentieth of the kills)
  --cancels N        runs that are canceled by a process that works on none (default 0)
  --work NAME        where workers get their slices: store, or pg-boss (default store)
  --lost-answers P   share of commits whose answer is lost, in percent (default 1)
  --late-requests P  share of commits that arrive after the worker gave them up, in percent (default 0.5)
  --users N          users in all (default 5000)
  --run-users N      users of one run; two runs are worked on at a time (default 10000)
  --tasks N          tasks of a user (default 3)
  --task-ms N        longest time that a task takes, ms (default 200)
  --failing P        share of tasks that fail, in percent (default 2)
  --concurrency N    tasks at once in a process (default 64)
  --lease N          lease of a slice, ms (default 2000, with pg-boss 10000, which the product has)
  --seed N           decides what happens after how many tasks, and to whom (default 1)
  --mutant NAME      breaks the workers' store on purpose: ${Object.keys(SOAK_MUTANTS).join(', ')}
  --json             print the figures as JSON
  --help

Exits with 1 when anything was wrong, with 130 after Ctrl-C.`;

/** What a soak does. Shares are 0..1. */
export interface SoakOptions {
  readonly processes: number;
  readonly kills: number;
  readonly stalls: number;
  readonly terminations: number;
  readonly restarts: number;
  readonly cancels: number;
  readonly work: 'store' | 'pg-boss';
  readonly answersLost: number;
  readonly requestsLate: number;
  readonly users: number;
  readonly runUsers: number;
  readonly tasks: number;
  readonly taskMs: number;
  readonly failing: number;
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly seed: number;
  readonly mutant: keyof typeof SOAK_MUTANTS | null;
  readonly isJson: boolean;
}

/** The options, or a text to print. @throws Error that says which option is wrong. */
export function readSoakOptions(args: readonly string[]): SoakOptions | string {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      store: text,
      processes: text,
      kills: text,
      stalls: text,
      terminations: text,
      restarts: text,
      cancels: text,
      work: text,
      'lost-answers': text,
      'late-requests': text,
      users: text,
      'run-users': text,
      tasks: text,
      'task-ms': text,
      failing: text,
      concurrency: text,
      lease: text,
      seed: text,
      mutant: text,
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return USAGE;
  const whole = (name: Exclude<keyof typeof values, 'json' | 'help'>, byDefault: number, min = 1) => {
    const value = Number(values[name] ?? byDefault);
    if (Number.isSafeInteger(value) && value >= min) return value;
    throw new RangeError(`Expected --${name} to be a whole number ≥ ${min}, got \`${values[name]}\``);
  };
  const share = (name: 'lost-answers' | 'late-requests' | 'failing', byDefault: number) => {
    const value = Number(values[name] ?? byDefault);
    if (value >= 0 && value <= 100) return value / 100;
    throw new RangeError(`Expected --${name} to be a percentage, got \`${values[name]}\``);
  };
  const kills = whole('kills', 20, 0);
  const work = readWork(values.work);
  return {
    processes: whole('processes', 3),
    kills,
    stalls: whole('stalls', Math.ceil(kills / 4), 0),
    terminations: whole('terminations', kills, 0),
    restarts: whole('restarts', Math.ceil(kills / 20), 0),
    cancels: whole('cancels', 0, 0),
    work,
    answersLost: share('lost-answers', 1),
    requestsLate: share('late-requests', 0.5),
    users: whole('users', 5_000),
    runUsers: whole('run-users', 10_000),
    tasks: whole('tasks', 3),
    taskMs: whole('task-ms', 200),
    failing: share('failing', 2),
    concurrency: whole('concurrency', 64),
    // pg-boss finds no dead worker sooner.
    leaseMs: whole('lease', work === 'pg-boss' ? 10_000 : 2_000, 100),
    seed: whole('seed', 1, 0),
    mutant: readMutant(values.mutant),
    isJson: values.json,
  };
}

function readMutant(name: string | undefined): SoakOptions['mutant'] {
  if (name === undefined || Object.hasOwn(SOAK_MUTANTS, name)) return (name as SoakOptions['mutant']) ?? null;
  throw new RangeError(`Expected --mutant to be ${Object.keys(SOAK_MUTANTS).join(' or ')}, got \`${name}\``);
}

function readWork(name = 'store'): SoakOptions['work'] {
  if (name === 'store' || name === 'pg-boss') return name;
  throw new RangeError(`Expected --work to be store or pg-boss, got \`${name}\``);
}
