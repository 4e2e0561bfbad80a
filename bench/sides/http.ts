/** A page of runs, by our handler or by bare Hono that has the same JSON ready: called, or behind a socket. */
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

/** Whose answers are measured, and how many runs are in the file. */
export interface HttpInput {
  readonly folder: string;
  readonly who: 'tenure' | 'hono';
  readonly runs: number;
  /** Behind a socket it tells where it listens, and serves until it is told to end. */
  readonly isServed: boolean;
}

type Handler = (request: Request) => Promise<Response> | Response;

const WARM_MS = 500;
const MEASURED_MS = 1_500;

export const run: Run<HttpInput> = async ({ folder, who, runs, isServed }, tell) => {
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
    await served(handler, (port) => tell({ kind: 'listening', port, path }));
    await engine.close();
    return { perSecond: Number.NaN, figures };
  }
  await answer(handler, url, WARM_MS);
  const perSecond = await answer(handler, url, MEASURED_MS);
  await engine.close();
  return { perSecond, figures };
};

/** Serves until the parent says that it has all its answers. */
async function served(fetch: Handler, listening: (port: number) => void): Promise<void> {
  const server = serve({ fetch, hostname: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  listening((server.address() as AddressInfo).port);
  await once(process, 'message');
  await new Promise((resolve) => server.close(resolve));
}

/** Asks one time after the other for `forMs`; answers per second, their bodies read. */
async function answer(handler: Handler, url: string, forMs: number): Promise<number> {
  const startMs = performance.now();
  let answers = 0;
  while (performance.now() - startMs < forMs) {
    const response = await handler(new Request(url));
    await response.arrayBuffer();
    if (response.status !== 200) throw new Error(`Expected an answer, got status ${response.status}`);
    answers += 1;
  }
  return (answers / (performance.now() - startMs)) * 1_000;
}
