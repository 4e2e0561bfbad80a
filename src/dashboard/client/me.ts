/** Who uses the page, and what they may do: nothing else is offered. */
import { signal } from '@preact/signals';
import type { Me } from '../wire.ts';
import { heardTime } from './clock.ts';
import { data, isSignedOut, load, RequestError } from './data.ts';

/** `null`: it is not known yet. */
export const me = signal<Me | null>(null);
/** Why it is not known. */
export const meError = signal<RequestError | null>(null);

/** Asks who uses the page. */
export async function loadMe(): Promise<void> {
  try {
    const known = await load<Me>(data('me'));
    heardTime(known.now);
    meError.value = null;
    isSignedOut.value = false;
    me.value = known;
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    if (error.status !== 401) meError.value = error;
  }
}
