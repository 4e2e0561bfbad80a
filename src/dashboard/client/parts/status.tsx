import { statusView, type Tone } from '../view/status.ts';

/** A sign for each tone: its form differs, not only its colour. */
const SIGNS: Readonly<Record<Tone, string>> = {
  good: 'M5 8.3l2 2 4-4.4',
  partly: 'M8 4.8v4M8 11.1v.1',
  bad: 'M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  busy: 'M8 4.6V8l2.2 1.5',
  waiting: 'M5 8h.1M8 8h.1M11 8h.1',
  stopped: 'M5 8h6',
  held: 'M6.4 5.6v4.8M9.6 5.6v4.8',
};

/** A sign, for use beside a word. */
export function Sign({ tone }: { tone: Tone }) {
  return (
    <svg class={`sign ${tone}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle class="disc" cx="8" cy="8" r="7" />
      <path class="mark" d={SIGNS[tone]} />
    </svg>
  );
}

/** A status: a sign and a word. */
export function Status({ value }: { value: string }) {
  const { word, tone } = statusView(value);
  return (
    <span class={`status ${tone}`}>
      <Sign tone={tone} />
      {word}
    </span>
  );
}
