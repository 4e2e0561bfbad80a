import { answersPerSecond } from '../clients.ts';
import { compare, type Measure, type Sample, type Side } from '../measure.ts';
import type { HttpInput } from '../sides/http.ts';
import type { Site } from '../site.ts';
import { most, resultOf } from './result.ts';

const RUNS = 1_000;
/** Keep-alive connections of the clients: enough to keep the server busy. */
const CONNECTIONS = 8;
const WARM_MS = 500;
const MEASURED_MS = 1_500;

const OURS = 'tenure/graph on SQLite';
const BARE = 'bare Hono returning the same JSON';

/** A page of 100 runs from `tenure/graph`, compared with bare Hono returning the same JSON: called directly, and over a socket. */
export const http: Measure = {
  name: 'http',
  summary: 'a page of 100 runs from tenure/graph, from a Request to its Response, and over a socket',
  async *run({ settings: { tasks, rounds }, site, progress }) {
    const heading = { name: 'http', unit: 'pages', users: 1, tasks, rounds };
    const input = (who: HttpInput['who']) => ({ who, runs: RUNS, isServed: false });
    const called = (name: string, who: HttpInput['who']) => site.side(name, 'http', input(who));
    const calls = await compare(called(OURS, 'tenure'), [called(BARE, 'hono')], rounds, progress);
    yield resultOf({ ...heading, case: 'a page of 100 runs' }, calls, { kB: most(calls.figures.kB) });
    const served = (name: string, who: HttpInput['who']) => servedSide(site, name, input(who));
    const answers = await compare(served(OURS, 'tenure'), [served(BARE, 'hono')], rounds, progress);
    yield resultOf({ ...heading, case: 'the same over a socket, by @hono/node-server' }, answers);
  },
};

function servedSide(site: Site, name: string, input: object): Side {
  return {
    name: `${name}, over a socket`,
    go: async () => {
      const folder = site.folder();
      const server = site.start('http', { ...input, folder, isServed: true });
      const { port, path } = await server.next('listening');
      await answersPerSecond(Number(port), String(path), CONNECTIONS, WARM_MS);
      const perSecond = await answersPerSecond(Number(port), String(path), CONNECTIONS, MEASURED_MS);
      server.send({ kind: 'end' });
      const { sample } = await server.next('done');
      await server.ended;
      site.remove(folder);
      return { ...(sample as Sample), perSecond };
    },
  };
}
