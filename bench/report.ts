/** Results as text. */
import type { Result } from './measure.ts';

/** A line of a result's table. */
interface Line {
  readonly what: string;
  readonly rate: string;
  readonly ratio: string;
}

/** The table of a result: tenure, the limits, the peers, with ratios and their spread. */
export function reportOf(result: Result): string {
  const { name, unit, users, tasks, rounds } = result;
  const size = `${whole(users)} users × ${tasks} ${tasks === 1 ? 'task' : 'tasks'}`;
  const lines: Line[] = [
    { what: 'tenure', rate: rate(result.tasksPerSecond), ratio: '' },
    ...[
      { ...result.limit, ratio: result.ratioToLimit, spread: result.spread },
      ...result.moreLimits.map(({ perSecond, ...one }) => ({ ...one, tasksPerSecond: perSecond })),
    ].map((limit) => ({
      what: `limit: ${limit.name}`,
      rate: rate(limit.tasksPerSecond),
      ratio: `tenure is ${spread(limit.ratio, limit.spread)} of it`,
    })),
    ...result.peers.map((peer) => ({
      what: `${peer.name} (${peer.durability})`,
      rate: rate(peer.tasksPerSecond),
      ratio: `tenure is ${spread(peer.ratio, peer.spread)} times as fast`,
    })),
  ];
  const width = Math.max(...lines.map(({ what }) => what.length));
  const text = lines.map(({ what, rate, ratio }) =>
    `  ${what.padEnd(width)}  ${rate.padStart(12)}  ${ratio}`.trimEnd(),
  );
  const figures = Object.entries(result.figures).map(([figure, value]) => `${figure} ${number(value)}`);
  return [
    `${name}: ${result.case} (${size}; ${unit} per second; ${rounds === 1 ? 'one round' : `median of ${rounds} rounds`})`,
    ...text,
    ...(figures.length > 0 ? [`  ${figures.join(', ')}`] : []),
  ].join('\n');
}

/** `213,000/s`. */
function rate(perSecond: number): string {
  return `${number(perSecond)}/s`;
}

/** Three significant digits, no exponent. */
export function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 1_000 ? 4 : 3 });
}

function spread(ratio: number, [low, high]: readonly [number, number]): string {
  return `${number(ratio)} (${number(low)}–${number(high)})`;
}

function whole(count: number): string {
  return count.toLocaleString('en-US');
}
