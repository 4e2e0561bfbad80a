/** The handler: Hono around the service. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Engine } from '../engine/engine.ts';
import type { Principal } from './access/authorize.ts';
import { callbackCheck } from './access/callback-check.ts';
import { checkSender, RateGuard } from './access/guard.ts';
import {
  clientGone,
  errorBody,
  errorResponseOf,
  GraphError,
  isAbort,
  unauthenticated,
} from './graph-error.ts';
import { bodyText } from './lists/list-body.ts';
import { type GraphOptions, type GraphPorts, readGraphOptions } from './options.ts';
import { answerBatch, isBatchPath } from './protocol/batch.ts';
import type { MetadataLevel } from './protocol/prefer.ts';
import type { Reply, Target } from './protocol/reply.ts';
import { Work } from './protocol/work.ts';
import { createService, targetOf } from './service.ts';

/** Answers one request. Never rejects. */
export type GraphHandler = (request: Request) => Promise<Response>;

/** Ids of a request. */
interface Ids {
  readonly requestId: string;
  readonly clientRequestId: string;
}

interface Env {
  Variables: Ids & {
    /** `null`: it is not known who sends the request, but it shows the token of a call. */
    readonly principal: Principal | null;
  };
}

const DIAGNOSTIC = JSON.stringify({
  ServerInfo: { DataCenter: 'local', Slice: 'E', Ring: '1', ScaleUnit: '000', RoleInstance: 'tenure' },
});

/** A handler on the given ports. @throws LifecycleError `InvalidArgument` for an option. */
export function assembleGraphHandler(
  engine: Engine,
  ports: GraphPorts,
  options?: GraphOptions,
): GraphHandler {
  const { clock, ids } = ports;
  const settings = readGraphOptions(options);
  const { limits } = settings;
  const service = createService(engine, ports, settings);
  const rate = settings.rateLimit === null ? null : new RateGuard(settings.rateLimit);
  /** By call, so that one cannot use up what others have. */
  const callbackRate = settings.rateLimit === null ? null : new RateGuard(settings.rateLimit);
  const callbackOf = callbackCheck(engine);

  const refused = (error: unknown, signal: AbortSignal, { requestId, clientRequestId }: Ids): Reply => {
    const response = errorResponseOf(isAbort(error, signal) ? clientGone() : error);
    // What is refused on purpose (501, 503 for too much work, 504 for a long wait) is no fault, and fills no logs.
    if (response.status >= 500 && !(error instanceof GraphError)) settings.onError(error, requestId);
    return {
      status: response.status,
      headers: response.headers,
      body: errorBody(response, requestId, clientRequestId, clock.now()),
    };
  };

  const single = (
    request: Request,
    target: Target,
    principal: Principal | null,
    work: Work,
  ): Promise<Reply> => {
    if (principal !== null) rate?.count(principal.id, clock.now());
    return service(request, target, principal, work);
  };

  const batch = async (
    request: Request,
    target: Target,
    principal: Principal | null,
    variables: Ids,
  ): Promise<Reply> => {
    if (principal === null) throw unauthenticated();
    const refuse = (error: unknown): Reply => refused(error, request.signal, variables);
    const work = new Work({ limits, clock, signal: request.signal, isBatch: true });
    const answer = async (one: Request): Promise<Reply> => {
      await work.turn();
      try {
        return inBatch(await single(one, targetOf(new URL(one.url), null), principal, work));
      } catch (error) {
        return inBatch(refuse(error));
      }
    };
    return answerBatch(request, target, { limits, answer, refuse, guid: () => ids.guid() });
  };

  const app = new Hono<Env>();
  app.use((context, next) => {
    const requestId = ids.guid();
    const given = context.req.header('client-request-id') ?? '';
    context.set('requestId', requestId);
    context.set('clientRequestId', /^[\w.-]{1,128}$/.test(given) ? given : requestId);
    checkSender(context.req.raw, settings);
    if (context.req.url.length > limits.urlLengthMax) {
      throw new GraphError(414, 'BadRequest', `Expected a URL of at most ${limits.urlLengthMax} characters.`);
    }
    return next();
  });
  // Before the body is read, and the same for all paths and methods: who is not known learns of none.
  app.use(async (context, next) => {
    const principal = await settings.authorize(context.req.raw);
    if (principal === null) {
      const callback = await callbackOf(context.req.raw);
      if (callback === null) throw unauthenticated();
      callbackRate?.count(callback, clock.now());
    }
    context.set('principal', principal);
    await next();
  });
  const limited = bodyLimit({
    maxSize: limits.bodyBytesMax,
    onError: () => {
      throw new GraphError(
        413,
        'RequestEntityTooLarge',
        `Expected a body of at most ${limits.bodyBytesMax} bytes.`,
      );
    },
  });
  // No other method's body is ever read. Errors of what comes after this do not come by here.
  app.on(['POST', 'PATCH'], '*', (context, next) =>
    limited(context, next).catch((error: unknown) => {
      throw error instanceof GraphError ? error : clientGone();
    }),
  );
  app.all('*', async (context) => {
    const request = context.req.raw;
    const { principal } = context.var;
    const target = targetOf(new URL(request.url), settings.baseUrl);
    const reply = await (isBatchPath(target.steps)
      ? batch(request, target, principal, context.var)
      : single(request, target, principal, new Work({ limits, clock, signal: request.signal })));
    return responseOf(reply, context.var, clock.now());
  });
  app.onError((error, context) => {
    const { requestId = ids.guid(), clientRequestId = requestId } = context.var;
    const reply = refused(error, context.req.raw.signal, { requestId, clientRequestId });
    return responseOf(reply, { requestId, clientRequestId }, clock.now());
  });
  return async (request) => app.fetch(request);
}

/** A reply of a batch says itself what its body is. */
function inBatch(reply: Reply): Reply {
  if (reply.body === undefined) return reply;
  return { ...reply, headers: { 'Content-Type': 'application/json', ...reply.headers } };
}

function responseOf(
  { status, headers, body, level = 'minimal' }: Reply,
  variables: Ids,
  nowMs: number,
): Response {
  const isJson = body !== undefined && typeof body !== 'string';
  const all = {
    'request-id': variables.requestId,
    'client-request-id': variables.clientRequestId,
    'x-ms-ags-diagnostic': DIAGNOSTIC,
    'OData-Version': '4.0',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Date: new Date(nowMs).toUTCString(),
    ...(isJson ? { 'Content-Type': jsonType(level) } : {}),
    ...headers,
  };
  return new Response(bodyText(body), { status, headers: all });
}

function jsonType(level: MetadataLevel): string {
  return `application/json;odata.metadata=${level};odata.streaming=true;IEEE754Compatible=false;charset=utf-8`;
}
