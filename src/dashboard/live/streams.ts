/** Server-sent events: one stream a browser, at most so many at once. */
import { GraphError } from '../../graph/graph-error.ts';
import type { Run } from '../../model/resources/resources.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { LiveFrame } from '../wire.ts';
import type { LiveFeed } from './feed.ts';

const STREAMS_MAX = 64;
/** So that proxies do not take a quiet stream for a dead one. */
const HEARTBEAT_MS = 15 * SECOND_MS;
/** Browsers come again by themselves, and are authorized again. */
const STREAM_MS = 10 * MINUTE_MS;
const RETRY_MS = 1_000;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx would keep frames back.
  'X-Accel-Buffering': 'no',
};

/** The open streams of a dashboard. */
export class LiveStreams {
  readonly #feed: LiveFeed;
  readonly #clock: Clock;
  readonly #open = new Set<LiveStream>();

  constructor(feed: LiveFeed, clock: Clock) {
    this.#feed = feed;
    this.#clock = clock;
  }

  /** Opens a stream that ends with its client. @throws GraphError 503 when there are too many. */
  open(signal: AbortSignal): Response {
    if (this.#open.size >= STREAMS_MAX) {
      const message = `Expected at most ${STREAMS_MAX} open streams.`;
      throw new GraphError(503, 'serviceNotAvailable', message, { 'Retry-After': '10' });
    }
    const stream = new LiveStream(this.#feed, this.#clock, () => this.#open.delete(stream));
    this.#open.add(stream);
    const body = new ReadableStream(stream);
    if (signal.aborted) stream.end();
    else signal.addEventListener('abort', () => stream.end(), { once: true });
    return new Response(body, { headers: HEADERS });
  }

  /** Ends all streams. */
  close(): void {
    for (const stream of [...this.#open]) stream.end();
  }
}

/** One of them. Of a client that reads slowly the newest counters wait, and none before them. */
class LiveStream {
  readonly #feed: LiveFeed;
  readonly #clock: Clock;
  readonly #ended: () => void;
  readonly #encoder = new TextEncoder();
  readonly #endsAtMs: number;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  #waiting = new Map<string, Run>();
  #unsubscribe = (): void => {};
  #timer: Timer | null = null;

  constructor(feed: LiveFeed, clock: Clock, ended: () => void) {
    this.#feed = feed;
    this.#clock = clock;
    this.#ended = ended;
    this.#endsAtMs = clock.now() + STREAM_MS;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.#controller = controller;
    this.#send(`retry: ${RETRY_MS}\n\n`);
    this.#unsubscribe = this.#feed.subscribe((runs) => {
      for (const run of runs) this.#waiting.set(run.id, run);
      this.pull();
    });
    this.#beat();
  }

  /** Sends what waits, when there is room. */
  pull(): void {
    if (this.#waiting.size === 0 || !this.#hasRoom) return;
    const frame: LiveFrame = {
      now: new Date(this.#clock.now()).toISOString(),
      runs: [...this.#waiting.values()],
    };
    this.#waiting = new Map();
    this.#send(`data: ${JSON.stringify(frame)}\n\n`);
  }

  /** The client has gone. */
  cancel(): void {
    this.#release();
  }

  end(): void {
    const controller = this.#controller;
    this.#release();
    controller?.close();
  }

  get #hasRoom(): boolean {
    return (this.#controller?.desiredSize ?? 0) > 0;
  }

  #send(text: string): void {
    this.#controller?.enqueue(this.#encoder.encode(text));
  }

  #beat(): void {
    this.#timer = this.#clock.setTimer(HEARTBEAT_MS, () => {
      if (this.#clock.now() >= this.#endsAtMs) return this.end();
      if (this.#hasRoom) this.#send(': still here\n\n');
      this.#beat();
    });
  }

  #release(): void {
    this.#controller = null;
    this.#unsubscribe();
    this.#timer?.cancel();
    this.#ended();
  }
}
