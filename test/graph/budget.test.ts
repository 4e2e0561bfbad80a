/** What one request, or one batch, may take of the processor: the same for every store, and said when it is too much. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_GRAPH_LIMITS } from '../../src/graph/protocol/bounds.ts';
import type { GraphOptions } from '../../src/graph.ts';
import { createGraphHandler } from '../../src/graph.ts';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { type Answered, BASE, LW, requestOf, workflowBody } from './support.ts';

const PEOPLE = 120;
/** The longest reason that is kept. */
const REASON = 'x'.repeat(2_000);

/** As often as it fits into the longest filter. */
function repeated(condition: string): string {
  return Array(Math.floor(8_192 / (condition.length + 4)))
    .fill(condition)
    .join(' or ');
}

function concatenated(count: number): string {
  if (count === 1) return 'failureReason';
  return `concat(${concatenated(Math.ceil(count / 2))},${concatenated(Math.floor(count / 2))})`;
}

const HEAVY = [
  `contains(tolower(${concatenated(256)}),'y')`,
  repeated("contains(failureReason,'xxxxxxxxxxxxxxxxxxxxxxxxy')"),
  repeated("contains(tolower(failureReason),'q!')"),
  repeated("contains(tolower(concat(failureReason,failureReason)),'y!')"),
  repeated('length(trim(toupper(failureReason))) eq 1'),
  repeated("indexof(failureReason,'xxxxxy') eq 1"),
  repeated(`contains(failureReason,'${'x'.repeat(490)}y${'x'.repeat(490)}')`),
];
const LIGHT = [
  repeated('year(startedDateTime) eq 1'),
  repeated('startedDateTime gt now()'),
  repeated("task/displayName eq 'q'"),
  "contains(tolower(failureReason),'timeout') or contains(tolower(processingInfo),'timeout')",
];

describe.each(['memory', 'SQLite'])('the budget of a request on %s', (kind) => {
  let folder: string;
  let engine: Engine;
  let results: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenure-budget-'));
    const people = Array.from({ length: PEOPLE }, (_, index) => ({ id: `p${index}` }));
    engine = await createEngine({
      store: kind === 'memory' ? memoryStore() : await sqliteStore(join(folder, 'tenure.db')),
      directory: arrayDirectory(people),
      tasks: { '*': () => Promise.reject(new Error(REASON)) },
    });
    await engine.start();
    const { id } = await engine.workflows.create(workflowBody('Onboard', ['badge']) as never);
    const run = await engine.runs.activate(id, { subjects: people });
    await engine.runs.waitFor(run.id);
    results = `/workflows/${id}/runs/${run.id}/taskProcessingResults`;
  });
  afterAll(async () => {
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function send(request: Request, options: GraphOptions = {}): Promise<Answered> {
    const answer = await createGraphHandler(engine, options)(request);
    const { status, headers } = answer;
    return { status, headers, body: await answer.json() };
  }
  /** As many steps for each row as a request over 10,000 rows has by default. */
  const limits = { stepsMax: (DEFAULT_GRAPH_LIMITS.stepsMax / 10_000) * PEOPLE };
  const listed = (options: string, given: GraphOptions = { limits }): Promise<Answered> =>
    send(requestOf('GET', `${results}?${options}`), given);

  it.each(HEAVY)('an expensive filter is refused, and named: %.60s', async (filter) => {
    expect(filter.length).toBeLessThanOrEqual(8_192);
    const { status, body } = await listed(`$filter=${encodeURIComponent(filter)}`);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'BadRequest', target: '$filter' });
    expect(body.error.message).toMatch(/^Expected \$filter to take at most \d+ steps/);
  });

  it.each(LIGHT)('a cheap filter is answered: %.60s', async (filter) => {
    expect((await listed(`$filter=${encodeURIComponent(filter)}`)).status).toBe(200);
  });

  it('an order by eight long keys is answered, and uses the budget', async () => {
    const order = `$orderby=${Array(8).fill('failureReason').join(',')}`;
    const { status, body } = await listed(order);
    expect(status).toBe(200);
    expect(body.value).toHaveLength(100);
    const refused = await listed(order, { limits: { stepsMax: 100_000 } });
    expect(refused.status).toBe(400);
    expect(refused.body.error.message).toMatch(/^Expected \$orderby to take at most 100000 steps/);
  });

  it('a count has the same budget as a list', async () => {
    const [filter = ''] = HEAVY.slice(1);
    const { status } = await send(
      requestOf('GET', `${results}/$count?$filter=${encodeURIComponent(filter)}`),
      { limits },
    );
    expect(status).toBe(400);
  });

  it('the requests of a batch share one budget: those that exceed it may be repeated alone', async () => {
    const filter = encodeURIComponent("contains(failureReason,'q!') or contains(failureReason,'p!')");
    const url = `${LW.slice(BASE.length)}${results}?$filter=${filter}`;
    const requests = Array.from({ length: 20 }, (_, id) => ({ id: String(id), method: 'GET', url }));
    const faults: unknown[] = [];
    const { body } = await send(requestOf('POST', `${BASE}/$batch`, { requests }), {
      limits,
      onError: (error) => faults.push(error),
    });
    expect(faults).toEqual([]);
    const statuses: number[] = body.responses.map(({ status }: { status: number }) => status);
    const firstLate = statuses.indexOf(503);
    expect(statuses.slice(0, firstLate)).toEqual(Array(firstLate).fill(200));
    expect(statuses.slice(firstLate)).toEqual(Array(20 - firstLate).fill(503));
    expect(firstLate).toBeGreaterThan(0);
    const late = body.responses[firstLate];
    expect(late.headers['Retry-After']).toBe('1');
    expect(late.body.error.message).toContain('Send it by itself');
    expect((await listed(`$filter=${filter}`)).status).toBe(200);
  });

  it('a client that disconnects ends the work, and is not reported as an error of the service', async () => {
    const faults: unknown[] = [];
    const client = new AbortController();
    const filter = encodeURIComponent(repeated("contains(failureReason,'xxxxxxxxxxxxxxxxxxxxxxxxy')"));
    const request = new Request(`${LW}${results}?$filter=${filter}`, { signal: client.signal });
    const answer = send(request, { onError: (error) => faults.push(error) });
    client.abort();
    expect((await answer).status).toBe(499);
    expect(faults).toEqual([]);
  });
});
