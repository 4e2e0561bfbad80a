import type { EntraData, EntraObject } from './entra-data.ts';
import { GraphFailure, selected } from './odata.ts';

/** A request that has found its route. */
export interface Routed {
  readonly data: EntraData;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Root of the API as clients see it, with the version. */
  readonly base: string;
  /** Path with its query, for links to further pages. */
  readonly path: string;
  nowMs(): number;
}

/** Method, path below the version, and what answers: a body, or `null` for 204. */
export type Route = readonly [
  method: string,
  path: string,
  answer: (at: Routed) => Readonly<Record<string, unknown>> | null,
];

/** Finds the route of a path, with the values of its places. The first one that fits is taken. */
export class Router {
  readonly #routes: readonly { readonly route: Route; readonly pattern: RegExp }[];

  constructor(routes: readonly Route[]) {
    this.#routes = routes.map((route) => ({
      route,
      pattern: new RegExp(`^${route[1].replaceAll('$', '\\$').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
    }));
  }

  /** @param path still escaped. */
  find(method: string, path: string): { readonly route: Route; readonly params: Record<string, string> } {
    for (const { route, pattern } of this.#routes) {
      const match = route[0] === method ? pattern.exec(path) : null;
      if (!match) continue;
      const places = Object.entries(match.groups ?? {});
      return {
        route,
        params: Object.fromEntries(places.map(([name, value]) => [name, decodeURIComponent(value)])),
      };
    }
    throw new GraphFailure(400, 'BadRequest', `Resource not found for the segment of ${method} ${path}.`);
  }
}

/** A page of a list, as `$top`, `$skiptoken` and the tenant's bound say. */
export function page(
  { data, query, base, path }: Routed,
  all: readonly EntraObject[],
  show: (one: EntraObject) => Readonly<Record<string, unknown>> = (one) => selected(one, query.$select),
): Readonly<Record<string, unknown>> {
  const size = Math.min(Number(query.$top ?? 100), data.pageMax);
  const from = Number(query.$skiptoken ?? 0);
  const value = all.slice(from, from + size).map(show);
  if (from + size >= all.length) return { value };
  const [target = '', search = ''] = path.split('?');
  const next = new URLSearchParams(search);
  next.set('$skiptoken', String(from + size));
  return { value, '@odata.nextLink': `${base}${target}?${next}` };
}
