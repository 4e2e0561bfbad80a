import { describe, expect, it } from 'vitest';
import type { FeedListener, LiveFeed } from '../../../../src/dashboard/live/feed.ts';
import { LiveStreams } from '../../../../src/dashboard/live/streams.ts';
import type { Run } from '../../../../src/model/resources/resources.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

const run = (id: string, done: number) => ({ id, successfulUsersCount: done }) as Run;

function make() {
  const listeners = new Set<FeedListener>();
  const feed = {
    subscribe: (listener: FeedListener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  } as unknown as LiveFeed;
  const clock = new VirtualClock();
  const streams = new LiveStreams(feed, clock);
  const emit = (...runs: readonly Run[]) => {
    for (const listener of listeners) listener(runs);
  };
  return { clock, streams, emit, listeners };
}

function readerOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const read = async (): Promise<string | null> => {
    const { value, done } = await reader.read();
    return done ? null : new TextDecoder().decode(value);
  };
  return { reader, read };
}

describe('a stream', () => {
  it('is one that proxies neither keep back nor change', () => {
    const { streams } = make();
    const { headers } = streams.open(new AbortController().signal);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store, no-transform');
    expect(headers.get('x-accel-buffering')).toBe('no');
    streams.close();
  });

  it('sends runs as they come', async () => {
    const { streams, emit, clock } = make();
    const { read } = readerOf(streams.open(new AbortController().signal));
    expect(await read()).toBe('retry: 1000\n\n');
    emit(run('a', 1), run('b', 2));
    expect(await read()).toBe(
      `data: ${JSON.stringify({ now: clock.iso(), runs: [run('a', 1), run('b', 2)] })}\n\n`,
    );
    streams.close();
    expect(await read()).toBeNull();
  });

  it('keeps the newest counters for a client that reads slowly, and no others', async () => {
    const { streams, emit, clock } = make();
    const { read } = readerOf(streams.open(new AbortController().signal));
    for (let done = 1; done <= 500; done++) emit(run('a', done), run('b', 2 * done));
    await read();
    expect(await read()).toBe(
      `data: ${JSON.stringify({ now: clock.iso(), runs: [run('a', 500), run('b', 1_000)] })}\n\n`,
    );
    streams.close();
    expect(await read()).toBeNull();
  });

  it('is kept alive every 15 seconds, and ends after ten minutes so that its client is authorized again', async () => {
    const { streams, clock, listeners } = make();
    const { read } = readerOf(streams.open(new AbortController().signal));
    await read();
    await clock.advance(15_000);
    expect(await read()).toBe(': still here\n\n');
    await clock.advance(600_000);
    const rest: (string | null)[] = [];
    do rest.push(await read());
    while (rest.at(-1) !== null);
    expect(rest.length).toBeLessThan(4);
    expect([listeners.size, clock.timers]).toEqual([0, 0]);
  });

  it('ends with its client, and takes its listener along', async () => {
    const { streams, listeners, clock } = make();
    const abort = new AbortController();
    const { read } = readerOf(streams.open(abort.signal));
    const { reader } = readerOf(streams.open(new AbortController().signal));
    expect(listeners.size).toBe(2);
    abort.abort();
    await reader.cancel();
    await read();
    expect(await read()).toBeNull();
    expect([listeners.size, clock.timers]).toEqual([0, 0]);
    streams.close();
  });

  it('is refused when 64 are open, and there is one again when one has ended', () => {
    const { streams } = make();
    const aborts = Array.from({ length: 64 }, () => new AbortController());
    for (const { signal } of aborts) streams.open(signal);
    expect(() => streams.open(new AbortController().signal)).toThrow('Expected at most 64 open streams.');
    aborts[7]?.abort();
    expect(streams.open(new AbortController().signal).status).toBe(200);
    streams.close();
  });

  it('does not begin for a client that has gone', async () => {
    const { streams, listeners } = make();
    const { read } = readerOf(streams.open(AbortSignal.abort()));
    await read();
    expect(await read()).toBeNull();
    expect(listeners.size).toBe(0);
  });
});
