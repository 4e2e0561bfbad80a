/**
 * The pages for those who begin (`src/start`): in an empty folder, their files are written, their commands run one after the
 * other, and each prints what the page says.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tenure } from '../unit/cli/support.ts';
import { linked, ROOT, served } from './programs.ts';

const PAGES = join(ROOT, 'src/start');
const HOME = process.cwd();
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenure-start-'));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(HOME);
  rmSync(folder, { recursive: true, force: true });
});

/** What a page says, in its order: a file to save, or commands with what they print. */
type Step =
  | { readonly file: string; readonly content: string }
  | { readonly commands: readonly string[]; readonly output: string | null; readonly expected: number };

function stepsOf(page: string): readonly Step[] {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  return blocks.flatMap(({ index: at, 1: language, 2: body = '' }, index): Step[] => {
    const [, file] = /Save as `([^`]+)`:\s*$/.exec(page.slice(0, at)) ?? [];
    if (file !== undefined) return [{ file, content: body }];
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    const expected = Number(/\(exit code (\d+)[^)]*\):\s*$/.exec(page.slice(0, at))?.[1] ?? 0);
    return [
      {
        commands: body.trim().split('\n'),
        output: next?.[1] === 'text' ? (next[2] as string) : null,
        expected,
      },
    ];
  });
}

/** Runs a command; gives what it prints. `RUN` is the newest run of the database. */
async function run(command: string, expected: number): Promise<string> {
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  if (words[0] === 'npm') return ''; // the clone stands for what is installed
  if (words[0] === 'node') {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      // A file of tests is started by itself, and reports as on a terminal: that prints the same, and is one process less.
      [
        '--disable-warning=ExperimentalWarning',
        ...words.slice(1).map((word) => (word === '--test' ? '--test-reporter=spec' : word)),
      ],
      { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
    );
    expect([command, status, stderr]).toEqual([command, expected, '']);
    return stdout;
  }
  const args = words.slice(2);
  if (args[0] === 'dashboard') {
    const visit = async (address: string) => expect((await fetch(address)).status).toBe(200);
    expect(await served([...args, '--port', '0'], visit)).toBe(expected);
    return '';
  }
  if (args.includes('RUN')) {
    const { stdout } = await tenure('runs', 'list', '--db', 'hr.db', '--json');
    args[args.indexOf('RUN')] = JSON.parse(stdout).value[0].id;
  }
  const { code, stdout, stderr } = await tenure(...args);
  expect([command, code, code === expected ? '' : stderr]).toEqual([command, expected, '']);
  return stdout;
}

/** Without what differs each time: ids, moments, durations. */
function stable(text: string): string {
  return text
    .replace(/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b|\b(?=\w*\d)[\da-f]{8}\b/g, '<id>')
    .replace(/\b(?=\w*\d)[\da-z]{13}\b/g, '<key>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ/g, '<moment>')
    .replace(/\b[\d.,]+ ?(?:ms|s|min|h)\b/g, '<time>')
    .replace(/\b[\d,]+ tasks\/s/g, '<rate>')
    .replaceAll(folder, '<folder>')
    .replaceAll('npx tenure', 'tenure')
    .replace(/[ \t]+$/gm, '');
}

/** A line of `…` stands for any lines. */
function expectPrinted(printed: string, output: string): void {
  if (!/^…$/m.test(output)) {
    expect(stable(printed)).toBe(stable(output));
    return;
  }
  const parts = stable(output).split(/^…\n/m);
  expect(stable(printed)).toMatch(
    new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('[^]*')}$`),
  );
}

describe('a page for those who begin', () => {
  const pages = readdirSync(PAGES).filter((name) => name !== 'README.md');

  it('is there for each of the five', () => expect(pages).toHaveLength(5));

  it.each(pages)('goes from an empty folder to what it promises: %s', async (name) => {
    const steps = stepsOf(readFileSync(join(PAGES, name), 'utf8'));
    expect(steps.length).toBeGreaterThan(3);
    for (const step of steps) {
      if ('file' in step) {
        writeFileSync(join(folder, step.file), linked(step.content));
        continue;
      }
      let printed = '';
      for (const command of step.commands) printed += await run(command, step.expected);
      if (step.output !== null) expectPrinted(printed, step.output);
    }
  });
});
