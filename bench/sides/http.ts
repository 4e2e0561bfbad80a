/** A page of runs as a `Request` and its `Response`, by our handler or by bare Hono that has the same JSON ready. */
import { join } from 'node:path';
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
}

type Handler = (request: Request) => Promise<Response> | Response;

const WARM_MS = 500;
const MEASURED_MS = 1_500;

export const run: Run<HttpInput> = async ({ folder, who, runs }) => {
  const file = join(folder, 'bench.db');
  const workflowId = await addRuns(file, runs);
  const engine = await createEngine({ store: sqliteStore(file), tasks: { '*': () => {} } });
  const graph = createGraphHandler(engine);
  const url = `http://localhost/v1.0/identityGovernance/lifecycleWorkflows/workflows/${workflowId}/runs?$top=100`;
  const page = (await (await graph(new Request(url))).json()) as { readonly value: readonly unknown[] };
  if (page.value.length !== Math.min(100, runs))
    throw new Error(`Expected a page of runs, got ${JSON.stringify(page)}`);
  const app = new Hono().get('*', (context) => context.json(page));
  const handler: Handler = who === 'tenure' ? graph : (request) => app.fetch(request);
  await answer(handler, url, WARM_MS);
  const perSecond = await answer(handler, url, MEASURED_MS);
  await engine.close();
  return { perSecond, figures: { kB: JSON.stringify(page).length / 1_000 } };
};

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
