import { describe, expect, it } from 'vitest';
import { readRequest } from '../../bench/options.ts';

const NAMES = ['durable', 'memory'];

describe('the arguments of the bench', () => {
  it('select all benchmarks at a reduced size when none is named', () => {
    expect(readRequest([], NAMES)).toEqual({
      kind: 'run',
      names: NAMES,
      settings: { users: null, tasks: 5, rounds: 5, isReduced: true },
      json: null,
      force: false,
    });
  });

  it('select each named benchmark once, with the given flags', () => {
    const args = ['memory', 'memory', '--users', '10', '--tasks=2', '--rounds', '7', '--json', 'out.json'];
    expect(readRequest(args, NAMES)).toEqual({
      kind: 'run',
      names: ['memory'],
      settings: { users: 10, tasks: 2, rounds: 7, isReduced: false },
      json: 'out.json',
      force: false,
    });
  });

  it.each([['--help'], ['-h'], ['durable', '--help']])('%s asks for help', (...args) => {
    expect(readRequest(args, NAMES)).toEqual({ kind: 'help' });
  });

  it.each([
    [['fast'], 'Expected one of durable, memory, got `fast`'],
    [['constructor'], 'Expected one of durable, memory, got `constructor`'],
    [['--users', '0'], 'Expected --users to be a whole number in 1..10000000, got `0`'],
    [['--users', '1e3'], 'Expected --users to be a whole number in 1..10000000, got `1e3`'],
    [['--users', '10000001'], 'Expected --users to be a whole number in 1..10000000, got `10000001`'],
    [['--tasks', '101'], 'Expected --tasks to be a whole number in 1..100, got `101`'],
    [['--rounds', '2.5'], 'Expected --rounds to be a whole number in 1..1000, got `2.5`'],
    [['--rounds', ''], 'Expected --rounds to be a whole number in 1..1000, got ``'],
  ])('%j is refused', (args, message) => {
    expect(readRequest(args, NAMES)).toEqual({ kind: 'wrong', message });
  });

  it.each([['--fast'], ['--users']])('%s is refused', (...args) => {
    expect(readRequest(args, NAMES)).toMatchObject({
      kind: 'wrong',
      message: expect.stringContaining(args[0] ?? ''),
    });
  });
});
