/**
 * Charts as SVG and HTML, without a library. Colours are CSS variables of the page. The plots stretch with the page;
 * texts are HTML beside them, so that they have their size on a phone too.
 */
import { numeral } from '../../text/numbers.ts';
import { type AxisLabel, xAxis } from './axis.ts';
import { at1, type Scale, scaleFor } from './scale.ts';
import { escaped } from './text.ts';

/** A series of a stacked chart: its CSS class and its name in the legend. */
export interface Series {
  readonly className: string;
  readonly name: string;
}

/** A stacked bar, with one value per series. */
export interface StackedBar {
  /** Tooltip. */
  readonly title: string;
  readonly values: readonly number[];
}

/** A horizontal bar, with its label to the left and its value to the right. */
export interface LyingBar {
  readonly label: string;
  readonly value: number;
  /** Text of the value. Default: the number. */
  readonly text?: string;
  readonly className?: string;
}

/** Horizontal bars of two states of the same thing, stacked by series. */
export interface StackedRow {
  readonly label: string;
  readonly sides: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** A column with the interval of its value. */
export interface Column {
  /** Tooltip. */
  readonly title: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly className: string;
  /** Whether it stands out. */
  readonly isMarked: boolean;
}

/** Units of a plot's width, whatever its width on the page; units of its height are pixels. */
const WIDTH = 1_000;
/** Below this number of bars, their width is limited. */
const FEW_BARS = 8;
const BAR_WIDTH_MAX = 80;

/** Bars side by side, stacked by series. */
export function stackedBars(
  bars: readonly StackedBar[],
  series: readonly Series[],
  axisLabels: readonly AxisLabel[],
  label: string,
  height = 200,
): string {
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const scale = scaleFor(Math.max(1, ...sums), height);
  const step = WIDTH / Math.max(1, bars.length);
  const width = Math.min(bars.length < FEW_BARS ? BAR_WIDTH_MAX : step, Math.max(step * 0.85, step - 4));
  const marks = bars.map(({ title, values }, at) => {
    let level = 0;
    const parts = values.map((value, index) => {
      if (value === 0) return '';
      const [top, bottom] = [scale.y(level + value), scale.y(level)];
      level += value;
      // A value above 0 must be visible, however small.
      const tall = Math.max(1.5, bottom - top);
      return `<rect class="${series[index]?.className}" x="${at1(at * step)}" y="${at1(bottom - tall)}" width="${at1(width)}" height="${at1(tall)}"/>`;
    });
    return level === 0 ? '' : `<g><title>${escaped(title)}</title>${parts.join('')}</g>`;
  });
  const used = series.filter((_, index) => bars.some(({ values }) => (values[index] ?? 0) > 0));
  return legend(used) + chart(marks.join(''), scale, axisLabels, bars.length, label, height);
}

/** Columns with their intervals, and a limit across them. What is above `max` is cut off. */
export function columns(
  all: readonly Column[],
  limit: number,
  max: number,
  axisLabels: readonly AxisLabel[],
  label: string,
  height = 220,
): string {
  const scale = scaleFor(max, height);
  const step = WIDTH / Math.max(1, all.length);
  const width = Math.min(BAR_WIDTH_MAX, step * 0.6);
  const y = (value: number): number => scale.y(Math.max(0, Math.min(max, value)));
  const marks = all.map(({ title, value, low, high, className, isMarked }, at) => {
    const [left, bottom] = [at * step, scale.y(0)];
    const box = (top: number, more = ''): string =>
      `<rect class="${more || className}" x="${at1(left)}" y="${at1(top)}" width="${at1(width)}" height="${at1(Math.max(1.5, bottom - top))}"/>`;
    const middle = at1(left + width / 2);
    const whisker = `<line class="whisker" x1="${middle}" x2="${middle}" y1="${at1(y(high))}" y2="${at1(y(low))}"/>`;
    const ring = isMarked ? box(y(value), 'ring') : '';
    return `<g><title>${escaped(title)}</title>${box(y(value))}${ring}${whisker}</g>`;
  });
  const across = `<line class="limit" x1="0" x2="${WIDTH}" y1="${at1(y(limit))}" y2="${at1(y(limit))}"/>`;
  return chart(marks.join('') + across, scale, axisLabels, all.length, label, height);
}

/** A filled line: one value per step, which holds for the whole step. */
export function area(
  values: readonly number[],
  titles: readonly string[],
  axisLabels: readonly AxisLabel[],
  label: string,
  height = 140,
): string {
  const scale = scaleFor(Math.max(1, ...values), height);
  const step = WIDTH / Math.max(1, values.length);
  const x = (at: number): string => at1(at * step);
  const points = values.map(
    (value, at) => `${x(at)},${at1(scale.y(value))} ${x(at + 1)},${at1(scale.y(value))}`,
  );
  const base = at1(scale.y(0));
  const fill = `<polygon class="plain" points="0,${base} ${points.join(' ')} ${x(values.length)},${base}"/>`;
  return chart(fill + hovers(titles, step, height), scale, axisLabels, values.length, label, height);
}

/** Lines over the same steps, one for each series; a value stands in the middle of its step. */
export function lines(
  values: readonly (readonly number[])[],
  series: readonly Series[],
  titles: readonly string[],
  axisLabels: readonly AxisLabel[],
  label: string,
  height = 180,
): string {
  const scale = scaleFor(Math.max(1, ...values.flat()), height);
  const step = WIDTH / Math.max(1, titles.length);
  const marks = values.map((some, index) => {
    const points = some.map((value, at) => `${at1((at + 0.5) * step)},${at1(scale.y(value))}`);
    return `<polyline class="line ${series[index]?.className}" points="${points.join(' ')}"/>`;
  });
  return (
    legend(series) +
    chart(marks.join('') + hovers(titles, step, height), scale, axisLabels, titles.length, label, height)
  );
}

/** Tooltips of steps. */
function hovers(titles: readonly string[], step: number, height: number): string {
  const all = titles.map(
    (title, at) =>
      `<rect class="hover" x="${at1(at * step)}" y="0" width="${at1(step)}" height="${height}"><title>${escaped(title)}</title></rect>`,
  );
  return all.join('');
}

/** Horizontal bars with their values. */
export function lyingBars(rows: readonly LyingBar[]): string {
  const max = Math.max(1, ...rows.map(({ value }) => value));
  const isWide = rows.some(({ text }) => text !== undefined);
  const lines = rows.map(({ label, value, text = numeral(value), className = 'failed' }) =>
    lyingBar(label, part(className, value, max), text, isWide),
  );
  return lines.join('');
}

/** Horizontal bars, one for each side, under the label of their row. */
export function stackedRows(rows: readonly StackedRow[], series: readonly Series[]): string {
  const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  const all = rows.flatMap(({ sides }) => sides.map(({ values }) => values));
  const max = Math.max(1, ...all.map(sumOf));
  const used = series.filter((_, index) => all.some((values) => (values[index] ?? 0) > 0));
  const groups = rows.map(({ label, sides }) => {
    const bars = sides.map(({ name, values }) => {
      const parts = values.map((value, index) =>
        value === 0
          ? ''
          : part(
              series[index]?.className ?? '',
              value,
              max,
              `${label}, ${name}: ${numeral(value)} ${series[index]?.name}`,
            ),
      );
      return `<div class="side"><span>${escaped(name)}</span><span class="track">${parts.join('')}</span><span class="count">${numeral(sumOf(values))}</span></div>`;
    });
    return `<div class="row"><b>${escaped(label)}</b>${bars.join('')}</div>`;
  });
  return legend(used) + groups.join('');
}

/** Legend of the colours. */
export function legend(series: readonly Series[]): string {
  const items = series.map(({ className, name }) => `<li><i class="${className}"></i>${escaped(name)}</li>`);
  return `<ul class="legend">${items.join('')}</ul>`;
}

function lyingBar(label: string, bar: string, text: string, isWide: boolean): string {
  return `<div class="lying${isWide ? ' wide' : ''}"><span class="what">${escaped(label)}</span><span class="track">${bar}</span><span class="count">${escaped(text)}</span></div>`;
}

function part(className: string, value: number, max: number, title?: string): string {
  const tip = title === undefined ? '' : ` title="${escaped(title)}"`;
  return `<span class="bar ${className}" style="width:${at1((100 * value) / max)}%"${tip}></span>`;
}

/** A plot with its axes; `axisLabels` refer to its `steps`. */
function chart(
  marks: string,
  scale: Scale,
  axisLabels: readonly AxisLabel[],
  steps: number,
  label: string,
  height: number,
): string {
  const lines = scale.levels.map(({ y }) => `<line class="grid" x1="0" x2="${WIDTH}" y1="${y}" y2="${y}"/>`);
  const levels = scale.levels.map(({ y, text }) => `<span style="top:${y}px">${escaped(text)}</span>`);
  const plot = `<svg viewBox="0 0 ${WIDTH} ${height}" preserveAspectRatio="none" style="height:${height}px" role="img" aria-label="${escaped(label)}">${lines.join('')}${marks}</svg>`;
  return `<div class="chart"><div class="y">${levels.join('')}</div>${plot}${xAxis(axisLabels, steps)}</div>`;
}
