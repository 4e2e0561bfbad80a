/** An engine with people, and its API, called without a socket. */

import { createGraphHandler, type GraphHandler, type GraphOptions } from '../../src/graph.ts';
import { arrayDirectory, createEngine, type Engine } from '../../src/index.ts';
import type { Store } from '../../src/ports/store.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';

export const BASE = 'http://localhost/v1.0';
export const LW = `${BASE}/identityGovernance/lifecycleWorkflows`;
export const TYPE = '#microsoft.graph.identityGovernance.';
export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** JSON whose shape the test knows. */
// biome-ignore lint/suspicious/noExplicitAny: what a client reads is not typed
export type Json = any;

/** What came back. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

/** Calls of the API. A path that begins with `/` stands below `lifecycleWorkflows`. */
export interface Api {
  readonly engine: Engine;
  readonly store: Store;
  readonly handler: GraphHandler;
  /** Lets tasks named `waits` end. */
  letGo(): void;
  /** What ended in a 5xx. */
  readonly faults: unknown[];
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  delete(path: string, headers?: Record<string, string>): Promise<Answered>;
}

/** People `p1`…`p9`; a task named `fails` fails for all users, and any task fails for `p9`. */
export async function openApi(options: GraphOptions = {}, store: Store = memoryStore()): Promise<Api> {
  const held = Promise.withResolvers<void>();
  const engine = await createEngine({
    store,
    directory: arrayDirectory(
      Array.from({ length: 9 }, (_, index) => ({
        id: `p${index + 1}`,
        employeeHireDate: new Date().toISOString(),
      })),
    ),
    tasks: {
      fails: () => Promise.reject(new Error('It always fails')),
      waits: () => held.promise,
      '*': ({ subject }) => {
        if (subject.id === 'p9') throw new Error('The mail attribute is missing');
      },
    },
  });
  await engine.start();
  const faults: unknown[] = [];
  const handler = createGraphHandler(engine, { onError: (error) => faults.push(error), ...options });
  const send: Api['send'] = async (method, path, body, headers = {}) => {
    const answer = await handler(requestOf(method, path, body, headers));
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    return {
      status: answer.status,
      headers: answer.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  };
  return {
    engine,
    store,
    handler,
    letGo: () => held.resolve(),
    faults,
    send,
    get: (path, headers) => send('GET', path, undefined, headers),
    post: (path, body, headers) => send('POST', path, body, headers),
    patch: (path, body, headers) => send('PATCH', path, body, headers),
    delete: (path, headers) => send('DELETE', path, undefined, headers),
  };
}

/** A request with a JSON body, or with the text that is given. */
export function requestOf(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Request {
  const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Request(path.startsWith('/') ? LW + path : path, {
    method,
    headers: { ...type, ...headers },
    ...content,
  });
}

/** A workflow of two tasks of the host's own, on demand. */
export function workflowBody(displayName: string, names: readonly string[] = ['badge', 'laptop']): object {
  return {
    category: 'joiner',
    displayName,
    executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
    tasks: names.map((taskDefinitionId) => ({ taskDefinitionId })),
  };
}

/** Makes a workflow and gives its id. */
export async function makeWorkflow(
  api: Api,
  displayName = 'Onboard',
  names?: readonly string[],
): Promise<string> {
  return (await api.engine.workflows.create(workflowBody(displayName, names) as never)).id;
}

/** Runs a workflow for people to its end, and gives the run's id. */
export async function makeRun(api: Api, workflowId: string, subjects: readonly string[]): Promise<string> {
  const { id } = await api.engine.runs.activate(workflowId, { subjects });
  await api.engine.runs.waitFor(id);
  return id;
}

/** The body of Create run (domain §2.9). */
export function runBody(changes: object = {}): object {
  return {
    '@odata.type': `${TYPE}run`,
    processingStatus: 'queued',
    scheduledDateTime: '2026-01-31T17:00:00Z',
    workflowExecutionType: 'onDemand',
    failedTasksCount: 0,
    failedUsersCount: 0,
    successfulUsersCount: 0,
    totalUsersCount: 2,
    totalUnprocessedTasksCount: 4,
    ...changes,
  };
}

/** The body of Create userProcessingResult (domain §2.9). */
export function resultBody(changes: object = {}): object {
  return {
    subject: { id: 'ada' },
    processingStatus: 'completed',
    scheduledDateTime: '2026-01-31T17:00:00Z',
    workflowExecutionType: 'onDemand',
    workflowVersion: 1,
    failedTasksCount: 0,
    totalTasksCount: 2,
    totalUnprocessedTasksCount: 0,
    startedDateTime: '2026-01-31T17:00:01Z',
    completedDateTime: '2026-01-31T17:00:02.25Z',
    ...changes,
  };
}
