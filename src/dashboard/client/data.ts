/** What the page asks the server for, and what becomes of the answers. */
import { type Signal, signal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { absolute } from './router.ts';

/** Paths of the API below the lifecycle workflows. */
const API = '-/api/v1.0/identityGovernance/lifecycleWorkflows/';

/** `true` since an answer said that it is not known who asks. */
export const isSignedOut = signal(false);

/** A request that was refused or could not be answered. */
export class RequestError extends Error {
  /** HTTP status; 0: no answer came. */
  readonly status: number;
  readonly requestId: string | null;

  constructor(status: number, message: string, requestId: string | null) {
    super(message);
    this.status = status;
    this.requestId = requestId;
  }
}

/** The address of a path of the Graph API. */
export function api(path: string): string {
  return API + path;
}

/** The address of one of the dashboard's own paths. */
export function data(path: string, params: Readonly<Record<string, string | undefined>> = {}): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `-/data/${path}${given.length === 0 ? '' : `?${new URLSearchParams(given)}`}`;
}

/** Sends a request. @throws RequestError. */
export async function send(
  address: string,
  { method = 'GET', body, signal: abort }: { method?: string; body?: object; signal?: AbortSignal } = {},
): Promise<Response> {
  const headers: Record<string, string> = {
    Accept: 'application/json',
    Prefer: 'include-unknown-enum-members',
  };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'same-origin' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (abort !== undefined) init.signal = abort;
  const answer = await fetch(absolute(address), init).catch((error: unknown) => {
    if (abort?.aborted) throw error;
    throw new RequestError(0, 'The server cannot be reached.', null);
  });
  if (answer.status === 401) isSignedOut.value = true;
  if (answer.ok) return answer;
  throw await errorOf(answer);
}

async function errorOf(answer: Response): Promise<RequestError> {
  const text = await answer.text();
  try {
    const { error } = JSON.parse(text) as { error: { message: string; innerError?: Record<string, string> } };
    return new RequestError(answer.status, error.message, error.innerError?.['request-id'] ?? null);
  } catch {
    return new RequestError(answer.status, `The server answered with the status ${answer.status}.`, null);
  }
}

/** Sends a request and reads the JSON of its answer. @throws RequestError. */
export async function load<Body>(address: string, abort?: AbortSignal): Promise<Body> {
  const answer = await send(address, abort === undefined ? {} : { signal: abort });
  return (await answer.json()) as Body;
}

/** What was asked for, as far as it is known. */
export interface Loaded<Body> {
  /** The last answer; stays while a newer one is on its way. */
  readonly body: Body | null;
  /** Why there is no newer one. */
  readonly error: RequestError | null;
  readonly isLoading: boolean;
}

interface Entry {
  readonly state: Signal<Loaded<unknown>>;
  abort: AbortController | null;
}

const entries = new Map<string, Entry>();
const ENTRIES_MAX = 60;

function entryOf(address: string): Entry {
  const known = entries.get(address);
  if (known) return known;
  const oldest = entries.keys().next().value;
  if (entries.size >= ENTRIES_MAX && oldest !== undefined) entries.delete(oldest);
  const made: Entry = { state: signal({ body: null, error: null, isLoading: true }), abort: null };
  entries.set(address, made);
  return made;
}

async function refresh(address: string, entry: Entry): Promise<void> {
  entry.abort?.abort();
  const abort = new AbortController();
  entry.abort = abort;
  entry.state.value = { ...entry.state.peek(), isLoading: true };
  try {
    const body = await load<unknown>(address, abort.signal);
    if (entry.abort === abort) entry.state.value = { body, error: null, isLoading: false };
  } catch (error) {
    if (entry.abort !== abort) return;
    const known = error instanceof RequestError ? error : new RequestError(0, String(error), null);
    entry.state.value = { body: entry.state.peek().body, error: known, isLoading: false };
  }
}

/** Everything that was asked for anew, for pages that are shown. */
const shown = new Map<string, number>();

/** Asks once more for what the shown pages are made of: after a change, or news. */
export function reloadShown(): void {
  for (const address of shown.keys()) void refresh(address, entryOf(address));
}

/** Asks for an address when a component is shown, and gives what is known of it. `null`: nothing is asked. */
export function useLoaded<Body>(address: string | null): Loaded<Body> {
  const entry = useMemo(() => (address === null ? null : entryOf(address)), [address]);
  useEffect(() => {
    if (address === null || entry === null) return undefined;
    shown.set(address, (shown.get(address) ?? 0) + 1);
    void refresh(address, entry);
    return () => {
      const left = (shown.get(address) ?? 1) - 1;
      if (left > 0) shown.set(address, left);
      else shown.delete(address);
    };
  }, [address, entry]);
  return (entry?.state.value ?? { body: null, error: null, isLoading: false }) as Loaded<Body>;
}
