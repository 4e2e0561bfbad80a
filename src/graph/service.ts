/** One request, from its path to its answer. Batches come through here too, request by request. */
import type { Engine } from '../engine/engine.ts';
import { refused } from '../ledger/callbacks.ts';
import type { CallbackProof } from '../model/extension.ts';
import { ANYBODY, isAllowed, type Principal } from './authorize.ts';
import { readBody } from './body.ts';
import { documentAt } from './documents.ts';
import { type EntityType, propertiesOf } from './edm.ts';
import { checkExpand, type ExpandSources, expanded } from './expand.ts';
import { badRequest, GraphError, unauthenticated } from './graph-error.ts';
import { countOf, type ListDeps, readPage } from './list.ts';
import { listBody, rowTexts } from './list-body.ts';
import { createMatcher, type Match } from './match.ts';
import type { GraphPorts, GraphSettings } from './options.ts';
import { parsePath, type Step } from './path.ts';
import { acceptOf, type MetadataLevel, type Preferences, readAccept, readPreferences } from './prefer.ts';
import { type Query, readQuery } from './query.ts';
import {
  addressOf,
  checkSelect,
  contextOf,
  type Row,
  represent,
  representComplex,
  type View,
} from './represent.ts';
import type { Answer, Call, Route } from './route.ts';
import { ROUTES } from './routes.ts';
import { fullName } from './schema.ts';
import { taskResultsReader } from './sources.ts';
import type { Work } from './work.ts';

const ROOT = 'identityGovernance/lifecycleWorkflows';
const WORKFLOWS = `${ROOT}/workflows`;

/** What an answer consists of. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON, or text when it is a string; `undefined`: no body. */
  readonly body?: unknown;
  /** How much metadata the JSON has; default `minimal`. */
  readonly level?: MetadataLevel;
}

/** Where a request goes. */
export interface Target {
  /** `https://host/prefix/v1.0`. */
  readonly base: string;
  readonly steps: readonly Step[];
  readonly params: URLSearchParams;
  /** The URL as a client sees it, without its query. */
  readonly url: string;
}

/** Answers requests that come from `principal` (`null`: from somebody who is not known), for no more than `work`. */
export type Service = (
  request: Request,
  target: Target,
  principal: Principal | null,
  work: Work,
) => Promise<Reply>;

/** What one answer is made with. */
interface Exchange {
  readonly target: Target;
  readonly match: Match;
  readonly query: Query;
  readonly prefer: Preferences;
  readonly view: Omit<View, 'place' | 'address'>;
  readonly list: ListDeps;
  readonly settings: GraphSettings;
  readonly sources: ExpandSources;
}

/** The service over an engine. */
export function createService(engine: Engine, { clock }: GraphPorts, settings: GraphSettings): Service {
  const match = createMatcher(settings.readOnlyRuns ? ROUTES.filter(({ ofSeed }) => !ofSeed) : ROUTES);
  const { scannedRowsMax } = settings.limits;
  return async (request, target, principal, work) => {
    const document = documentAt(request, target);
    if (document !== null) {
      if (principal === null) throw unauthenticated();
      return document;
    }
    const list: ListDeps = { nowMs: () => clock.now(), scannedRowsMax, work };
    const { steps, isCount } = stepsBelow(target.steps);
    const found = match(request.method === 'HEAD' ? 'GET' : request.method, steps);
    const proof = await proofOf(engine, principal, found, target.params.get('token'));
    checkConditions(request, found.route);
    const level = readAccept(acceptOf(request.headers, target.params), isCount ? 'text' : 'json');
    const prefer = readPreferences(request.headers.get('prefer'));
    const query = readQuery(target.params, isCount ? ['filter', 'search'] : found.route.options);
    const body =
      request.method === 'POST' || request.method === 'PATCH'
        ? await readBody(request, settings.limits)
        : undefined;
    const call: Call = {
      engine,
      keys: found.keys as Call['keys'],
      given: found.keys,
      args: found.args,
      query,
      body,
      nowMs: clock.now(),
      author: principal === null || principal === ANYBODY ? {} : { by: principal.id },
      inTime: (work) => inTime(clock, settings.limits.awaitedMsMax, work),
      turn: work.turn,
      proof,
    };
    const answer = await found.route.answer(call);
    if (isCount) return counted(answer, query, list);
    const { select, expand } = query;
    const view = { level, unknownEnumMembers: prefer.unknownEnumMembers, select, expand };
    const sources: ExpandSources = {
      users: (ids) => engine.directory.get(ids),
      taskResults: taskResultsReader(engine, found.keys.workflow ?? ''),
      taskResultsMax: scannedRowsMax,
      turn: work.turn,
    };
    const reply = await replyOf(answer, {
      target,
      match: found,
      query,
      prefer,
      view,
      list,
      settings,
      sources,
    });
    return { ...reply, level, headers: { ...appliedHeader(answer, prefer), ...reply.headers } };
  };
}

