/** What is refused before anything is read: foreign hosts and origins, and too many requests. */
import { GraphError } from '../graph-error.ts';

/** Names that a machine has for itself. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Which hosts and origins a handler answers. */
export interface GuardOptions {
  /** Host names, without a port, beside those of loopback. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages that may call, beside the handler's own: `https://hr.example.com`. */
  readonly allowedOrigins: readonly string[];
}

/**
 * Refuses a request for a host that is not ours, which is how a page whose name was rebound to this address
 * arrives; and one that a page of another origin sends. A request that names its host in its target too
 * (`GET http://host/path`) has to be for an allowed one in both places.
 *
 * @throws GraphError 421, 403.
 */
export function checkSender(request: Request, { allowedHosts, allowedOrigins }: GuardOptions): void {
  const target = new URL(request.url).host;
  const host = (request.headers.get('host') ?? target).toLowerCase();
  const isAllowed = (one: string): boolean => {
    const name = one.toLowerCase().replace(/:\d*$/, '');
    return LOOPBACK.includes(name) || allowedHosts.some((allowed) => allowed.toLowerCase() === name);
  };
  if (!isAllowed(host) || !isAllowed(target)) {
    throw new GraphError(421, 'MisdirectedRequest', 'Expected a request for a host that is allowed here.');
  }
  const origin = request.headers.get('origin');
  if (origin === null || allowedOrigins.includes(origin)) return;
  if (/^https?:\/\//i.test(origin) && origin.replace(/^https?:\/\//i, '').toLowerCase() === host) return;
  throw new GraphError(
    403,
    'Authorization_RequestDenied',
    'Expected a request of an origin that is allowed here.',
  );
}

/** At most `requests` in each `windowMs`, per principal. */
export interface RateLimit {
  /** ≥ 1. */
  readonly requests: number;
  /** ms. */
  readonly windowMs: number;
}

const PRINCIPALS_MAX = 10_000;

/** Counts requests in fixed windows. */
export class RateGuard {
  readonly #limit: RateLimit;
  readonly #counts = new Map<string, { readonly windowAtMs: number; count: number }>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Counts one. @throws GraphError 429 with `Retry-After` in whole seconds. */
  count(principalId: string, nowMs: number): void {
    const { requests, windowMs } = this.#limit;
    const windowAtMs = Math.floor(nowMs / windowMs) * windowMs;
    const known = this.#counts.get(principalId);
    if (known?.windowAtMs !== windowAtMs) {
      if (this.#counts.size >= PRINCIPALS_MAX) this.#counts.clear();
      this.#counts.set(principalId, { windowAtMs, count: 1 });
      return;
    }
    if (known.count < requests) {
      known.count += 1;
      return;
    }
    const retryAfter = Math.max(1, Math.ceil((windowAtMs + windowMs - nowMs) / 1_000));
    throw new GraphError(
      429,
      'TooManyRequests',
      `Expected at most ${requests} requests in ${windowMs / 1_000} seconds.`,
      {
        'Retry-After': String(retryAfter),
      },
    );
  }
}
