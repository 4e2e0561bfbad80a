import { describe, expect, it } from 'vitest';
import { CliError, describeError } from '../../../../src/cli/terminal/cli-error.ts';
import { styleFor } from '../../../../src/cli/terminal/style.ts';
import { tableLines } from '../../../../src/cli/terminal/table.ts';
import { count, counted, moment, oneLine, quoted, shortened } from '../../../../src/cli/terminal/text.ts';
import { LifecycleError } from '../../../../src/errors/lifecycle-error.ts';

describe('texts for people', () => {
  it('have numbers with commas and nouns that agree', () => {
    expect([count(1_234_567), counted(1, 'user'), counted(0, 'user')]).toEqual([
      '1,234,567',
      '1 user',
      '0 users',
    ]);
  });

  it('have moments to the second, and a dash for none', () => {
    expect([moment('2026-01-31T08:00:00.123Z'), moment(null)]).toEqual(['2026-01-31 08:00:00Z', '–']);
  });

  it('stand on one line, with control characters escaped', () => {
    expect(oneLine(' a\u001b[31m\nb\u2028c ')).toBe('a\\u001b[31m b c');
    expect(shortened('abcdef', 4)).toBe('abc…');
  });

  it('quote words for a shell', () => {
    expect(quoted('a/b-c.db')).toBe('a/b-c.db');
    expect(quoted("it's here")).toBe(`'it'\\''s here'`);
  });
});

describe('a table', () => {
  it('has columns as wide as their widest cell, numbers to the right, colour not counted', () => {
    const { green } = styleFor(true, {});
    const lines = tableLines(
      [{ head: 'name' }, { head: 'n', align: 'right' }, { head: 'status' }],
      [
        ['Zoë', '10', green('ok')],
        ['Maximilian', '9', 'failed'],
      ],
    );
    expect(lines).toEqual([
      'name         n  status',
      `Zoë         10  ${green('ok')}`,
      'Maximilian   9  failed',
    ]);
  });
});

describe('colour', () => {
  it('is for terminals that want it', () => {
    const isPlain = (isTerminal: boolean, env: NodeJS.ProcessEnv) =>
      styleFor(isTerminal, env).red('x') === 'x';
    expect(isPlain(true, {})).toBe(false);
    expect([isPlain(false, {}), isPlain(true, { NO_COLOR: '1' }), isPlain(true, { TERM: 'dumb' })]).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('an error', () => {
  it('is shown in one line with its remedy, without a stack', () => {
    expect(describeError(new CliError('Expected a, got b', 'Do c'), {})).toEqual([
      'Expected a, got b',
      'Do c',
    ]);
    expect(describeError(new LifecycleError('NotFound', 'Expected x, got none'), {})).toEqual([
      'Expected x, got none',
    ]);
    expect(describeError(new LifecycleError('InvalidFile', 'Expected x, got a\nerror: b'), {})).toEqual([
      'Expected x, got a\\u000aerror: b',
    ]);
    expect(describeError(new TypeError('a\n  b'), {})).toEqual([
      'Unexpected failure: a b',
      expect.stringContaining('TENURE_DEBUG=1'),
    ]);
    expect(describeError('text', {})[0]).toBe('Unexpected failure: text');
  });

  it('has its stack with TENURE_DEBUG', () => {
    expect(describeError(new TypeError('a'), { TENURE_DEBUG: '1' }).join('\n')).toMatch(/\n {4}at /);
  });
});