/** The target of a URL: what stands before `/v1.0` or `/beta` is where the handler is mounted. */
export function targetOf(given: URL, baseUrl: string | null): Target {
  const url = linkIn(given);
  const match = PATH.exec(url.pathname);
  if (!match)
    throw new GraphError(404, 'BadRequest', "Invalid version: expected a path below '/v1.0' or '/beta'.");
  const [, prefix = '', version = '', path = ''] = match;
  const base = `${baseUrl ?? url.origin + prefix}/${version.toLowerCase()}`;
  return { base, steps: parsePath(path), params: url.searchParams, url: base + path };
}

const PATH = /^(.*?)\/(v1\.0|beta)(\/.*)?$/i;
const LINK_IN_PATH = /^.*?\/(?:v1\.0|beta)\/(https?:\/\/.*)$/i;

/**
 * Microsoft's JavaScript client takes apart only links of https. One of http, such as ours on loopback, it puts
 * whole behind host and version, and there it is read.
 */
function linkIn(url: URL): URL {
  const link = LINK_IN_PATH.exec(url.pathname)?.[1];
  if (link === undefined || !URL.canParse(link)) return url;
  const inside = new URL(link + url.search);
  return inside.host === url.host ? inside : url;
}

/** The steps below the lifecycle workflows. @throws GraphError 404 for a path elsewhere. */
export function stepsBelow(steps: readonly Step[]): {
  readonly steps: readonly Step[];
  readonly isCount: boolean;
} {
  const names = ROOT.toLowerCase().split('/');
  const isBelow = names.every(
    (name, index) => steps[index]?.text.toLowerCase() === name && steps[index].args === null,
  );
  if (!isBelow) {
    throw new GraphError(404, 'Request_ResourceNotFound', `Expected a path below '/${ROOT}'.`);
  }
  const rest = steps.slice(names.length);
  const isCount = rest.length > 1 && rest.at(-1)?.text === '$count' && !rest.at(-1)?.isKey;
  return { steps: isCount ? rest.slice(0, -1) : rest, isCount };
}

/** What lets a request in. @throws GraphError 401, 403. */
async function proofOf(
  { taskProcessingResults }: Engine,
  principal: Principal | null,
  { route: { needs, takesCallbacks }, keys: { taskResult = '' } }: Match,
  token: string | null,
): Promise<CallbackProof> {
  if (takesCallbacks && token !== null) {
    if (await taskProcessingResults.isCallbackToken(taskResult, token)) return { token };
    throw principal === null ? unauthenticated() : refused(taskResult);
  }
  if (principal === null) throw unauthenticated();
  if (isAllowed(principal, needs)) return { trusted: true };
  if (takesCallbacks) return { principal: principal.id };
  const message = `Expected one of the permissions ${needs.join(', ')}.`;
  throw new GraphError(403, 'Authorization_RequestDenied', message);
}

async function inTime<T>(clock: GraphPorts['clock'], ms: number, work: Promise<T>): Promise<T | null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = clock.setTimer(ms, () => resolve(null));
  try {
    return await Promise.race([work, promise]);
  } finally {
    timer.cancel();
  }
}

/** Nothing here has an ETag, so only `*` can hold. */
function checkConditions(request: Request, route: Route): void {
  const condition = request.headers.get('if-match');
  if (route.method === 'GET' || condition === null || condition.trim() === '*') return;
  throw new GraphError(412, 'preconditionFailed', 'Expected If-Match to be *: these resources have no ETag.');
}

async function counted(answer: Answer, query: Query, deps: ListDeps): Promise<Reply> {
  if (answer.kind !== 'list') throw badRequest("Expected '$count' after a collection.");
  const count = await countOf(answer.source, answer.type, query, deps);
  return { status: 200, headers: { 'Content-Type': 'text/plain;charset=utf-8' }, body: String(count) };
}

async function replyOf(answer: Answer, exchange: Exchange): Promise<Reply> {
  const { target, match, settings } = exchange;
  switch (answer.kind) {
    case 'nothing':
      return {
        status: 204,
        headers: answer.runId !== undefined && settings.runIdHeader ? { 'x-run-id': answer.runId } : {},
      };
    case 'complex':
      return complexReply(answer, exchange);
    case 'entity':
      return entityReply(answer, exchange);
    case 'list':
      return listReply(answer, exchange, `${target.base}/${pathOf(match)}`);
  }
}

