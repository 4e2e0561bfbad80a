/**
 * `npm run soak -- --kills N --users N [--tasks N] [--seed S] [--concurrency N]`: real processes of the command
 * line on a SQLite file, killed by `kill -9` at random moments, resumed until all is done, and checked.
 * `npm run soak -- --store postgres …`: many processes on one server; see `postgres/options.ts`.
 */
import { parseArgs } from 'node:util';
import { seededRandom } from '../../src/system/virtual/random.ts';
import { SoakSite } from './soak-site.ts';

/** Of the kills, so many come while the run is still being written, by time; the others by tasks begun. */
const EARLY_KILLS = 3;

const USAGE = `Usage: npm run soak -- [--kills N] [--users N] [--tasks N] [--seed S] [--concurrency N]
       npm run soak -- --store postgres --help

  --kills N        kill -9 of the process, which is then resumed (default 20)
  --users N        users of the run (default 5000)
  --tasks N        tasks of a user (default 3)
  --seed S         decides after how many tasks a kill comes (default 1)
  --concurrency N  tasks at once (default 64)`;

interface Options {
  readonly kills: number;
  readonly users: number;
  readonly tasks: number;
  readonly seed: number;
  readonly concurrency: number;
}

/** What a soak came to. */
interface Outcome {
  kills: number;
  /** Tasks that had begun and were not recorded, over all kills. */
  running: number;
  checks: number;
  readonly violations: string[];
}

process.exitCode = await main();

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const first = { store: { type: 'string' }, help: { type: 'boolean' } } as const;
  const { values } = parseArgs({ args, options: first, strict: false });
  if (values.store === 'postgres') return (await import('./postgres/main.ts')).soakPostgres(args);
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const options = readArguments();
  const site = await SoakSite.make(options);
  const beganAt = performance.now();
  const outcome: Outcome = { kills: 0, running: 0, checks: 0, violations: [] };
  try {
    await killAndResume(site, options, outcome);
    const code = await site.finish();
    if (code !== 0) outcome.violations.push(`the last process ended with exit code ${code}`);
    await check(site, outcome);
    outcome.violations.push(...site.recount());
    const { repeated, missing } = site.effects();
    const carriedOut = site.carriedOut();
    if (carriedOut !== options.users * options.tasks)
      outcome.violations.push(`${carriedOut} tasks have their line in the file of effects`);
    if (missing > 0) outcome.violations.push(`${missing} tasks have no effect`);
    if (repeated > outcome.running)
      outcome.violations.push(
        `${repeated} tasks ran again, and ${outcome.running} were running at the kills`,
      );
    const seconds = (performance.now() - beganAt) / 1_000;
    console.log(tableOf(options, outcome, repeated, seconds));
  } finally {
    if (outcome.violations.length === 0) await site.dispose();
    else console.log(`Everything is kept in ${site.folder}`);
  }
  for (const violation of outcome.violations) console.log(violation);
  return outcome.violations.length === 0 ? 0 : 2;
}

function readArguments(): Options {
  const { values } = parseArgs({
    options: {
      store: { type: 'string', default: 'sqlite' },
      kills: { type: 'string', default: '20' },
      users: { type: 'string', default: '5000' },
      tasks: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '64' },
    },
  });
  if (values.store !== 'sqlite')
    throw new RangeError(`Expected --store to be sqlite or postgres, got \`${values.store}\``);
  const whole = (name: keyof typeof values): number => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new RangeError(`Expected --${name} to be a whole number ≥ 1, got \`${values[name]}\``);
  };
  return {
    kills: whole('kills'),
    users: whole('users'),
    tasks: whole('tasks'),
    seed: whole('seed'),
    concurrency: whole('concurrency'),
  };
}

async function killAndResume(site: SoakSite, options: Options, outcome: Outcome): Promise<void> {
  const random = seededRandom(options.seed);
  for (let kill = 1; kill <= options.kills; kill++) {
    const left = options.users * options.tasks - site.begun;
    // On average an equal part of what is left for each kill that is left: the last comes near the end.
    const share = Math.max(1, Math.floor((2 * random.next() * left) / (options.kills - kill + 2)));
    const ending =
      kill <= EARLY_KILLS ? await site.killAfterMs(random.next() * 1_500) : await site.killAfterTasks(share);
    if (ending === 'finished') break;
    outcome.kills += 1;
    outcome.running += site.running();
    await check(site, outcome);
    if (process.stderr.isTTY) process.stderr.write(`\r${outcome.kills} kills, ${site.begun} tasks begun   `);
    else if (kill % 20 === 0) process.stderr.write(`${outcome.kills} kills, ${site.begun} tasks begun\n`);
  }
  if (process.stderr.isTTY) process.stderr.write('\n');
}

async function check(site: SoakSite, outcome: Outcome): Promise<void> {
  const violations = await site.check();
  if (violations === null) return; // killed before there was a database
  outcome.checks += 1;
  outcome.violations.push(...violations);
}

function tableOf(options: Options, outcome: Outcome, repeated: number, seconds: number): string {
  const rows: [string, string | number][] = [
    ['users × tasks', `${options.users} × ${options.tasks}`],
    ['kills', outcome.kills],
    ['seconds', seconds.toFixed(0)],
    ['checks', outcome.checks],
    ['tasks running at the kills', outcome.running],
    ['tasks that ran again', repeated],
    ['violations', outcome.violations.length],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}
