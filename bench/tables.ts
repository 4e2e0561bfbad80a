/** The tables of the READMEs, generated from a record. */
import type { Result } from './measure.ts';
import { type Found, idleGroups, resultOf } from './record.ts';
import { number } from './report.ts';
import { TARGETS } from './targets.ts';

/** The comparison with peers and the one with limits, for the README. */
export function speedTables(found: Found): string {
  return [
    `Measured by \`npm run bench\` on ${machineOf(found)}. Ratios are of sides that took turns in one run: ${roundsOf(found)}.`,
    table(
      [
        'beside',
        'users × tasks',
        'its tasks/s',
        'tenure’s',
        'tenure is … times as fast',
        'when each task waits 5 ms',
        'what survives a crash there',
      ],
      peerLines(found),
    ),
    table(['tenure alone', 'users × tasks', 'tasks/s', 'of what is possible', 'limit'], limitLines(found)),
  ].join('\n\n');
}

/** The targets with what was measured, for the bench's README. */
export function targetTable(found: Found): string {
  const lines = TARGETS.map(({ figure, target, command, measured }) => [
    figure,
    target,
    measured(found) ?? 'not measured',
    `\`npm run bench -- ${command}\``,
  ]);
  return `Measured on ${machineOf(found)}.\n\n${table(['figure', 'target', 'measured', 'command'], lines)}`;
}

function peerLines(found: Found): readonly (readonly string[])[] {
  return idleGroups(found).flatMap((group) => {
    const waiting = resultOf(
      found,
      'peers',
      group.case.replace('tasks that do nothing', 'tasks that wait 5 ms'),
    );
    return group.peers.map((peer) => {
      const slow = waiting?.peers.find(({ name }) => name === peer.name);
      return [
        peer.name,
        `${group.users.toLocaleString('en-US')} × ${group.tasks}`,
        number(peer.tasksPerSecond),
        `${number(group.tasksPerSecond)}${group.case.endsWith('in memory') ? ' (in memory)' : ''}`,
        `**${number(peer.ratio)}** (${range(peer.spread)})`,
        slow ? `${number(slow.ratio)} (${range(slow.spread)})` : '–',
        peer.durability,
      ];
    });
  });
}

function limitLines(found: Found): readonly (readonly string[])[] {
  const line = (what: string, result: Result | undefined) =>
    result
      ? [
          [
            what,
            `${result.users.toLocaleString('en-US')} × ${result.tasks}`,
            number(result.tasksPerSecond),
            `**${number(result.ratioToLimit)}** (${range(result.spread)})`,
            result.limit.name,
          ],
        ]
      : [];
  return [
    ...line('a run on SQLite, each task on the disk before the next', resultOf(found, 'durable')),
    ...line('the same on Postgres, by one process', resultOf(found, 'postgres', 'a durable run on Postgres')),
    ...line('the same run in memory', resultOf(found, 'memory')),
    ...[5, 50].flatMap((waitMs) =>
      ['SQLite', 'Postgres'].flatMap((store) => {
        const what = `tasks that wait ${waitMs} ms in 256 lanes, on ${store}`;
        return line(what, resultOf(found, 'waiting', what));
      }),
    ),
  ];
}

/** The number of rounds; the fewest and the most when the benchmarks shown had different ones. */
function roundsOf({ results }: Found): string {
  const shown = new Set(['durable', 'memory', 'peers', 'postgres', 'waiting']);
  const rounds = results.filter(({ name }) => shown.has(name)).map((result) => result.rounds);
  const [fewest, most] = [Math.min(...rounds), Math.max(...rounds)];
  if (most === 1) return 'of one round';
  const count = fewest === most ? fewest : `${fewest} to ${most}`;
  return `the median of ${count} rounds, and the lowest and the highest of them`;
}

/** In words: `2 cores of an AMD EPYC, 24 GiB, Node 24.21.0`. */
function machineOf({ machine, versions }: Found): string {
  const { cores, cpu, memoryGiB, loadAverage } = machine;
  const isBusy = Number(loadAverage) >= Number(cores);
  const busy = isBusy ? ` (busy with other work meanwhile: load average ${loadAverage})` : '';
  return `${cores} cores of ${cpu}, ${memoryGiB} GiB, Node ${versions.node}, tenure ${versions.tenure}${busy}`;
}

function range([low, high]: readonly [number, number]): string {
  return `${number(low)}–${number(high)}`;
}

/** A table in Markdown, its columns as wide as their widest cell. */
export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  const row = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [row(head), row(widths.map((width) => '-'.repeat(width))), ...lines.map(row)].join('\n');
}
