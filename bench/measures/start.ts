import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { compare, type Measure, type Side } from '../measure.ts';
import { INSTALL, installedVersion } from '../peer-list.ts';
import { median } from '../statistics.ts';
import { resultOf } from './result.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PEERS_ROOT = fileURLToPath(new URL('../peers', import.meta.url));
const CPU_TIME = fileURLToPath(new URL('../sides/cpu-time.cjs', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
/** Starts of each program in a round. */
const TIMES = 5;
const PEERS = ['pg-boss', 'bullmq', 'openworkflow'];

/** The package as it was built, started as its users start it. */
export const start: Measure = {
  name: 'start',
  summary: 'tenure --help and an import of tenure, beside Node that does nothing',
  async *run({ settings, site, progress, remark }) {
    if (!existsSync(MAIN)) {
      remark('skipped: it starts what `npm run build` makes, and there is nothing');
      return;
    }
    const rounds = settings.rounds * TIMES;
    const folder = site.folder();
    const program = (name: string, args: readonly string[], cwd = ROOT): Program =>
      programOf(name, args, cwd, folder);
    const importOf = (name: string, cwd?: string): Program =>
      program(name, ['--input-type=module', '--eval', `import '${name}'`], cwd);
    const node = program('Node that does nothing', ['--eval', '0']);
    const heading = { name: 'start', unit: 'starts', users: 0, tasks: 0, rounds };

    const help = program('tenure', [MAIN, '--help']);
    const firstMs = 1_000 / (await help.go()).perSecond; // Later ones find compiled code in the folder.
    const helped = await compare(help, [node], rounds, progress);
    const first = { firstMs, ...beyond(help, node) };
    yield resultOf({ ...heading, case: 'tenure --help' }, helped, first);

    const installed = PEERS.filter((name) => installedVersion(name) !== null);
    if (installed.length < PEERS.length) remark(`some peers are not installed: ${INSTALL}`);
    const tenure = importOf('tenure');
    node.forget();
    const peers = installed.map((name) => importOf(name, PEERS_ROOT));
    const imported = await compare(tenure, [node, ...peers], rounds, progress);
    const [limit, ...others] = imported.others;
    if (limit === undefined) return;
    const result = resultOf(
      { ...heading, case: 'an import of tenure' },
      { ...imported, others: [limit] },
      beyond(tenure, node),
    );
    yield {
      ...result,
      peers: others.map(({ perSecond, ...other }) => ({
        ...other,
        tasksPerSecond: perSecond,
        durability: 'its import',
      })),
    };
  },
};

/** A program that is started again and again. */
interface Program extends Side {
  /** What its starts took so far. */
  readonly took: { wallMs: number[]; cpuMs: number[] };
  forget(): void;
}

function programOf(name: string, args: readonly string[], cwd: string, temporary: string): Program {
  const took: Program['took'] = { wallMs: [], cpuMs: [] };
  return {
    name,
    took,
    forget: () => {
      took.wallMs = [];
      took.cpuMs = [];
    },
    go: async () => {
      const startMs = performance.now();
      const child = spawn(process.execPath, ['--require', CPU_TIME, ...args], {
        cwd,
        env: { ...process.env, TMPDIR: temporary, TEMP: temporary },
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      });
      const [stderr, cpuTime, [code]] = await Promise.all([
        text(child.stderr as NodeJS.ReadableStream),
        text(child.stdio[3] as NodeJS.ReadableStream),
        once(child, 'exit'),
      ]);
      const wallMs = performance.now() - startMs;
      if (code !== 0) throw new Error(`Expected ${name} to start, got exit code ${code}: ${stderr.trim()}`);
      took.wallMs.push(wallMs);
      took.cpuMs.push(Number(cpuTime) / 1_000);
      return { perSecond: 1_000 / wallMs, figures: {} };
    },
  };
}

/** What a program takes longer than another one that was started in the same rounds. */
function beyond(program: Program, node: Program): Readonly<Record<string, number>> {
  const more = (of: (one: Program) => readonly number[]): number => median(of(program)) - median(of(node));
  return { overNodeMs: more(({ took }) => took.wallMs), cpuOverNodeMs: more(({ took }) => took.cpuMs) };
}
