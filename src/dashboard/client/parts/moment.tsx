import { serverMinute, serverNow } from '../clock.ts';
import { agoText, durationText, momentText } from '../view/moments.ts';

/** The reader's time zone. */
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A moment in the reader's time zone, for sentences. */
export function momentHere(iso: string): string {
  return momentText(iso, serverMinute.value, ZONE);
}

/** A moment in the reader's time zone; the whole of it, in UTC, as a tip. */
export function Moment({ at }: { at: string | null }) {
  if (at === null) return <span class="soft">–</span>;
  return (
    <time dateTime={at} title={`${at} (UTC)`}>
      {momentHere(at)}
    </time>
  );
}

/** How long ago, or until. */
export function Ago({ at }: { at: string }) {
  return (
    <time dateTime={at} title={`${at} (UTC)`}>
      {agoText(at, serverNow.value)}
    </time>
  );
}

/** How long it took, or has taken so far. */
export function Took({ from, until }: { from: string | null; until: string | null }) {
  return <span>{durationText(from, until, until === null ? serverNow.value : 0) ?? '–'}</span>;
}
