import { describe, expect, it } from 'vitest';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import {
  readCallout,
  readClock,
  readDirectory,
  readIdSource,
  readLogger,
  readRandom,
  readStore,
  readStoreReader,
} from '../../../src/input/ports.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { systemClock } from '../../../src/system/real/clock.ts';
import { httpCallout } from '../../../src/system/real/http-callout.ts';
import { systemIds, systemRandom } from '../../../src/system/real/random.ts';

const at = (value: unknown) => ({ path: 'port', value });
const noop = () => {};

function messageOf(body: () => unknown): string {
  try {
    body();
  } catch (error) {
    if (LifecycleError.is(error) && error.code === 'InvalidArgument') return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what the host brings', () => {
  it('is taken as it is when it has the methods, also those of its class', () => {
    const store = memoryStore();
    expect(readStore(at(store))).toBe(store);
    expect(readStoreReader(at(store))).toBe(store);
    expect(readClock(at(systemClock))).toBe(systemClock);
    expect(readIdSource(at(systemIds))).toBe(systemIds);
    expect(readRandom(at(systemRandom))).toBe(systemRandom);
    expect(readLogger(at(console))).toBe(console);
    const callout = httpCallout();
    expect(readCallout(at(callout))).toBe(callout);
    const directory = { get: noop, query: noop, close: noop, more: 1 };
    expect(readDirectory(at(directory))).toBe(directory);
  });

  it.each([undefined, null, 'tenure.db', {}, [], 7, noop])('is refused when it is %o', (value) => {
    expect(messageOf(() => readStore(at(value)))).toMatch(
      /^Expected port to be a store such as memoryStore\(\) or sqliteStore\('tenure\.db'\), got /,
    );
    expect(messageOf(() => readDirectory(at(value)))).toMatch(/^Expected port to be a directory such as /);
    expect(messageOf(() => readClock(at(value)))).toMatch(/^Expected port to be a clock, got /);
  });

  it('is refused when it lacks methods, which are named', () => {
    expect(messageOf(() => readClock(at({ now: noop, yield: noop })))).toBe(
      'Expected port to be a clock, with now, setTimer, elapsed, yield, got one without setTimer, elapsed',
    );
  });

  it('is refused when a method that it may lack is something else', () => {
    expect(messageOf(() => readDirectory(at({ get: noop, query: noop, changes: true })))).toBe(
      'Expected port.changes to be a function, got `true`',
    );
  });
});
