/** A host that serves HTTP while it drives a durable run: how long its event loop is blocked. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type SqliteOptions, sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { runLoad } from './load.ts';

/** Sampling interval of the histogram, ms; its figures are too large by it. */
const RESOLUTION_MS = 1;

/** A load, the folder of its file, and the commit mode. */
type HostInput = Load & Pick<SqliteOptions, 'writerThread'> & { readonly folder: string };

type LoopWatch = ReturnType<typeof monitorEventLoopDelay>;

export const run: Run<HostInput> = async ({ folder, writerThread, ...load }, send) => {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"status":"ok"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const calm = watchLoop();
  send({ kind: 'listening', port: (server.address() as AddressInfo).port });
  await once(process, 'message'); // the client has measured the idle host
  const calmFigures = delays(calm, 'Calm');
  let loop: LoopWatch | null = null;
  const options = writerThread === undefined ? {} : { writerThread };
  const open = (name: string) => sqliteStore(join(folder, `${name}.db`), options);
  const beforeRun = () => {
    send({ kind: 'running' });
    loop = watchLoop();
  };
  const sample = await runLoad(load, open, { beforeRun });
  const figures = loop === null ? {} : delays(loop, '');
  send({ kind: 'finished' });
  await once(process, 'message'); // the client has its last response
  server.close();
  return { ...sample, figures: { ...sample.figures, ...calmFigures, ...figures } };
};

function watchLoop(): LoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return histogram;
}

function delays(histogram: LoopWatch, suffix: string): Record<string, number> {
  histogram.disable();
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return {
    [`delayP50${suffix}Ms`]: ms(histogram.percentile(50)),
    [`delayP99${suffix}Ms`]: ms(histogram.percentile(99)),
    [`delayMax${suffix}Ms`]: ms(histogram.max),
  };
}
