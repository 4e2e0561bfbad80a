/** Options of a handler, read once. */
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/random.ts';
import { ANYBODY, type Authorize } from './authorize.ts';
import { DEFAULT_GRAPH_LIMITS, type GraphLimits } from './bounds.ts';
import type { GuardOptions, RateLimit } from './guard.ts';

/** Options of `createGraphHandler`. */
export interface GraphOptions extends Partial<GuardOptions> {
  /**
   * What clients see in front of `/v1.0`, without a slash at its end: `https://hr.example.com/graph`. Default:
   * what the request's own URL has there. Needed behind a proxy or a router that takes the prefix off.
   */
  readonly baseUrl?: string;
  /** Who sends a request. Default: anybody, with every permission; so leave it out on loopback only. */
  readonly authorize?: Authorize;
  /** For each principal, and for each call that waits for its answer. Default: none. */
  readonly rateLimit?: RateLimit;
  /** `true`: the writes of runs (domain §2.9) and user results answer 405, as Entra does. */
  readonly readOnlyRuns?: boolean;
  /** `true`: activations answer with the id of their run in `x-run-id`, which Entra does not. */
  readonly runIdHeader?: boolean;
  readonly limits?: Partial<GraphLimits>;
  /** Told of faults: what ended in a 5xx and was not refused on purpose. Clients are not told what it was. */
  readonly onError?: (error: unknown, requestId: string) => void;
}

/** What a handler takes from outside beside its engine. */
export interface GraphPorts {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Options, complete. */
export interface GraphSettings extends Required<Omit<GraphOptions, 'baseUrl' | 'rateLimit' | 'limits'>> {
  readonly baseUrl: string | null;
  readonly rateLimit: RateLimit | null;
  readonly limits: GraphLimits;
}

const OPTIONS = [
  'baseUrl',
  'authorize',
  'rateLimit',
  'readOnlyRuns',
  'runIdHeader',
  'limits',
  'onError',
  'allowedHosts',
  'allowedOrigins',
];

/** @throws TypeError naming the option that is not what it must be. */
export function readGraphOptions(options: GraphOptions): GraphSettings {
  const stray = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (stray !== undefined)
    throw new TypeError(`Expected only the options ${OPTIONS.join(', ')}, got \`${stray}\``);
  const { baseUrl, rateLimit, limits } = options;
  if (baseUrl !== undefined && !/^https?:\/\/[^?#]*[^/?#]$/.test(baseUrl))
    throw new TypeError(
      `Expected baseUrl to be a URL of http or https without a slash at its end, got \`${baseUrl}\``,
    );
  for (const [name, value] of Object.entries({ ...rateLimit, ...limits })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`Expected ${name} to be a whole number ≥ 1, got \`${value}\``);
  }
  return {
    baseUrl: baseUrl ?? null,
    authorize: options.authorize ?? (() => ANYBODY),
    rateLimit: rateLimit ?? null,
    readOnlyRuns: options.readOnlyRuns ?? false,
    runIdHeader: options.runIdHeader ?? false,
    limits: { ...DEFAULT_GRAPH_LIMITS, ...limits },
    onError: options.onError ?? (() => {}),
    allowedHosts: [
      ...(options.allowedHosts ?? []),
      ...(baseUrl === undefined ? [] : [new URL(baseUrl).hostname]),
    ],
    allowedOrigins: options.allowedOrigins ?? [],
  };
}
