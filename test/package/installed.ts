/** The package as a project has it after `npm install`: built, beside its dependencies, without the registry. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '../..');

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
};

/** `tenure`, `tenure/sqlite` …: what a program can import. */
export const entries: readonly string[] = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => `tenure${path.slice(1)}`);

export interface Result {
  readonly status: number | null;
  readonly output: string;
}

export function spawn(program: string, args: readonly string[], cwd: string): Result {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

/** Builds the package into a new project, and gives the project's folder. */
export function install(): string {
  const project = mkdtempSync(join(tmpdir(), 'tenure-package-'));
  const target = join(project, 'node_modules/tenure');
  mkdirSync(target, { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(target, 'package.json'));
  const dist = join(target, 'dist');
  build('rolldown/bin/cli.mjs', ['-c', '-d', dist]);
  build(TSC, ['-p', 'tsconfig.build.json', '--outDir', dist]);
  for (const name of [
    ...Object.keys(manifest.dependencies),
    'fast-check',
    '@types/node',
    '@opentelemetry/api',
  ]) {
    const link = join(project, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link, 'junction');
  }
  return project;
}

const TSC = 'typescript/bin/tsc';

function run(script: string, args: readonly string[], cwd: string): Result {
  return spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], cwd);
}

function build(script: string, args: readonly string[]): void {
  const { status, output } = run(script, args, ROOT);
  if (status !== 0) throw new Error(`Expected ${script} to succeed, got ${output}`);
}

/** Compiles `code`, a file of this name in the project, with these compiler options; nothing is emitted. */
export function compile(
  project: string,
  name: string,
  code: string,
  compilerOptions: Readonly<Record<string, unknown>>,
): Result {
  writeFileSync(join(project, name), code);
  const config = join(project, `tsconfig.${name}.json`);
  const common = { strict: true, noEmit: true, skipLibCheck: false };
  writeFileSync(
    config,
    JSON.stringify({ compilerOptions: { ...common, ...compilerOptions }, files: [name] }),
  );
  return run(TSC, ['-p', config], project);
}
