/** Targets, and where to find their measurements in a record. */
import { type Found, resultOf } from './record.ts';
import { number } from './report.ts';

/** A figure with its target. */
export interface Target {
  readonly figure: string;
  readonly target: string;
  /** Benchmarks and flags of the command. */
  readonly command: string;
  /** The measured value as text; `undefined`: not in the record. */
  measured(found: Found): string | undefined;
}

/** Describes a result in words. */
type Describe = (result: NonNullable<ReturnType<typeof resultOf>>) => string;

function measuredBy(name: string, begins: string, text: Describe): Target['measured'] {
  return (found) => {
    const result = resultOf(found, name, begins);
    return result && text(result);
  };
}

const rateAtSize: Describe = ({ tasksPerSecond, users }) =>
  `${number(tasksPerSecond)} tasks/s at ${users.toLocaleString('en-US')} users`;
const ms = (value: number | undefined) => `${number(value ?? Number.NaN)} ms`;
const overNode: Describe = ({ figures, peers }) => {
  const others = peers.map(({ name, ratio }) => `${number(ratio)} times as fast as ${name}`);
  return [`${ms(figures.overNodeMs)} (CPU ${ms(figures.cpuOverNodeMs)})`, ...others].join('; ');
};

/** All of them, in the order of the design. */
export const TARGETS: readonly Target[] = [
  {
    figure: 'a durable run of 100,000 users × 5 tasks',
    target: '≥ 400,000 tasks/s',
    command: 'durable',
    measured: measuredBy('durable', '', rateAtSize),
  },
  {
    figure: 'the same, of raw SQLite making the same writes',
    target: '≥ 0.6',
    command: 'durable',
    measured: measuredBy('durable', '', ({ ratioToLimit }) => number(ratioToLimit)),
  },
  {
    figure: 'the same, whose commits a thread makes, of that on one thread',
    target: '≥ 1.5',
    command: 'durable',
    measured: measuredBy('durable', 'the same, whose', ({ ratioToLimit }) => number(ratioToLimit)),
  },
  {
    figure: 'beside DBOS and OpenWorkflow',
    target: '≥ 250 times as fast',
    command: 'peers',
    measured: measuredBy('peers', 'tasks that do nothing, durable', ({ peers }) =>
      peers.map(({ name, ratio }) => `${name}: ${number(ratio)}`).join(', '),
    ),
  },
  {
    figure: 'the same run in memory',
    target: '≥ 1,200,000 tasks/s',
    command: 'memory',
    measured: measuredBy('memory', '', rateAtSize),
  },
  ...[
    { waitMs: 5, target: '≥ 0.9' },
    { waitMs: 50, target: '≥ 0.97' },
  ].map(
    ({ waitMs, target }): Target => ({
      figure: `tasks that wait ${waitMs} ms in 256 lanes, of bare lanes`,
      target,
      command: 'waiting',
      measured: (found) => {
        const stores = ['SQLite', 'Postgres'].flatMap((store) => {
          const result = resultOf(found, 'waiting', `tasks that wait ${waitMs} ms in 256 lanes, on ${store}`);
          return result ? [`${number(result.ratioToLimit)} on ${store}`] : [];
        });
        return stores.length > 0 ? stores.join(', ') : undefined;
      },
    }),
  ),
  {
    figure: 'cost of a user in a run of 1,000,000, of that in one of 1,000',
    target: '≤ 1.25',
    command: 'scale',
    measured: (found) => {
      const cost = (size: string) => resultOf(found, 'scale', `one run of ${size} users`)?.figures.usPerUser;
      const [large, small] = [cost('1,000,000'), cost('1,000')];
      return large && small
        ? `${number(large / small)} (${number(small)} µs at 1,000, ${number(large)} µs at 1,000,000)`
        : undefined;
    },
  },
  {
    figure: 'resident memory of that run of 1,000,000',
    target: '≤ 300 MB',
    command: 'scale',
    measured: measuredBy(
      'scale',
      'one run of 1,000,000',
      ({ figures }) => `${number(figures.residentMB ?? Number.NaN)} MB`,
    ),
  },
  {
    figure: 'delay of the host’s event loop under full load, p99',
    target: '≤ 8 ms, ≤ 4 ms with the thread',
    command: 'loop-delay --users 1000000',
    measured: (found) => {
      const [plain, threaded] = ['a host at work', 'a host at work, whose'].map((what) =>
        resultOf(found, 'loop-delay', what),
      );
      if (!plain) return undefined;
      const described: Describe = ({ figures }) =>
        `${ms(figures.delayP99Ms)}; a request: p99 ${ms(figures.requestP99Ms)}, ${ms(figures.requestP99CalmMs)} before`;
      const size = `${plain.users.toLocaleString('en-US')} users`;
      return `${described(plain)} (${size})${threaded ? `; with a writer thread ${described(threaded)}` : ''}`;
    },
  },
  {
    figure: 'a run of 1,000,000 users killed half way: to the first new task',
    target: '≤ 1 s, repeating only the tasks that were running',
    command: 'recovery --users 1000000',
    measured: measuredBy(
      'recovery',
      '',
      ({ users, figures }) =>
        `${ms(figures.firstNewTaskMs)} at ${users.toLocaleString('en-US')} users; repeated at most ${number(figures.repeatedTasksMost ?? 0)} tasks, running at the kill: ${number(figures.runningTasksMost ?? 0)}`,
    ),
  },
  {
    figure: 'page 10,000, beside page 1',
    target: 'as fast',
    command: 'query',
    measured: (found) => {
      const [first, last] = [
        resultOf(found, 'query', 'page 1 of'),
        resultOf(found, 'query', 'page 10,000 of'),
      ];
      return first && last ? `${ms(first.figures.ms)} and ${ms(last.figures.ms)}` : undefined;
    },
  },
  {
    figure: 'a filtered page of 100 of 1,000,000 user results',
    target: '≤ 5 ms',
    command: 'query',
    measured: (found) => {
      const pages = found.results.filter(
        ({ name, case: what }) => name === 'query' && what.startsWith('a page of 100'),
      );
      const texts = pages.map(
        ({ case: what, figures }) => `${ms(figures.ms)} where ${what.split(' where ')[1]}`,
      );
      return texts.length > 0 ? texts.join(', ') : undefined;
    },
  },
  {
    figure: 'the longest wait of the host’s event loop for a list, or its count, that no index answers',
    target: '≤ 10 ms, of 1,000,000 user results',
    command: 'query',
    measured: (found) => {
      const [whole, sorted, count] = ['a look at all', 'the first', 'the count'].map((what) =>
        resultOf(found, 'query', what),
      );
      if (!whole || !sorted || !count) return undefined;
      const texts = [
        ['a filter', whole],
        ['an order', sorted],
        ['a count', count],
      ] as const;
      return texts
        .map(([what, { figures }]) => `${what}: ${ms(figures.heldMs)}, in ${ms(figures.ms)}`)
        .join('; ');
    },
  },
  {
    figure: 'the summary of 100,000 runs',
    target: '≤ 5 ms',
    command: 'query',
    measured: measuredBy('query', 'the summary', ({ figures }) => ms(figures.ms)),
  },
  {
    figure: '`tenure --help`, beyond a Node that does nothing',
    target: '≤ 100 ms',
    command: 'start',
    measured: measuredBy('start', 'tenure --help', overNode),
  },
  {
    figure: "`import 'tenure'`, likewise",
    target: '≤ 60 ms',
    command: 'start',
    measured: measuredBy('start', 'an import', overNode),
  },
  {
    figure: 'a slot over 1,000,000 people in CSV, of csv-parse reading the file once',
    target: '≥ 0.7',
    command: 'directory',
    measured: (found) => {
      const [csv, ...others] = ['a slot', 'over a JSONL', 'over an array', 'over a `query`'].map((what) =>
        resultOf(found, 'directory', what),
      );
      if (!csv) return undefined;
      const rates = others.flatMap((one) =>
        one ? `${one.case} ${number(one.tasksPerSecond)} people/s` : [],
      );
      const { seconds = 0, residentMB = 0, delayP99Ms } = csv.figures;
      return `${number(csv.ratioToLimit)} (${number(csv.tasksPerSecond)} people/s by CPU time, ${number(seconds)} s, ${number(residentMB)} MB, loop p99 ${ms(delayP99Ms)}); ${rates.join(', ')}`;
    },
  },
  {
    figure: 'user executions in a simulation',
    target: '≥ 300,000/s',
    command: 'simulate',
    measured: measuredBy(
      'simulate',
      'user executions',
      ({ tasksPerSecond }) => `${number(tasksPerSecond)}/s`,
    ),
  },
  {
    figure: 'a year of 3-hour slots over 10,000 people',
    target: '≤ 5 s',
    command: 'simulate',
    measured: measuredBy('simulate', 'a year', ({ figures }) => `${number(figures.seconds ?? Number.NaN)} s`),
  },
  {
    figure: 'simulations of a month over 10,000 people, on 2 cores, of those on one',
    target: '≥ 1.7 times as many',
    command: 'sweep',
    measured: measuredBy(
      'sweep',
      '',
      ({ tasksPerSecond, ratioToLimit }) => `${number(ratioToLimit)}; ${number(tasksPerSecond)}/s`,
    ),
  },
  {
    figure: 'a queue sized: its mean time beside Erlang’s formula',
    target: '≤ 2 % off',
    command: 'size',
    measured: measuredBy('size', '', ({ figures }) =>
      Object.entries(figures)
        .filter(([name]) => name.endsWith('percent off'))
        .map(([name, value]) => `${name.split(',')[0]}: ${number(value)} %`)
        .join(', '),
    ),
  },
  {
    figure: 'a record of 1,000,000 people made a scenario',
    target: '≤ 60 s, ≤ 500 MB',
    command: 'record --users 1000000',
    measured: measuredBy(
      'record',
      'a scenario from a year of 1,000,000',
      ({ figures }) =>
        `${number(figures.seconds ?? Number.NaN)} s, ${number(figures.residentMB ?? Number.NaN)} MB`,
    ),
  },
  {
    figure: 'a record simulated again with other seeds: percentiles within chance',
    target: '19 of 20 each',
    command: 'record',
    measured: measuredBy('record', 'the year again', ({ figures }) =>
      Object.entries(figures)
        .filter(([name]) => name.startsWith('Latency'))
        .map(([, count]) => number(count))
        .join(', '),
    ),
  },
  {
    figure: 'a page of 100 runs over HTTP, of bare Hono with the same JSON',
    target: '≥ 0.5',
    command: 'http',
    measured: (found) => {
      const ratio = (begins: string) => resultOf(found, 'http', begins)?.ratioToLimit;
      const [called, served] = [ratio('a page'), ratio('the same over a socket')];
      if (called === undefined) return undefined;
      return served === undefined ? number(called) : `${number(called)}; over a socket ${number(served)}`;
    },
  },
  {
    figure: 'a run on Postgres, 100,000 users × 5 tasks, one process',
    target: '≥ 100,000 tasks/s, and ≥ 0.4 of pg making the same writes',
    command: 'postgres',
    measured: measuredBy(
      'postgres',
      'a durable run',
      (result) => `${rateAtSize(result)}; ${number(result.ratioToLimit)}`,
    ),
  },
  {
    figure: 'the same, resident memory at 1,000,000 users',
    target: '≤ 300 MB',
    command: 'postgres --users 1000000',
    measured: measuredBy(
      'postgres',
      'a durable run',
      ({ users, figures }) =>
        `${number(figures.residentMB ?? Number.NaN)} MB at ${users.toLocaleString('en-US')} users`,
    ),
  },
  {
    figure: 'beside DBOS on the same Postgres',
    target: '≥ 100 times as fast',
    command: 'postgres',
    measured: measuredBy('postgres', 'beside peers', ({ users, peers }) => {
      const dbos = peers.find(({ name }) => name.startsWith('DBOS'));
      return `${number(dbos?.ratio ?? Number.NaN)} at ${users.toLocaleString('en-US')} users`;
    }),
  },
  {
    figure: '2 processes on one run, of one, where lanes are the limit',
    target: '≥ 1.3 times as fast',
    command: 'postgres',
    measured: measuredBy('postgres', '2 processes on one run, 32', ({ ratioToLimit }) =>
      number(ratioToLimit),
    ),
  },
  {
    figure: 'kill -9 of a process, until another has committed on its slices',
    target: '≤ 15 s',
    command: 'cluster',
    measured: measuredBy('cluster', 'kill -9', ({ figures }) => ms(figures.lastMs)),
  },
  {
    figure: 'a cancel, until the last call in each of 3 processes is aborted',
    target: '≤ 1 s',
    command: 'cluster',
    measured: measuredBy('cluster', 'a cancel', ({ figures }) => ms(figures.lastProcessMs)),
  },
  {
    figure: 'reading a run of 1,000 active slices, and a page of 100 running runs',
    target: '≤ 2 ms and ≤ 10 ms',
    command: 'cluster',
    measured: (found) => {
      const [one, page] = ['a run of 1,000', 'a page of 100'].map((what) => resultOf(found, 'cluster', what));
      if (!one || !page) return undefined;
      return `${ms(one.figures.ms)} (p95 ${ms(one.figures.p95Ms)}) and ${ms(page.figures.ms)} (p95 ${ms(page.figures.p95Ms)})`;
    },
  },
];
