/** The dashboard's own paths: what one is. They change nothing that is kept; changes go through the Graph API. */
import type { Engine } from '../../engine/engine.ts';
import type { Principal } from '../../graph/access/authorize.ts';
import type { Permission } from '../../graph/access/permissions.ts';
import { badRequest } from '../../graph/graph-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DashboardSettings } from '../options.ts';

/** What routes work with. */
export interface DataDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly settings: DashboardSettings;
}

/** One request, taken apart. */
interface DataCall extends DataDeps {
  readonly principal: Principal;
  /** The principal has it by a session. */
  readonly isSession: boolean;
  /** Of the path, decoded: `id` of `runs/{id}`. */
  readonly keys: Readonly<Record<string, string>>;
  readonly params: Params;
  readonly signal: AbortSignal;
}

/** A path below `data/`. */
export interface DataRoute {
  /** `runs/{id}`. */
  readonly path: string;
  /** `POST`: it starts something that goes on while it is answered. Default: it only reads. */
  readonly method?: 'POST';
  /** Permissions any one of which is enough; `null`: none is needed. */
  readonly needs: readonly Permission[] | null;
  /** Names of its parameters; others are refused. */
  readonly params: readonly string[];
  /** What is written as JSON, or a response of its own. */
  readonly answer: (call: DataCall) => Promise<object>;
}

/** Parameters of a request, each given at most once and no empty one. */
export class Params {
  readonly #values: ReadonlyMap<string, string>;

  /** @throws GraphError 400 for a parameter that is not `known` or given twice. */
  constructor(given: URLSearchParams, known: readonly string[]) {
    const values = new Map<string, string>();
    for (const [name, value] of given) {
      if (!known.includes(name)) {
        const list = known.length === 0 ? 'no parameters' : `only the parameters ${known.join(', ')}`;
        throw badRequest(`Expected ${list}, got '${name.slice(0, 100)}'.`);
      }
      if (values.has(name)) throw badRequest(`Expected '${name}' to be given once.`);
      if (value !== '') values.set(name, value);
    }
    this.#values = values;
  }

  /** The text of a parameter. */
  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Words between commas. @throws GraphError 400 for one that is not known. */
  words<Word extends string>(name: string, known: readonly Word[]): readonly Word[] {
    return (this.text(name)?.split(',') ?? []).map((given) => {
      const word = known.find((one) => one === given);
      if (word !== undefined) return word;
      throw badRequest(`Expected '${name}' to be of ${known.join(', ')}, got '${given.slice(0, 100)}'.`);
    });
  }

  /** A moment. @throws GraphError 400. */
  moment(name: string): Date | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const isIso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z)?$/.test(text);
    const date = new Date(text);
    if (isIso && !Number.isNaN(date.getTime())) return date;
    throw badRequest(`Expected '${name}' to be a date or a moment in UTC, such as 2026-01-31T08:00:00Z.`);
  }

  /** A whole number. @throws GraphError 400. */
  whole(name: string, min: number, max: number, otherwise: number): number {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw badRequest(`Expected '${name}' to be a whole number in ${min}..${max}.`);
  }
}

/** Finds the route of a path; `null`: there is none. */
export function findRoute(
  routes: readonly DataRoute[],
  path: string,
): { readonly route: DataRoute; readonly keys: Readonly<Record<string, string>> } | null {
  const steps = path.split('/');
  for (const route of routes) {
    const names = route.path.split('/');
    if (names.length !== steps.length) continue;
    const keys: Record<string, string> = {};
    const fits = names.every((name, at) => {
      const step = steps[at] as string;
      if (!name.startsWith('{')) return name === step;
      keys[name.slice(1, -1)] = decoded(step);
      return step !== '';
    });
    if (fits) return { route, keys };
  }
  return null;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw badRequest('Expected the path to be percent-encoded UTF-8.');
  }
}
