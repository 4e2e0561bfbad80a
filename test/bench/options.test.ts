import { describe, expect, test } from 'vitest';
import { readRequest } from '../../bench/options.ts';

const WORDS = ['durable', 'memory'];

describe('the arguments of the bench', () => {
  test('none ask for a tour of all words', () => {
    expect(readRequest([], WORDS)).toEqual({
      kind: 'run',
      words: WORDS,
      settings: { users: null, tasks: 5, rounds: 5, isTour: true },
      json: null,
      force: false,
    });
  });

  test('words and flags are taken as they are, each word once', () => {
    const args = ['memory', 'memory', '--users', '10', '--tasks=2', '--rounds', '7', '--json', 'out.json'];
    expect(readRequest(args, WORDS)).toEqual({
      kind: 'run',
      words: ['memory'],
      settings: { users: 10, tasks: 2, rounds: 7, isTour: false },
      json: 'out.json',
      force: false,
    });
  });

  test.each([['--help'], ['-h'], ['durable', '--help']])('%s asks for help', (...args) => {
    expect(readRequest(args, WORDS)).toEqual({ kind: 'help' });
  });

  test.each([
    [['fast'], 'Expected one of durable, memory, got `fast`'],
    [['constructor'], 'Expected one of durable, memory, got `constructor`'],
    [['--users', '0'], 'Expected --users to be a whole number in 1..10000000, got `0`'],
    [['--users', '1e3'], 'Expected --users to be a whole number in 1..10000000, got `1e3`'],
    [['--users', '10000001'], 'Expected --users to be a whole number in 1..10000000, got `10000001`'],
    [['--tasks', '101'], 'Expected --tasks to be a whole number in 1..100, got `101`'],
    [['--rounds', '2.5'], 'Expected --rounds to be a whole number in 1..1000, got `2.5`'],
    [['--rounds', ''], 'Expected --rounds to be a whole number in 1..1000, got ``'],
  ])('%j is refused', (args, message) => {
    expect(readRequest(args, WORDS)).toEqual({ kind: 'wrong', message });
  });

  test.each([['--fast'], ['--users']])('%s is refused', (...args) => {
    expect(readRequest(args, WORDS)).toMatchObject({
      kind: 'wrong',
      message: expect.stringContaining(args[0] ?? ''),
    });
  });
});
