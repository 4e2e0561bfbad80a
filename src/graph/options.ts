/** Options of a handler, read once. */
import { readArray, readFlag, readFunction, readString, readWhole } from '../input/fields.ts';
import { type Reader, readOptions, type ShapeOf, shapeReader, withDefault } from '../input/options.ts';
import { invalid, type Place } from '../input/refuse.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/random.ts';
import { ANY_CALLER, type Authorize } from './access/authorize.ts';
import type { GuardOptions, RateLimit } from './access/guard.ts';
import { DEFAULT_GRAPH_LIMITS, type GraphLimits } from './protocol/bounds.ts';

/** Options of `createGraphHandler`. */
export interface GraphOptions extends Partial<GuardOptions> {
  /**
   * What clients see in front of `/v1.0`, without a slash at its end: `https://hr.example.com/graph`. Default:
   * what the request's own URL has there. Needed behind a proxy or a router that takes the prefix off.
   */
  readonly baseUrl?: string;
  /** Who sends a request. Default: an anonymous caller with every permission; so leave it out on loopback only. */
  readonly authorize?: Authorize;
  /** For each principal, and for each call that waits for its answer. Default: none. */
  readonly rateLimit?: RateLimit;
  /** `true`: the writes of runs (domain §2.9) and user results answer 405, as Entra does. Default `false`. */
  readonly readOnlyRuns?: boolean;
  /** `true`: activations answer with the id of their run in `x-run-id`, which Entra does not. Default `false`. */
  readonly runIdHeader?: boolean;
  /** Bounds on what a request may ask for. Default: `DEFAULT_GRAPH_LIMITS`. */
  readonly limits?: Partial<GraphLimits>;
  /**
   * Called for internal errors: responses with a 5xx status that are not deliberate. Clients do not see the
   * cause. Default: nothing is called.
   */
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

const COUNT_MAX = Number.MAX_SAFE_INTEGER;
const NAMES_MAX = 10_000;
const readSome = (place: Place): number => readWhole(place, 1, COUNT_MAX);
const LIMITS = Object.fromEntries(
  Object.entries(DEFAULT_GRAPH_LIMITS).map(([name, value]) => [name, withDefault(readSome, value)]),
) as ShapeOf<GraphLimits> & Readonly<Record<keyof GraphLimits, Reader<number>>>;
/** A reader for each option. */
export const GRAPH_OPTIONS = {
  baseUrl: withDefault(readBaseUrl, null),
  authorize: withDefault(readFunction<Authorize>, () => ANY_CALLER),
  rateLimit: withDefault(
    shapeReader({ requests: readSome, windowMs: readSome } satisfies ShapeOf<RateLimit>),
    null,
  ),
  readOnlyRuns: withDefault(readFlag, false),
  runIdHeader: withDefault(readFlag, false),
  limits: withDefault(shapeReader(LIMITS), DEFAULT_GRAPH_LIMITS),
  onError: withDefault(readFunction<NonNullable<GraphOptions['onError']>>, () => {}),
  allowedHosts: withDefault((place: Place) => readArray(place, NAMES_MAX).map(readHost), []),
  allowedOrigins: withDefault((place: Place) => readArray(place, NAMES_MAX).map(readOrigin), []),
} satisfies Record<keyof GraphOptions, Reader<unknown>>;

/** @throws LifecycleError `InvalidArgument`, naming the option that is not what it must be. */
export function readGraphOptions(options: GraphOptions | undefined): GraphSettings {
  const read = readOptions(options, 'createGraphHandler', GRAPH_OPTIONS);
  const { baseUrl, allowedHosts } = read;
  return {
    ...read,
    allowedHosts: baseUrl === null ? allowedHosts : [...allowedHosts, new URL(baseUrl).hostname],
  };
}

function readBaseUrl(place: Place): string {
  const url = readString(place);
  if (URL.canParse(url) && /^https?:\/\/[^?#]*[^/?#]$/.test(url)) return url;
  throw invalid(place, 'a URL of http or https without a slash at its end');
}

function readHost(place: Place): string {
  const host = readString(place);
  if (/^(\[[\da-f:.]+\]|[^\s:/?#]+)$/i.test(host)) return host;
  throw invalid(place, 'the name of a host, without a port');
}

function readOrigin(place: Place): string {
  const origin = readString(place);
  if (/^([a-z][\w+.-]*:\/\/[^\s/?#]+|null)$/i.test(origin)) return origin;
  throw invalid(place, 'an origin such as https://hr.example.com, without a path');
}
