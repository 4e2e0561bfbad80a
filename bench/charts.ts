/** The charts of the README, as SVG on a card of their own, so that they can be read on any background. */
import type { Result } from './measure.ts';
import { type Found, idleGroups } from './record.ts';
import { number } from './report.ts';

const WIDTH = 760;
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; font-size: 15px; }
  .soft { fill: #59636e; font-size: 12px; }
  .card { fill: #ffffff; stroke: #d1d9e0; }
  .grid { stroke: #d1d9e0; }
  .ours { fill: #0969da; stroke: #0969da; }
  .theirs { fill: #8c959f; }
  .line { fill: none; stroke-width: 2; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .soft { fill: #9198a1; }
    .card { fill: #0d1117; stroke: #3d444d; }
    .grid { stroke: #3d444d; }
    .ours { fill: #4493f8; stroke: #4493f8; }
    .theirs { fill: #656c76; }
    .line { fill: none; }
  }`;

/** A bar. */
interface Bar {
  readonly name: string;
  readonly perSecond: number;
  readonly isOurs: boolean;
}

/** Tasks per second, of ours and of all peers, on a scale where each line is ten times the one before. */
export function throughputChart(found: Found): string {
  const bars = barsOf(found).sort((a, b) => b.perSecond - a.perSecond);
  const [left, right, top, step] = [280, 90, 64, 28];
  const rates = bars.map(({ perSecond }) => perSecond);
  const low = Math.floor(Math.log10(Math.min(...rates)));
  const high = Math.ceil(Math.log10(Math.max(...rates)));
  const x = (perSecond: number): number =>
    left + ((Math.log10(perSecond) - low) / (high - low)) * (WIDTH - left - right);
  const bottom = top + bars.length * step;
  const decades = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  const shapes = [
    ...decades.map((rate) => {
      const at = round(x(rate));
      return `<path class="grid" d="M${at} ${top - 6}V${bottom}"/>${text(at, bottom + 18, short(rate), 'soft', 'middle')}`;
    }),
    ...bars.map(({ name, perSecond, isOurs }, index) => {
      const y = top + index * step;
      const bar = `<rect class="${isOurs ? 'ours' : 'theirs'}" x="${left}" y="${y}" width="${round(x(perSecond) - left)}" height="${step - 9}" rx="2"/>`;
      return `${text(left - 10, y + 14, name, '', 'end')}${bar}${text(round(x(perSecond)) + 6, y + 14, number(perSecond), 'soft')}`;
    }),
  ];
  return card(
    'Tasks per second, tasks that do nothing',
    'each line is ten times the one before; a job of a queue counts as the five tasks in it',
    bottom + 34,
    shapes,
  );
}

/** What a user costs, and what the process takes, as a run grows. */
export function scaleChart(found: Found): string {
  const points = found.results
    .filter(({ name, case: what }) => name === 'scale' && /^one run of [\d,]+ users$/.test(what))
    .map(({ users, figures }) => ({
      users,
      us: figures.usPerUser ?? Number.NaN,
      mb: figures.residentMB ?? Number.NaN,
    }));
  const [left, right, top, height] = [70, 40, 64, 180];
  const bottom = top + height;
  const most = niceAbove(1.2 * Math.max(...points.map(({ us }) => us))); // room for the label above

  const [first, last] = [Math.log10(points[0]?.users ?? 1), Math.log10(points.at(-1)?.users ?? 10)];
  const x = (users: number): number =>
    left + 30 + ((Math.log10(users) - first) / Math.max(1, last - first)) * (WIDTH - left - right - 60);
  const y = (us: number): number => bottom - (us / most) * height;
  const steps = [0, 0.25, 0.5, 0.75, 1].map((share) => share * most);
  const shapes = [
    ...steps.map(
      (us) =>
        `<path class="grid" d="M${left} ${round(y(us))}H${WIDTH - right}"/>${text(left - 8, round(y(us)) + 4, `${number(us)} µs`, 'soft', 'end')}`,
    ),
    `<polyline class="ours line" points="${points.map(({ users, us }) => `${round(x(users))},${round(y(us))}`).join(' ')}"/>`,
    ...points.map(({ users, us, mb }) => {
      const [at, above] = [round(x(users)), round(y(us))];
      return [
        `<circle class="ours" cx="${at}" cy="${above}" r="4"/>`,
        text(at, above - 10, `${number(us)} µs`, '', 'middle'),
        text(at, bottom + 20, users.toLocaleString('en-US'), '', 'middle'),
        text(at, bottom + 38, `${number(Math.round(mb))} MB`, 'soft', 'middle'),
      ].join('');
    }),
  ];
  return card(
    'Cost of a user as a run grows',
    'a durable run of five tasks each; below, its users and the largest resident memory of the process',
    bottom + 56,
    shapes,
  );
}

/** Ours as measured in turns with the peers: of several loads the largest. */
function barsOf(found: Found): Bar[] {
  const groups = idleGroups(found).toSorted((a, b) => a.users - b.users);
  const isInMemory = (group: Result): boolean => group.case.endsWith('in memory');
  const ours = new Map(
    groups.map((group) => [
      `tenure, ${isInMemory(group) ? 'in memory' : 'durable per task'}`,
      group.tasksPerSecond,
    ]),
  );
  const theirs = groups.flatMap((group) => {
    const how = group.case.split(' ').slice(-2).join(' '); // per task, per job, in memory
    return group.peers.map(({ name, tasksPerSecond }) => ({
      name: `${name}, ${isInMemory(group) ? how : `durable ${how}`}`,
      perSecond: tasksPerSecond,
      isOurs: false,
    }));
  });
  return [...[...ours].map(([name, perSecond]) => ({ name, perSecond, isOurs: true })), ...theirs];
}

function card(title: string, subtitle: string, height: number, shapes: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="6"/>
${text(20, 28, title, 'title')}${text(20, 46, subtitle, 'soft')}
${shapes.join('\n')}
</svg>
`;
}

function text(x: number, y: number, content: string, kind = '', anchor = 'start'): string {
  const kindOf = kind === '' ? '' : ` class="${kind}"`;
  return `<text${kindOf} x="${x}" y="${y}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

/** A round number that is not below: 1, 2, 4 or 8 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 4, 8].find((step) => step * power >= value) ?? 10) * power;
}

/** `10`, `1k`, `1M`. */
function short(rate: number): string {
  if (rate >= 1e6) return `${rate / 1e6}M`;
  return rate >= 1e3 ? `${rate / 1e3}k` : String(rate);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
