/**
 * `npm run mutation -- [--only WORDS,WORDS] [--cluster]`: breaks the rules and the ledger in one place after the other,
 * in a copy of the repository, and sees which checks notice. Prints the survivors; exits 2 when there are any.
 * `--cluster` breaks what keeps several processes on one run apart, which the scenarios with several must notice.
 *
 * | check       | what                                                                |
 * |-------------|---------------------------------------------------------------------|
 * | scenarios       | 2,500 runs with faults; of several processes 10,000                 |
 * | regressions | the plans that ever found a bug, and the enumeration of crashes     |
 * | tests       | the unit, model and property tests of rules and ledger              |
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CLUSTER_MUTANTS } from '../cluster/mutants.ts';
import { MUTANTS, type Mutant } from './mutants.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A mutant that takes longer than this is noticed: something waits for ever. */
const TIMEOUT_MS = 240_000;
const SURVIVES = 'SURVIVES';
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');

interface Check {
  readonly name: string;
  readonly args: readonly string[];
}

const CLUSTER_CHECKS: readonly Check[] = [
  {
    name: 'scenarios',
    args: [
      'test/faults/main.ts',
      '--theme',
      'cluster',
      '--runs',
      '10000',
      '--seed',
      '1',
      '--workers',
      '1',
      '--brief',
    ],
  },
];

/** The checks, the quickest first; a mutant goes through them until one notices. */
const CHECKS: readonly Check[] = [
  {
    name: 'scenarios',
    args: ['test/faults/main.ts', '--runs', '2500', '--seed', '1', '--workers', '1', '--brief'],
  },
  {
    name: 'regressions',
    args: [VITEST, 'run', '--bail', '1', 'test/faults', '-t', 'found no more|dies at the n-th|is refused'],
  },
  {
    name: 'tests',
    args: [
      VITEST,
      'run',
      '--bail',
      '1',
      'test/properties/rules.test.ts',
      'test/model',
      'test/unit/rules',
      'test/unit/ledger',
      'test/unit/testing',
      'test/unit/engine/selection/quarantine.test.ts',
    ],
  },
];

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string', default: '' }, cluster: { type: 'boolean', default: false } },
  });
  const [mutants, checks] = values.cluster ? [CLUSTER_MUTANTS, CLUSTER_CHECKS] : [MUTANTS, CHECKS];
  const wanted = mutants.filter(({ file, title }) =>
    values.only.split(',').some((words) => `${file} ${title}`.includes(words)),
  );
  const folder = mkdtempSync(join(tmpdir(), 'tenure-mutants-'));
  try {
    makeCopy(folder);
    const broken = await noticedBy(folder, checks);
    if (broken !== null) {
      console.error(`Expected the copy to pass before anything is broken, got a failure of: ${broken}`);
      return 1;
    }
    const found: Record<string, number> = {};
    for (const mutant of wanted) {
      const beganAt = performance.now();
      const by = (await tryMutant(folder, mutant, checks)) ?? SURVIVES;
      const seconds = ((performance.now() - beganAt) / 1_000).toFixed(0);
      console.log(`${by.padEnd(12)} ${seconds.padStart(4)} s  ${mutant.file}: ${mutant.title}`);
      found[by] = (found[by] ?? 0) + 1;
    }
    console.log(`\n${wanted.length} mutants: ${JSON.stringify(found)}`);
    return found[SURVIVES] === undefined ? 0 : 2;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeCopy(folder: string): void {
  for (const name of ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts'])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** That a mutant fits its file once is checked by `mutants.test.ts`. */
async function tryMutant(
  folder: string,
  { file, from, to }: Mutant,
  checks: readonly Check[],
): Promise<string | null> {
  const path = join(folder, 'src', file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  try {
    return await noticedBy(folder, checks);
  } finally {
    writeFileSync(path, text);
  }
}

/** The first check that fails; `null`: all pass. */
async function noticedBy(folder: string, checks: readonly Check[]): Promise<string | null> {
  for (const { name, args } of checks) if (!(await passes(folder, args))) return name;
  return null;
}

function passes(folder: string, args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore', timeout: TIMEOUT_MS });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code === 0));
  });
}
