/** The handler: the page's files, the Graph API, the few paths that it lacks, and the stream. */
import type { Engine } from '../engine/engine.ts';
import { isAllowed, type Principal } from '../graph/access/authorize.ts';
import { checkSender, RateGuard } from '../graph/access/guard.ts';
import { NEEDED } from '../graph/access/permissions.ts';
import {
  badRequest,
  clientGone,
  errorBody,
  errorResponseOf,
  GraphError,
  isAbort,
  unauthenticated,
} from '../graph/graph-error.ts';
import { assembleGraphHandler } from '../graph/handler.ts';
import type { GraphPorts } from '../graph/options.ts';
import { invalid } from '../input/refuse.ts';
import { loadAssets } from './assets.ts';
import { CSV_ROUTES } from './csv/routes.ts';
import { findRoute, Params } from './data/route.ts';
import { dataRoutes } from './data/routes.ts';
import { LiveFeed } from './live/feed.ts';
import { LiveStreams } from './live/streams.ts';
import { type Mounted, mountedAt } from './mount.ts';
import { anyCaller, type DashboardOptions, readDashboardOptions } from './options.ts';
import { Sessions } from './sessions.ts';
import { SECURITY_HEADERS, shellHtml } from './shell.ts';

/** A dashboard: answers one request, and never rejects. */
export interface Dashboard {
  (request: Request): Promise<Response>;
  /**
   * A code that opens one session of `principal` (default: one with every permission) within ten minutes, for a link
   * `…/#code=CODE`: what follows `#` is sent to no server. Only with `sessions`.
   *
   * @throws LifecycleError `InvalidArgument` without `sessions`.
   */
  signInCode(principal?: Principal): string;
  /** Ends the streams of browsers, so that a server can stop; they come again by themselves. */
  close(): void;
}

/** What a dashboard takes from outside beside its engine. */
export interface DashboardPorts extends GraphPorts {
  /** 256 random bits, base64url. */
  readonly secret: () => string;
}

/** Pages of the browser; others are shown as not found. */
const PAGES = ['runs', 'people', 'workflows', 'schedule', 'waiting', 'audit', 'sign-in'];
const BODY_LENGTH_MAX = 1_024;
const JSON_TYPE = 'application/json; charset=utf-8';

