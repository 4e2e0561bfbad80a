/** `npm run bench -- [durable|memory|scale] [--users N] [--tasks N] [--rounds N] [--json FILE]` */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { durable, rawInserts } from './durable.ts';
import { compare, machine, rate } from './measure.ts';
import { bareLanes, memory } from './memory.ts';
import type { Load, Took } from './work.ts';

// As the command line does: the garbage dies young, and V8 would let its nursery grow to 96 MB.
setFlagsFromString('--max-semi-space-size=8');
setFlagsFromString('--semi-space-growth-factor=1');

interface Result {
  readonly name: string;
  readonly users: number;
  readonly tasks: number;
  readonly tasksPerSecond: number;
  readonly limit: { readonly name: string; readonly tasksPerSecond: number };
  readonly ratioToLimit: number;
  readonly spread: readonly [number, number];
  readonly residentMaxMB: number;
}

interface Bench {
  readonly limitName: string;
  readonly ours: (load: Load) => Promise<Took>;
  readonly limit: (load: Load) => Promise<number>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  durable: {
    limitName: 'raw node:sqlite, one row a task, batches of 1,000, FULL',
    ours: durable,
    limit: rawInserts,
  },
  memory: { limitName: '64 bare async lanes', ours: memory, limit: bareLanes },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '100000' },
    tasks: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});
const names = positionals.length > 0 ? positionals : [...Object.keys(BENCHES), 'scale'];
const unknown = names.find((name) => name !== 'scale' && !Object.hasOwn(BENCHES, name));
if (values.help || unknown) {
  console.error(
    `Usage: npm run bench -- [${Object.keys(BENCHES).join('|')}|scale …] [--users N] [--tasks N] [--rounds N] [--json FILE]`,
  );
  process.exit(values.help ? 0 : 1);
}

const load: Load = { users: count('users', values.users), tasks: count('tasks', values.tasks) };
const rounds = count('rounds', values.rounds);
console.log(
  Object.entries(machine())
    .map(([name, value]) => `${name} ${value}`)
    .join(' · '),
);
const results: Result[] = [];
for (const name of names) {
  if (name === 'scale') results.push(...(await scale()));
  else results.push(await measure(name, BENCHES[name] as Bench, load));
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);

async function measure(name: string, bench: Bench, { users, tasks }: Load): Promise<Result> {
  let residentMax = 0;
  const ours = async (): Promise<number> => {
    const took = await bench.ours({ users, tasks });
    residentMax = Math.max(residentMax, took.residentMax);
    return took.tasksPerSecond;
  };
  const compared = await compare(ours, () => bench.limit({ users, tasks }), rounds);
  const [low, high] = compared.spread;
  console.log(
    `\n${name}: ${users.toLocaleString('en-US')} users × ${tasks} tasks, median of ${rounds} rounds`,
  );
  console.log(
    `  tenure   ${rate(compared.ours)} tasks, resident at most ${Math.round(residentMax / 1e6)} MB`,
  );
  console.log(`  limit    ${rate(compared.limit)} (${bench.limitName})`);
  console.log(`  ratio    ${compared.ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`);
  return {
    name,
    users,
    tasks,
    tasksPerSecond: compared.ours,
    limit: { name: bench.limitName, tasksPerSecond: compared.limit },
    ratioToLimit: compared.ratio,
    spread: compared.spread,
    residentMaxMB: Math.round(residentMax / 1e6),
  };
}

/** Cost per user and memory as runs grow: each size in one round of its own, on SQLite. */
async function scale(): Promise<Result[]> {
  console.log(`\nscale: durable runs of ${load.tasks} tasks a user`);
  const found: Result[] = [];
  for (const users of [1_000, 10_000, 100_000, 1_000_000]) {
    const took = await durable({ users, tasks: load.tasks });
    const limit = await rawInserts({ users, tasks: load.tasks });
    const perUserUs = (load.tasks / took.tasksPerSecond) * 1e6;
    const residentMaxMB = Math.round(took.residentMax / 1e6);
    console.log(
      `  ${users.toLocaleString('en-US').padStart(9)} users  ${perUserUs.toFixed(1).padStart(7)} µs a user  ${rate(took.tasksPerSecond).padStart(12)} tasks  ratio ${(took.tasksPerSecond / limit).toFixed(2)}  resident ${residentMaxMB} MB`,
    );
    found.push({
      name: `scale ${users}`,
      users,
      tasks: load.tasks,
      tasksPerSecond: took.tasksPerSecond,
      limit: { name: BENCHES.durable?.limitName ?? '', tasksPerSecond: limit },
      ratioToLimit: took.tasksPerSecond / limit,
      spread: [took.tasksPerSecond / limit, took.tasksPerSecond / limit],
      residentMaxMB,
    });
  }
  return found;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`Expected --${name} to be a whole number above 0, got \`${text}\``);
  process.exit(1);
}
