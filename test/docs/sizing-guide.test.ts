/** The commands and the program of src/simulate/SIZING.md do what the page says. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workplace } from '../cli/support.ts';
import { tenure } from '../unit/cli/support.ts';
import { linked, ROOT } from './programs.ts';

const PAGE = readFileSync(join(ROOT, 'src/simulate/SIZING.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, body = '']) => body,
  );

const [INTAKE = '', HOURLY = ''] = blocks('json');
const COMMANDS = blocks('sh');
const OUTPUTS = blocks('text');
const { write, path, read } = workplace();

/** Runs a command of the page on its scenarios; in one thread, which changes nothing but the time. */
async function run(command: string) {
  await write('intake.json', INTAKE);
  await write('hourly.json', JSON.stringify({ ...JSON.parse(INTAKE), ...JSON.parse(HOURLY) }));
  const words = [...command.trim().matchAll(/'([^']*)'|(\S+)/g)].map(
    ([, quoted, word]) => quoted ?? word ?? '',
  );
  const args = words.slice(2).map((word) => (/\.(json|html)$/.test(word) ? path(word) : word));
  return tenure(...args, ...(args[0] === 'size' ? ['--workers', '1'] : []));
}

describe('the guide to sizing', () => {
  it.each([0, 1])('has a command that prints what it says (%i)', async (at) => {
    const { code, stdout, stderr } = await run(COMMANDS[at] ?? '');
    expect({ code, stdout, stderr }).toMatchObject({ code: 0, stdout: OUTPUTS[at] });
    if (at === 0)
      expect([stderr, read('sizing.html')]).toEqual([
        expect.stringMatching(/^Wrote /),
        expect.stringContaining('What binds it: the lanes'),
      ]);
  });

  it('has a comparison that prints the lines that it shows', async () => {
    const { code, stdout } = await run(COMMANDS[2] ?? '');
    const shown = (OUTPUTS[2] ?? '').split('\n').filter((line) => line !== '' && line !== '…');
    expect(code).toBe(0);
    expect(shown.length).toBeGreaterThan(3);
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(shown));
  });

  it('has a goal that no setting meets', async () => {
    expect(await run(COMMANDS[3] ?? '')).toEqual({ code: 1, stdout: '', stderr: OUTPUTS[3] });
    expect(COMMANDS).toHaveLength(4);
  });

  it('has a program that runs unchanged', async () => {
    await write('intake.json', INTAKE);
    await write('program.mts', linked(blocks('ts')[0] ?? ''));
    const options = { cwd: path('.'), encoding: 'utf8' } as const;
    const printed = execFileSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'program.mts'],
      options,
    );
    expect(printed).toBe('{ interval: 1 } lanes 4\n');
  });
});
