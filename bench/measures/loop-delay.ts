import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { SqliteOptions } from '../../src/sqlite.ts';
import { compare, type Load, type Measure, type Sample, type Side } from '../measure.ts';
import type { Site } from '../site.ts';
import { median, quantile } from '../statistics.ts';
import { most, resultOf } from './result.ts';

const USERS = 100_000;
/** How long the idle host is sent requests, ms. */
const CALM_MS = 2_000;
/** Pause between two requests, ms. */
const PAUSE_MS = 5;

/** A host that serves HTTP from the process that drives a run. */
export const loopDelay: Measure = {
  name: 'loop-delay',
  summary: 'a host that serves HTTP beside a run: its event loop, and its requests',
  async *run(bench) {
    const { users, tasks, rounds } = { ...bench.settings, users: bench.settings.users ?? USERS };
    const load: Load = { users, tasks, waitMs: 0 };
    for (const [what, options] of HOSTS) {
      const alone = bench.site.side('the same run with no requests beside it', 'durable', {
        ...load,
        ...options,
      });
      const { others, figures, ...rates } = await compare(
        busyHost(bench.site, { ...load, ...options }),
        [alone],
        rounds,
        bench.progress,
      );
      const heading = { name: 'loop-delay', case: what, users, tasks, rounds };
      const medians = Object.entries(figures).map(([name, values]) => [name, median(values)] as const);
      const result = resultOf(heading, { ...rates, others, figures }, Object.fromEntries(medians));
      yield { ...result, figures: { ...result.figures, delayP99MostMs: most(figures.delayP99Ms) } };
    }
  },
};

/** Commit modes of the host's store. */
const HOSTS: readonly (readonly [what: string, options: Pick<SqliteOptions, 'writerThread'>])[] = [
  ['a host at work', { writerThread: 'never' }],
  ['a host at work, whose commits a thread makes', { writerThread: 'auto' }],
];

function busyHost(site: Site, load: Load & Pick<SqliteOptions, 'writerThread'>): Side {
  return {
    name: 'tenure beside a host that answers requests',
    go: async (): Promise<Sample> => {
      const folder = site.folder();
      const host = site.start('host', { ...load, folder });
      const port = Number((await host.next('listening')).port);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const calm = new AbortController();
      const calmly = requestLatencies(port, agent, calm.signal);
      await pause(CALM_MS);
      calm.abort();
      const before = await calmly;
      host.send({ kind: 'go' });
      await host.next('running');
      const end = new AbortController();
      const meanwhile = requestLatencies(port, agent, end.signal);
      await host.next('finished');
      end.abort();
      const during = await meanwhile;
      agent.destroy();
      host.send({ kind: 'end' });
      const { sample } = await host.next('done');
      await host.ended;
      site.remove(folder);
      const { perSecond, figures } = sample as Sample;
      return {
        perSecond,
        figures: {
          ...figures,
          requestP50CalmMs: median(before),
          requestP99CalmMs: quantile(before, 0.99),
          requestP50Ms: median(during),
          requestP99Ms: quantile(during, 0.99),
        },
      };
    },
  };
}

/** Sends requests until `end`. Returns the latency of each, ms. */
async function requestLatencies(port: number, agent: Agent, end: AbortSignal): Promise<readonly number[]> {
  const took: number[] = [];
  while (!end.aborted) {
    const startMs = performance.now();
    const [response] = (await once(get({ host: '127.0.0.1', port, agent }), 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    took.push(performance.now() - startMs);
    await pause(PAUSE_MS);
  }
  return took;
}
