/**
 * Runs as they change. One tab of the browser holds the stream and hands frames on to the others, since a browser has few
 * connections to one server; which one, a Web Lock decides. A tab that is not visible holds none.
 */
import { effect, type Signal, signal } from '@preact/signals';
import type { Run } from '../../model/resources/resources.ts';
import type { LiveFrame } from '../wire.ts';
import { later } from './browser.ts';
import { heardTime } from './clock.ts';
import { isSignedOut, reloadShown } from './data.ts';
import { absolute } from './router.ts';

const NAME = `tenure ${document.baseURI}`;
const RUNS_MAX = 500;
const RELOAD_MS = 1_500;
const REFUSED_MS = 10_000;

/** `off`: nothing comes in at present; what is shown may be old. */
export const liveState = signal<'on' | 'connecting' | 'off'>('connecting');

const runs = new Map<string, Signal<Run | null>>();

/** The newest that is known of a run; `null`: nothing has come in. */
function liveRun(id: string): Signal<Run | null> {
  const known = runs.get(id);
  if (known) return known;
  const oldest = runs.keys().next().value;
  if (runs.size >= RUNS_MAX && oldest !== undefined) runs.delete(oldest);
  const made = signal<Run | null>(null);
  runs.set(id, made);
  return made;
}

/** The newer of a run as it was read and as it came in. */
export function newestOf(read: Run): Run {
  const live = liveRun(read.id).value;
  return live !== null && live.lastUpdatedDateTime > read.lastUpdatedDateTime ? live : read;
}

let isReloadPlanned = false;

function take({ now: serverNow, runs: changed }: LiveFrame): void {
  heardTime(serverNow);
  let isNews = false;
  for (const run of changed) {
    const known = liveRun(run.id);
    const before = known.peek();
    if (before === null || before.processingStatus !== run.processingStatus) isNews = true;
    if (before === null || before.lastUpdatedDateTime <= run.lastUpdatedDateTime) known.value = run;
  }
  if (!isNews || isReloadPlanned) return;
  isReloadPlanned = true;
  later(RELOAD_MS, () => {
    isReloadPlanned = false;
    if (!document.hidden) reloadShown();
  });
}

/** Keeps a stream open, or listens to the tab that has one, while this tab is visible. */
export function startLive(): void {
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
  channel?.addEventListener('message', ({ data }: MessageEvent<LiveFrame>) => {
    liveState.value = 'on';
    take(data);
  });
  let release: (() => void) | null = null;
  const hold = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    release = resolve;
    const source = new EventSource(absolute('-/events'));
    source.addEventListener('open', () => {
      liveState.value = 'on';
    });
    source.addEventListener('error', () => {
      if (source.readyState !== EventSource.CLOSED) liveState.value = 'connecting';
      else {
        // Refused: the browser does not come again by itself.
        liveState.value = 'off';
        later(REFUSED_MS, resolve);
      }
    });
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      const frame = JSON.parse(data) as LiveFrame;
      take(frame);
      channel?.postMessage(frame);
    });
    await promise;
    source.close();
  };
  const compete = (): void => {
    if (document.hidden || isSignedOut.peek() || release !== null) return;
    const abort = new AbortController();
    release = () => abort.abort();
    // Locks are there on secure origins only; elsewhere each tab has a stream of its own.
    const held: Promise<unknown> = navigator.locks
      ? navigator.locks.request(NAME, { signal: abort.signal }, hold)
      : hold();
    liveState.value = 'on';
    void held
      .catch((error: unknown) => {
        if (!(error instanceof DOMException) || error.name !== 'AbortError') throw error;
      })
      .finally(() => {
        release = null;
        if (!document.hidden) later(RELOAD_MS, compete);
      });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) release?.();
    else {
      reloadShown();
      compete();
    }
  });
  effect(() => {
    if (!isSignedOut.value) compete();
  });
}