/** A dashboard on the given ports. @throws LifecycleError `InvalidArgument` for an option. */
export function assembleDashboard(
  engine: Engine,
  ports: DashboardPorts,
  options?: DashboardOptions,
): Dashboard {
  const { clock, ids } = ports;
  const settings = readDashboardOptions(options);
  const { baseUrl, readOnly, onError } = settings;
  const root = baseUrl === null ? null : new URL(baseUrl).pathname.replace(/\/$/, '');
  const sessions = settings.sessions ? new Sessions(ports) : null;
  const byHeader = settings.authorize ?? (sessions === null ? anyCaller : () => null);
  const rate = settings.rateLimit === null ? null : new RateGuard(settings.rateLimit);
  const deps = { engine, clock, settings };
  const routes = [...dataRoutes(deps, ids), ...CSV_ROUTES];
  const streams = new LiveStreams(
    new LiveFeed({ engine, clock, failed: (error) => onError(error, 'the stream of runs') }),
    clock,
  );

  const authorize = async (request: Request): Promise<Principal | null> =>
    sessions?.principalOf(request) ?? byHeader(request);

  const { limits, allowedHosts, allowedOrigins } = settings;
  const graph = assembleGraphHandler(engine, ports, {
    limits,
    allowedHosts,
    allowedOrigins,
    onError,
    authorize,
    ...(baseUrl === null ? {} : { baseUrl: `${baseUrl}/-/api` }),
    ...(settings.rateLimit === null ? {} : { rateLimit: settings.rateLimit }),
    // The page makes no runs of other drivers, and asks for the run that it started.
    readOnlyRuns: true,
    runIdHeader: true,
  });

  const known = async (request: Request): Promise<Principal> => {
    const principal = await authorize(request);
    if (principal === null) throw unauthenticated();
    rate?.count(principal.id, clock.now());
    return principal;
  };

  const shell = async (mounted: Mounted, status: number): Promise<Response> => {
    const assets = await loadAssets();
    const html = shellHtml({
      base: root === null ? mounted.base : `${root}/`,
      script: assets.named('app', '.js'),
      style: assets.named('app', '.css'),
      environment: settings.environment,
      hasSessions: sessions !== null,
      signInUrl: settings.signInUrl,
    });
    const headers = { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' };
    return new Response(html, { status, headers });
  };

  const data = async (request: Request, path: string, url: URL): Promise<Response> => {
    const found = findRoute(routes, path);
    if (found?.route.method !== 'POST') onlyReads(request);
    else if (request.method !== 'POST') throw notAllowed('POST');
    const principal = await known(request);
    if (found === null) throw notFound();
    const { route, keys } = found;
    if (route.needs !== null) demand(principal, route.needs);
    const answer = await route.answer({
      ...deps,
      principal,
      isSession: sessions?.principalOf(request) === principal,
      keys,
      params: new Params(url.searchParams, route.params),
      signal: request.signal,
    });
    return answer instanceof Response ? answer : json(answer);
  };

  /** POST opens a session, by a code or a token; DELETE ends it. */
  const session = async (request: Request, mounted: Mounted, url: URL): Promise<Response> => {
    if (sessions === null) throw notFound();
    const place = [
      `${root ?? mounted.prefix}/`,
      url.protocol === 'https:' || baseUrl?.startsWith('https:') === true,
    ] as const;
    if (request.method === 'DELETE')
      return new Response(null, { status: 204, headers: { 'Set-Cookie': sessions.end(request, ...place) } });
    if (request.method !== 'POST') throw notAllowed('POST, DELETE');
    const code = await codeOf(request);
    const principal = code === null ? await byHeader(request) : sessions.redeem(code);
    if (principal === null) throw unauthenticated();
    return new Response(null, { status: 204, headers: { 'Set-Cookie': sessions.open(principal, ...place) } });
  };

  const answer = async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const mounted = mountedAt(url.pathname, root);
    const [kind = '', ...rest] = (mounted.path ?? '').split('/');
    if (kind === 'api') {
      if (readOnly && !isRead(request)) throw new GraphError(403, 'Authorization_RequestDenied', READ_ONLY);
      return graph(request);
    }
    checkSender(request, settings);
    if (request.url.length > settings.limits.urlLengthMax) throw badRequest('Expected a shorter URL.');
    switch (kind) {
      case 'assets': {
        onlyReads(request);
        const asset = (await loadAssets()).answer(rest.join('/'), request);
        if (asset === null) throw notFound();
        return asset;
      }
      case 'data':
        return data(request, rest.join('/'), url);
      case 'events': {
        onlyReads(request);
        demand(await known(request), NEEDED.reports);
        return streams.open(request.signal);
      }
      case 'session':
        return session(request, mounted, url);
      default: {
        onlyReads(request);
        if (mounted.path === null && root === null) return withSlash(url);
        return shell(mounted, kind === '' || PAGES.includes(kind) ? 200 : 404);
      }
    }
  };

  const handler = async (request: Request): Promise<Response> => {
    try {
      return secured(await answer(request));
    } catch (error) {
      const requestId = ids.guid();
      const response = errorResponseOf(isAbort(error, request.signal) ? clientGone() : error);
      if (response.status >= 500 && !(error instanceof GraphError)) onError(error, requestId);
      const body = errorBody(response, requestId, requestId, clock.now());
      return secured(json(body, response.status, response.headers));
    }
  };
  return Object.assign(handler, {
    signInCode: (principal: Principal = { id: 'operator', permissions: 'all' }) => {
      if (sessions === null) throw invalid({ path: 'sessions', value: false }, 'true to make a code');
      return sessions.newCode(principal);
    },
    close: () => streams.close(),
  });
}

const READ_ONLY = 'Expected only reads: nothing can be changed here.';

function isRead({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** @throws GraphError 405. */
function onlyReads(request: Request): void {
  if (!isRead(request)) throw notAllowed('GET, HEAD');
}

function notAllowed(allow: string): GraphError {
  return new GraphError(405, 'Request_BadRequest', `Expected one of the methods ${allow}.`, { Allow: allow });
}

function notFound(): GraphError {
  return new GraphError(404, 'Request_ResourceNotFound', 'Expected a path of the dashboard.');
}

/** @throws GraphError 403. */
function demand(principal: Principal, needs: Parameters<typeof isAllowed>[1]): void {
  if (isAllowed(principal, needs)) return;
  const message = `Expected one of the permissions ${needs.join(', ')}.`;
  throw new GraphError(403, 'Authorization_RequestDenied', message);
}

/** The code that a body has; `null`: there is no body. @throws GraphError 400, 415. */
async function codeOf(request: Request): Promise<string | null> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new GraphError(415, 'UnsupportedMediaType', 'Expected a body of application/json.');
  const length = Number(request.headers.get('content-length') ?? Number.NaN);
  if (!(length <= BODY_LENGTH_MAX)) throw badRequest(`Expected a body of at most ${BODY_LENGTH_MAX} bytes.`);
  const body: unknown = await request.json().catch(() => null);
  if (typeof body !== 'object' || body === null) throw badRequest('Expected a JSON object.');
  const code: unknown = Object.hasOwn(body, 'code') ? (body as { readonly code: unknown }).code : null;
  if (code === null || typeof code === 'string') return code;
  throw badRequest("Expected 'code' to be a text.");
}

function json(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': JSON_TYPE, 'Cache-Control': 'no-store', ...headers },
  });
}

/** `/ops` → `/ops/`, relative: right also where a proxy has put something in front. */
function withSlash({ pathname, search }: URL): Response {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  return new Response(null, { status: 308, headers: { Location: `./${last}/${search}` } });
}

function secured(response: Response): Response {
  for (const [name, value] of Object.entries(SECURITY_HEADERS))
    if (!response.headers.has(name)) response.headers.set(name, value);
  return response;
}
