/** A page of runs, from tenure's handler or from bare Hono with the same JSON prepared: called directly, or over a socket. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { createGraphHandler } from '../../src/graph.ts';
import { createEngine } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import { addRuns } from './history.ts';

/** The handler that is measured, and the number of runs in the file. */
export interface HttpInput {
  readonly folder: string;
  readonly who: 'tenure' | 'hono';
  readonly runs: number;
  /** Over a socket, it sends the port that it listens on, and serves until a message ends it. */
  readonly isServed: boolean;
}

type Handler = (request: Request) => Promise<Response> | Response;

const WARM_MS = 500;
const MEASURED_MS = 1_500;

export const run: Run<HttpInput> = async ({ folder, who, runs, isServed }, send) => {
  const file = join(folder, 'bench.db');
  const workflowId = await addRuns(file, runs);
  const engine = await createEngine({ store: sqliteStore(file), tasks: { '*': () => {} } });
  const graph = createGraphHandler(engine);
  const path = `/v1.0/identityGovernance/lifecycleWorkflows/workflows/${workflowId}/runs?$top=100`;
  const url = `http://localhost${path}`;
  const page = (await (await graph(new Request(url))).json()) as { readonly value: readonly unknown[] };
  if (page.value.length !== Math.min(100, runs))
    throw new Error(`Expected a page of runs, got ${JSON.stringify(page)}`);
  const app = new Hono().get('*', (context) => context.json(page));
  const handler: Handler = who === 'tenure' ? graph : (request) => app.fetch(request);
  const figures = { kB: JSON.stringify(page).length / 1_000 };
  if (isServed) {
    await served(handler, (port) => send({ kind: 'listening', port, path }));
    await engine.close();
    return { perSecond: Number.NaN, figures };
  }
  await answer(handler, url, WARM_MS);
  const perSecond = await answer(handler, url, MEASURED_MS);
  await engine.close();
  return { perSecond, figures };
};

/** Serves until the parent has all its responses. */
async function served(fetch: Handler, listening: (port: number) => void): Promise<void> {
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  listening((server.address() as AddressInfo).port);
  await once(process, 'message');
  await new Promise((resolve) => server.close(resolve));
}

/** Sends one request after the other for `forMs`, reading the bodies. Returns responses per second. */
async function answer(handler: Handler, url: string, forMs: number): Promise<number> {
  const startMs = performance.now();
  let answers = 0;
  while (performance.now() - startMs < forMs) {
    const response = await handler(new Request(url));
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`Expected status 200, got ${response.status}`);
    answers += 1;
  }
  return (answers / (performance.now() - startMs)) * 1_000;
}
