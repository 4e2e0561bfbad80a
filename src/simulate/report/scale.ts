/** The vertical axis of a chart. */
import { numeral } from '../../text/numbers.ts';

/** The vertical axis of a chart, in pixels from its top. */
export interface Scale {
  y(value: number): number;
  /** Round numbers, and where they are. */
  readonly levels: readonly { readonly y: string; readonly text: string }[];
}

/** Room above the highest level, for its label. */
const TOP = 8;

/** An axis from 0 to a round number that is not below `max`. */
export function scaleFor(max: number, height: number): Scale {
  const step = roundStep(max / 4);
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  const y = (value: number): number => TOP + (height - TOP - 1) * (1 - value / (step * count));
  const levels = Array.from({ length: count + 1 }, (_, at) => ({
    y: at1(y(at * step)),
    text: numeral(at * step),
  }));
  return { y, levels };
}

/** The smallest of 1, 2, 5, 10, 20, 50 … that is not below `least`. */
function roundStep(least: number): number {
  let unit = 1;
  for (;;) {
    for (const factor of [1, 2, 5]) if (unit * factor >= least * (1 - 1e-9)) return unit * factor;
    unit = unit * 10;
  }
}

/** One digit after the point keeps the page small. */
export function at1(value: number): string {
  return String(Math.round(value * 10) / 10);
}
