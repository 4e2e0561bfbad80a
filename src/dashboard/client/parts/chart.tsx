/** The bars of the reports, drawn by the page: its policy takes no styles in markup. */
import { type AxisLabel, fitting } from '../../../simulate/report/axis.ts';
import { scaleFor } from '../../../simulate/report/scale.ts';

const WIDTH = 1_000;
/** Least width of the plot on a phone, and on wider screens, px. */
const PLOTS = [
  ['narrow', 270],
  ['wide', 620],
] as const;

/** A stacked bar. */
interface Bar {
  readonly key: string;
  readonly title: string;
  readonly values: readonly number[];
}

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly series: readonly { readonly className: string; readonly name: string }[];
  readonly axisLabels: readonly AxisLabel[];
  readonly height?: number;
}

/** Bars side by side, stacked by series, with a legend of those that occur. */
export function StackedBars({ label, bars, series, axisLabels, height = 160 }: BarsProps) {
  const sums = bars.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const scale = scaleFor(Math.max(1, ...sums), height);
  const step = WIDTH / Math.max(1, bars.length);
  const width = Math.max(step * 0.72, step - 12);
  const used = series.filter((_, at) => bars.some(({ values }) => (values[at] ?? 0) > 0));
  return (
    <figure class="chart-figure">
      <div class="chart">
        <div class="y" aria-hidden="true">
          <span class="widest">{scale.levels.at(-1)?.text}</span>
          {scale.levels.map(({ y, text }) => (
            <span key={text} style={{ top: `${y}px` }}>
              {text}
            </span>
          ))}
        </div>
        <svg
          viewBox={`0 0 ${WIDTH} ${height}`}
          preserveAspectRatio="none"
          height={height}
          role="img"
          aria-label={label}
        >
          {scale.levels.map(({ y, text }) => (
            <line key={text} class="grid" x1={0} x2={WIDTH} y1={y} y2={y} />
          ))}
          {bars.map((bar, at) => (
            <Stack
              key={bar.key}
              bar={bar}
              x={at * step}
              width={width}
              y={scale.y}
              series={series}
              height={height}
            />
          ))}
        </svg>
        {PLOTS.map(([name, plotPx]) => (
          <div key={name} class={`x ${name}`} aria-hidden="true">
            {fitting(axisLabels, bars.length, plotPx).map(({ at, text }) => (
              <span key={at} style={{ left: `${(100 * at) / Math.max(1, bars.length)}%` }}>
                {text}
              </span>
            ))}
          </div>
        ))}
      </div>
      {used.length === 0 ? null : (
        <figcaption>
          <ul class="legend">
            {used.map(({ className, name }) => (
              <li key={name}>
                <i class={className} />
                {name}
              </li>
            ))}
          </ul>
        </figcaption>
      )}
    </figure>
  );
}

interface StackProps {
  readonly bar: Bar;
  readonly x: number;
  readonly width: number;
  readonly height: number;
  readonly y: (value: number) => number;
  readonly series: BarsProps['series'];
}

function Stack({ bar: { title, values }, x, width, height, y, series }: StackProps) {
  let level = 0;
  return (
    <g>
      <title>{title}</title>
      <rect class="hover" x={x} y={0} width={width} height={height} />
      {values.map((value, at) => {
        if (value === 0) return null;
        const [top, bottom] = [y(level + value), y(level)];
        level += value;
        // A value above 0 must be visible, however small.
        const tall = Math.max(1.5, bottom - top);
        const name = series[at]?.className;
        return <rect key={name} class={name} x={x} y={bottom - tall} width={width} height={tall} />;
      })}
    </g>
  );
}
