/** Charts as SVG, without any library. Colours are CSS variables of the page. */
import { escaped, numeral } from './text.ts';

/** A series of a stacked chart: its CSS class and its name in the legend. */
export interface Series {
  readonly className: string;
  readonly name: string;
}

/** A bar, stacked of one value a series. */
export interface StackedBar {
  /** What the pointer shows. */
  readonly title: string;
  readonly values: readonly number[];
}

/** A label under the axis, at the bar with this index. */
export interface Tick {
  readonly at: number;
  readonly text: string;
}

const WIDTH = 960;
const LEFT = 56;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;
/** Labels closer than this would overlap. */
const TICK_GAP = 64;
/** Few bars would be walls. */
const FEW_BARS = 8;
const BAR_WIDTH_MAX = 72;

/** Bars side by side, stacked by series. */
export function stackedBars(
  bars: readonly StackedBar[],
  series: readonly Series[],
  ticks: readonly Tick[],
  label: string,
  height = 240,
): string {
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const scale = scaleFor(Math.max(1, ...sums), height, numeral, 1);
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, bars.length);
  const width = Math.min(
    bars.length < FEW_BARS ? BAR_WIDTH_MAX : step,
    Math.max(1, step > 4 ? step - Math.min(2, step * 0.2) : step),
  );
  const marks = bars.map(({ title, values }, at) => {
    let level = 0;
    const parts = values.map((value, index) => {
      if (value === 0) return '';
      const [top, bottom] = [scale.y(level + value), scale.y(level)];
      level += value;
      // What is there must be seen, however small.
      const tall = Math.max(1.5, bottom - top);
      return `<rect class="${series[index]?.className}" x="${at1(LEFT + at * step)}" y="${at1(bottom - tall)}" width="${at1(width)}" height="${at1(tall)}"/>`;
    });
    return level === 0 ? '' : `<g><title>${escaped(title)}</title>${parts.join('')}</g>`;
  });
  const body = `${scale.grid}${marks.join('')}${axisLabels(ticks, (tick) => LEFT + tick.at * step, height)}`;
  return `${legend(series.filter((_, index) => bars.some(({ values }) => (values[index] ?? 0) > 0)))}${svg(body, height, label)}`;
}

/** A filled line: one value a step. `peaks`: a thinner line above it. */
export function area(
  values: readonly number[],
  peaks: readonly number[] | null,
  titles: readonly string[],
  ticks: readonly Tick[],
  label: string,
  options: {
    readonly max?: number;
    readonly format?: (value: number) => string;
    readonly height?: number;
  } = {},
): string {
  const { height = 180, format = numeral } = options;
  const max = Math.max(options.max ?? 0, ...values, ...(peaks ?? []), options.max === undefined ? 1 : 0);
  const scale = scaleFor(max, height, format, options.max === undefined ? 1 : 0);
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, values.length);
  const x = (at: number): number => LEFT + at * step;
  // Steps, not slopes: a value holds for its whole bucket.
  const path = (list: readonly number[]): string =>
    list
      .map((value, at) => `${at1(x(at))},${at1(scale.y(value))} ${at1(x(at + 1))},${at1(scale.y(value))}`)
      .join(' ');
  const base = at1(scale.y(0));
  const fill = `<polygon class="area" points="${at1(LEFT)},${base} ${path(values)} ${at1(x(values.length))},${base}"/>`;
  const peak = peaks === null ? '' : `<polyline class="peak" points="${path(peaks)}"/>`;
  const hover = titles
    .map(
      (title, at) =>
        `<rect class="hover" x="${at1(x(at))}" y="${TOP}" width="${at1(step)}" height="${height - TOP - BOTTOM}"><title>${escaped(title)}</title></rect>`,
    )
    .join('');
  return svg(
    `${scale.grid}${fill}${peak}${axisLabels(ticks, (tick) => x(tick.at), height)}${hover}`,
    height,
    label,
  );
}

/** Bars that lie, longest first, with their numbers. */
export function lyingBars(
  rows: readonly { readonly label: string; readonly value: number; readonly className?: string }[],
): string {
  const max = Math.max(1, ...rows.map(({ value }) => value));
  const lines = rows.map(
    ({ label, value, className = 'failed' }) =>
      `<div class="lying"><span class="what">${escaped(label)}</span><span class="track"><span class="bar ${className}" style="width:${at1((100 * value) / max)}%"></span></span><span class="count">${numeral(value)}</span></div>`,
  );
  return lines.join('');
}

/** What colours mean. */
export function legend(series: readonly Series[]): string {
  const items = series.map(({ className, name }) => `<li><i class="${className}"></i>${escaped(name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

function svg(body: string, height: number, label: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(label)}">${body}</svg>`;
}

interface Scale {
  y(value: number): number;
  readonly grid: string;
}

/** An axis up to a round number, with lines at round numbers. */
function scaleFor(
  max: number,
  height: number,
  format: (value: number) => string = numeral,
  stepMin = 0,
): Scale {
  const step = roundStep(Math.max(stepMin, max / 4));
  const lines = Math.max(1, Math.ceil(max / step - 1e-9));
  const top = step * lines;
  const y = (value: number): number => TOP + (height - TOP - BOTTOM) * (1 - value / top);
  const grid = Array.from({ length: lines + 1 }, (_, at) => {
    const level = at1(y(at * step));
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${level}" y2="${level}"/><text class="axis" x="${LEFT - 8}" y="${at1(y(at * step) + 4)}" text-anchor="end">${escaped(format(at * step))}</text>`;
  });
  return { y, grid: grid.join('') };
}

/** The smallest of 1, 2, 5, 10, 20, 50 … (and their tenths) that is not below `least`. */
function roundStep(least: number): number {
  let unit = 1e-6;
  for (;;) {
    for (const factor of [1, 2, 5]) if (unit * factor >= least * (1 - 1e-9)) return unit * factor;
    unit = unit * 10;
  }
}

function axisLabels(ticks: readonly Tick[], x: (tick: Tick) => number, height: number): string {
  let free = Number.NEGATIVE_INFINITY;
  return ticks
    .map((tick) => {
      const at = x(tick);
      if (at < free || at > WIDTH - RIGHT - TICK_GAP / 2) return '';
      free = at + TICK_GAP;
      return `<line class="tick" x1="${at1(at)}" x2="${at1(at)}" y1="${height - BOTTOM}" y2="${height - BOTTOM + 5}"/><text class="axis" x="${at1(at + 3)}" y="${height - 7}">${escaped(tick.text)}</text>`;
    })
    .join('');
}

/** One digit after the point keeps the page small. */
function at1(value: number): string {
  return String(Math.round(value * 10) / 10);
}
