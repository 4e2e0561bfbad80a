import { Writable } from 'node:stream';
import pino from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleLogger, pinoLogger } from '../../../../src/system/real/loggers.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A logger of pino, and the lines that it has written. */
function memoryPino() {
  const lines: Record<string, unknown>[] = [];
  const write = (chunk: Buffer, _: unknown, done: () => void) => {
    lines.push(JSON.parse(String(chunk)));
    done();
  };
  return { lines, log: pino({ level: 'debug', base: null, timestamp: false }, new Writable({ write })) };
}

describe('a logger of pino', () => {
  it('gets each message at its level, with the data as fields', () => {
    const { lines, log } = memoryPino();
    const logger = pinoLogger(log);
    for (const level of LEVELS) logger[level](`at ${level}`, { runId: 'r1' });
    logger.info('no data');
    expect(lines).toEqual([
      { level: 20, msg: 'at debug', runId: 'r1' },
      { level: 30, msg: 'at info', runId: 'r1' },
      { level: 40, msg: 'at warn', runId: 'r1' },
      { level: 50, msg: 'at error', runId: 'r1' },
      { level: 30, msg: 'no data' },
    ]);
  });

  it('gets an error as `err`, so that its message and stack are written', () => {
    const { lines, log } = memoryPino();
    pinoLogger(log).error('tenure: commit failed', { error: new TypeError('the disk is full') });
    expect(lines).toMatchObject([
      { msg: 'tenure: commit failed', err: { type: 'TypeError', message: 'the disk is full' } },
    ]);
    expect(lines[0]).not.toHaveProperty('error');
  });

  it('is refused when it is none', () => {
    expect(() => pinoLogger({ info: () => {} } as never)).toThrow('Expected pino to be a logger');
  });
});

describe('the logger of the console', () => {
  afterEach(() => vi.restoreAllMocks());

  it.each(LEVELS)(
    'prints %s with that method of the console, and the data only when there are some',
    (level) => {
      const print = vi.spyOn(console, level).mockImplementation(() => {});
      const logger = consoleLogger();
      logger[level]('first', { runId: 'r1' });
      logger[level]('second');
      expect(print.mock.calls).toEqual([['first', { runId: 'r1' }], ['second']]);
    },
  );
});
