/** Labels under a chart that do not overlap, whatever its width. */
import { escaped } from './text.ts';

/** A label, at the left of the step with this index. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

/** Widths of a page, and the least that a plot is wide there, px; the CSS has the same pages. */
const PAGES = [
  { className: 's', plotPx: 230 },
  { className: 'm', plotPx: 510 },
  { className: 'l', plotPx: 830 },
] as const;
const CHARACTER_PX = 6.5;
const GAP_PX = 10;

/** The axis of a plot of `steps` steps. A label names the pages on which there is room for it. */
export function xAxis(ticks: readonly Tick[], steps: number): string {
  const shown = PAGES.map(({ className, plotPx }) => ({
    className,
    ticks: new Set(fitting(ticks, steps, plotPx)),
  }));
  const labels = ticks.flatMap((tick) => {
    const pages = shown.filter((page) => page.ticks.has(tick)).map(({ className }) => className);
    const left = Math.round((10_000 * tick.at) / Math.max(1, steps)) / 100;
    return pages.length === 0
      ? []
      : [`<span class="${pages.join(' ')}" style="left:${left}%">${escaped(tick.text)}</span>`];
  });
  return `<div class="x">${labels.join('')}</div>`;
}

/** Every n-th of the ticks, for the smallest n with which labels stand apart on a plot so wide; none beyond its end. */
export function fitting(ticks: readonly Tick[], steps: number, plotPx: number): readonly Tick[] {
  const leftOf = ({ at }: Tick): number => (plotPx * at) / Math.max(1, steps);
  const endOf = (tick: Tick): number => leftOf(tick) + tick.text.length * CHARACTER_PX;
  for (let every = 1; ; every++) {
    const some = ticks.filter((tick, index) => index % every === 0 && endOf(tick) <= plotPx);
    const fits = some.every((tick, index) => {
      const next = some[index + 1];
      return next === undefined || endOf(tick) + GAP_PX <= leftOf(next);
    });
    if (fits) return some;
  }
}
