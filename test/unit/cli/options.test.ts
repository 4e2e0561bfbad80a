/** Options of every command: what is not an option is refused at once, and by name. */
import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { tenure, testHost } from './support.ts';

/** Every command that does something, with the words that call it. */
function commandsOf(command: Command, words: readonly string[]): readonly (readonly [string, Command])[] {
  if (command.commands.length === 0) return [[words.join(' '), command]];
  return command.commands.flatMap((inner) => commandsOf(inner, [...words, inner.name()]));
}

const COMMANDS = commandsOf(await buildProgram(null, testHost(), () => {}), []);
const OPTIONS = COMMANDS.flatMap(([words, command]) =>
  command.options.map((option) => [`${words} ${option.long}`, words, option] as const),
);
const TAKES_VALUE = OPTIONS.filter(([, , option]) => option.required);

/** `--concurrency` → `--concurrecy`. */
function misspelt({ long }: Option): string {
  return `${long?.slice(0, -2)}${long?.slice(-1)}`;
}

it('there are commands and options to try', () => {
  expect(COMMANDS.length).toBeGreaterThan(10);
  expect(TAKES_VALUE.length).toBeGreaterThan(30);
});

describe('an unknown option', () => {
  it.each(OPTIONS.filter(([, , { long }]) => (long?.length ?? 0) >= 7))(
    'that is nearly %s is refused with the right name',
    async (_title, words, option) => {
      const wrong = misspelt(option);
      const { code, stdout, stderr } = await tenure(...words.split(' '), wrong, 'x');
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`error: unknown option '${wrong}'`);
      expect(stderr).toMatch(new RegExp(`Did you mean .*${option.long}`));
    },
  );
});

describe('a value', () => {
  it.each(TAKES_VALUE)('that is empty is refused by %s', async (_title, words, option) => {
    const { code, stderr } = await tenure(...words.split(' '), option.long ?? '', '');
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^error: option '.*${option.long}.*' argument '' is invalid\\. `));
  });
});

describe('an argument too many', () => {
  const bounded = COMMANDS.filter(
    ([, command]) => !command.registeredArguments.some(({ variadic }) => variadic),
  );

  it.each(bounded)('is refused by %s', async (words, command) => {
    const extra = Array.from({ length: command.registeredArguments.length + 1 }, () => 'x');
    const { code, stderr } = await tenure(...words.split(' '), ...extra);
    expect(code).toBe(1);
    expect(stderr).toContain('too many arguments');
  });
});
