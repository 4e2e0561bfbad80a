/** The server's clock, as far as the page knows it: the browser's may be wrong. */
import { computed, signal } from '@preact/signals';
import { every, now } from './browser.ts';

const local = signal(now());
const skewMs = signal(0);

/** The present by the server's clock, ms, to the second. */
export const serverNow = computed(() => local.value + skewMs.value);
/** The same, to the minute. */
export const serverMinute = computed(() => Math.floor(serverNow.value / 60_000) * 60_000);

/** Takes the server's clock over from an answer. */
export function heardTime(iso: string): void {
  const next = Date.parse(iso) - now();
  // Small differences are those of the network.
  if (Math.abs(next - skewMs.peek()) > 1_000) skewMs.value = next;
}

/** Lets times move while the page is visible. */
export function startClock(): void {
  const move = (): void => {
    if (!document.hidden) local.value = now();
  };
  every(1_000, move);
  document.addEventListener('visibilitychange', move);
}