function complexReply({ type, value }: Answer & { kind: 'complex' }, { target, view }: Exchange): Reply {
  const name = fullName(type);
  const isMany = Array.isArray(value);
  const context = { '@odata.context': `${target.base}/$metadata#${isMany ? `Collection(${name})` : name}` };
  const kinds = propertiesOf(type);
  const shown = (one: Row): Row => representComplex(kinds, one, view);
  const body = isMany ? { value: value.map(shown) } : shown(value as Row);
  return { status: 200, headers: {}, body: { ...(view.level === 'none' ? {} : context), ...body } };
}

async function listReply(
  answer: Answer & { kind: 'list' },
  exchange: Exchange,
  address: string,
): Promise<Reply> {
  const { query, prefer, list, target } = exchange;
  checkView(answer.type, query);
  const page = await readPage(answer.source, answer.type, query, prefer.maxPageSize, list);
  const rows = await expanded(answer.type, page.rows, query.expand, exchange.sources);
  const view: View = { ...exchange.view, place: 'list', address };
  const annotations = {
    ...(view.level === 'none' ? {} : { '@odata.context': contextOf(address) + selected(query) }),
    ...(page.count === null ? {} : { '@odata.count': page.count }),
    ...(page.nextToken === null ? {} : { '@odata.nextLink': nextLink(target, page.nextToken) }),
  };
  const body = listBody(annotations, await rowTexts(answer.type, rows, view, list.work.turn));
  return { status: 200, headers: {}, body };
}

async function entityReply(
  { type, row, how }: Answer & { kind: 'entity' },
  exchange: Exchange,
): Promise<Reply> {
  const { target, match, query, prefer } = exchange;
  checkView(type, query);
  const address = `${target.base}/${how === 'acted' && match.route.method === 'POST' ? WORKFLOWS : collectionOf(pathOf(match))}`;
  const here = addressOf(type, row, address);
  const isHidden = prefer.return === 'minimal' ? how !== 'read' : how === 'changed' && prefer.return === null;
  const made = how === 'made' ? { Location: here } : {};
  if (isHidden)
    return { status: 204, headers: { ...made, ...(how === 'made' ? { 'OData-EntityId': here } : {}) } };
  const place = how === 'made' ? 'made' : how === 'linked' ? 'link' : 'get';
  const view: View = { ...exchange.view, place, address };
  // A target that is not contained has no address here, so its context is its type.
  const where =
    how === 'linked'
      ? `${target.base}/$metadata#${fullName(type)}`
      : `${contextOf(address)}${selected(query)}/$entity`;
  const context = { '@odata.context': where };
  const [shown = row] = await expanded(type, [row], query.expand, exchange.sources);
  const body = { ...(view.level === 'none' ? {} : context), ...represent(type, shown, view) };
  return { status: how === 'made' ? 201 : 200, headers: made, body };
}

function pathOf({ address }: Match): string {
  return address === '' ? ROOT : `${ROOT}/${address}`;
}

/** `a/b('x')` → `a/b`: the collection that an entity stands in. */
function collectionOf(address: string): string {
  return address.replace(/\('[^/]*'\)$/, '');
}

function checkView(type: EntityType, { select, expand }: Query): void {
  checkSelect(type, select);
  checkExpand(type, expand);
}

function selected({ select }: Query): string {
  return select === null ? '' : `(${select.join(',')})`;
}

/** The same request, from where the page ended. */
function nextLink({ url, params }: Target, token: string): string {
  const next = new URLSearchParams(
    [...params].filter(([name]) => !['skip', 'skiptoken'].includes(name.replace(/^\$/, '').toLowerCase())),
  );
  next.append('$skiptoken', token);
  return `${url}?${next}`;
}

function appliedHeader(answer: Answer, prefer: Preferences): Readonly<Record<string, string>> {
  const applied = [
    ...(prefer.unknownEnumMembers && answer.kind !== 'nothing' ? ['include-unknown-enum-members'] : []),
    ...(prefer.return !== null && answer.kind === 'entity' && answer.how !== 'read'
      ? [`return=${prefer.return}`]
      : []),
    ...(prefer.maxPageSize !== null && answer.kind === 'list'
      ? [`odata.maxpagesize=${prefer.maxPageSize}`]
      : []),
  ];
  return applied.length === 0 ? {} : { 'Preference-Applied': applied.join(', ') };
}
