import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** How a process ended. */
export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is running. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
  /** Resolves when stderr has at least `times` of `text`; fails when the process ends before. */
  said(text: string, times?: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const running = new Set<ChildProcess>();

/** No test leaves a process behind. */
function killWhatIsLeft(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Starts `tenure` with these arguments in a folder. */
export function start(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const { npm_command: _, NO_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let [stdout, stderr, isOver] = ['', '', false];
  let heard = (): void => {};
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard();
  });
  const ended = new Promise<Result>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => {
      running.delete(child);
      isOver = true;
      heard();
      done({ code, signal, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    kill: (signal) => child.kill(signal),
    said: (text, times = 1) =>
      new Promise((done, failed) => {
        heard = () => {
          if (stderr.split(text).length > times) done();
          else if (isOver)
            failed(new Error(`Expected stderr to say ${text} ${times} times, got:\n${stderr}`));
        };
        heard();
      }),
  };
}

/** A folder for one test file, gone afterwards, and `tenure` in it. */
export function workplace(): {
  path(name: string): string;
  write(name: string, content: string): Promise<string>;
  read(name: string): string;
  exists(name: string): boolean;
  /** Runs a command to its end. */
  tenure(...args: readonly string[]): Promise<Result>;
  start(args: readonly string[], env?: NodeJS.ProcessEnv): Running;
  /** Writes a CSV file of people with ids u1 … and departments in turn. */
  people(name: string, count: number): Promise<string>;
} {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tenure-cli-'));
  });
  afterEach(killWhatIsLeft);
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const write = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return name;
  };
  return {
    path: (name) => join(folder, name),
    write,
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    exists: (name) => existsSync(join(folder, name)),
    tenure: (...args) => start(folder, args).ended,
    start: (args, env) => start(folder, args, env),
    people: (name, count) => write(name, peopleCsv(count)),
  };
}

const DEPARTMENTS = ['Sales', 'Marketing', 'Legal'];

/** People with ids u1 …, departments in turn. */
export function peopleCsv(count: number): string {
  const rows = Array.from({ length: count }, (_, at) => `u${at + 1},Person ${at + 1},${DEPARTMENTS[at % 3]}`);
  return `id,displayName,department\n${rows.join('\n')}\n`;
}

/** The result, when it has this exit code; else a failure that shows what the command said. */
export function expectCode(result: Result, code: number): Result {
  expect(`exit ${result.code ?? result.signal}\n${result.stderr}`).toMatch(new RegExp(`^exit ${code}\n`));
  return result;
}

/** The lines of an effects file; each must be whole. */
export function effectsIn(text: string): readonly Effect[] {
  const lines = text.split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line) as Effect);
}

/** A line of an effects file. */
export interface Effect {
  readonly idempotencyKey: string;
  readonly task: string;
  readonly taskDefinition: string;
  readonly subject: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly attempt: number;
  readonly interruptions: number;
  readonly at: string;
}

/** How often each (subject, task) occurs. */
export function timesDone(effects: readonly Pick<Effect, 'subject' | 'task'>[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { subject, task } of effects) {
    const key = `${subject} ${task}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return times;
}
