/** Labels under a chart that do not overlap, whatever its width. */
import { escaped } from './text.ts';

/** A label, at the left of the step with this index. */
export interface AxisLabel {
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
export function xAxis(axisLabels: readonly AxisLabel[], steps: number): string {
  const shown = PAGES.map(({ className, plotPx }) => ({
    className,
    axisLabels: new Set(fitting(axisLabels, steps, plotPx)),
  }));
  const labels = axisLabels.flatMap((label) => {
    const pages = shown.filter((page) => page.axisLabels.has(label)).map(({ className }) => className);
    const left = Math.round((10_000 * label.at) / Math.max(1, steps)) / 100;
    return pages.length === 0
      ? []
      : [`<span class="${pages.join(' ')}" style="left:${left}%">${escaped(label.text)}</span>`];
  });
  return `<div class="x">${labels.join('')}</div>`;
}

/** Every n-th of the labels, for the smallest n with which labels stand apart on a plot so wide; none beyond its end. */
export function fitting(
  axisLabels: readonly AxisLabel[],
  steps: number,
  plotPx: number,
): readonly AxisLabel[] {
  const leftOf = ({ at }: AxisLabel): number => (plotPx * at) / Math.max(1, steps);
  const endOf = (label: AxisLabel): number => leftOf(label) + label.text.length * CHARACTER_PX;
  for (let every = 1; ; every++) {
    const some = axisLabels.filter((label, index) => index % every === 0 && endOf(label) <= plotPx);
    const fits = some.every((label, index) => {
      const next = some[index + 1];
      return next === undefined || endOf(label) + GAP_PX <= leftOf(next);
    });
    if (fits) return some;
  }
}
