/** Finds the route of a request. */
import { GraphError } from './graph-error.ts';
import { type Step, shortName } from './path.ts';
import type { KeyName, Route } from './route.ts';

/** A route, with what its path and function were given. */
export interface Match {
  readonly route: Route;
  readonly keys: Readonly<Partial<Record<KeyName, string>>>;
  readonly args: ReadonlyMap<string, string>;
  /** The path in the spelling of the table, with the keys of the request: `workflows('…')/runs`. */
  readonly address: string;
}

type Part =
  | { readonly kind: 'name' | 'function'; readonly text: string; readonly folded: string }
  | { readonly kind: 'key'; readonly name: KeyName };

interface Pattern {
  readonly parts: readonly Part[];
  readonly routes: readonly Route[];
}

/** A matcher for a table. */
export function createMatcher(routes: readonly Route[]): (method: string, steps: readonly Step[]) => Match {
  const patterns = Map.groupBy(routes, ({ path }) => path);
  const byLength = Map.groupBy(
    [...patterns].map(
      ([path, of]): Pattern => ({
        parts: path
          .split('/')
          .filter((part) => part !== '')
          .map(partOf),
        routes: of,
      }),
    ),
    ({ parts }) => parts.length,
  );
  return (method, steps) => {
    const pattern = byLength
      .get(steps.length)
      ?.find(({ parts }) => parts.every((part, index) => fits(part, steps[index] as Step)));
    if (!pattern) throw notFound(steps);
    const route = pattern.routes.find((one) => one.method === method);
    if (route) return matchOf(route, pattern.parts, steps);
    const allow = pattern.routes.map((one) => one.method).join(', ');
    throw new GraphError(
      405,
      'Request_BadRequest',
      'Specified HTTP method is not allowed for the request target.',
      { Allow: allow },
    );
  };
}

function partOf(text: string): Part {
  if (text.startsWith('{')) return { kind: 'key', name: text.slice(1, -1) as KeyName };
  const isFunction = text.endsWith('()');
  const name = isFunction ? text.slice(0, -2) : text;
  return { kind: isFunction ? 'function' : 'name', text: name, folded: name.toLowerCase() };
}

function fits(part: Part, step: Step): boolean {
  if (part.kind === 'key') return step.args === null && step.text !== '';
  // A function that takes nothing but is written without parentheses has yet to be told what it lacks.
  const isOfKind = part.kind === 'function' ? !step.isKey : !step.isKey && step.args === null;
  return isOfKind && shortName(step.text).toLowerCase() === part.folded;
}

function matchOf(route: Route, parts: readonly Part[], steps: readonly Step[]): Match {
  const keys: Partial<Record<KeyName, string>> = {};
  let address = '';
  let args: ReadonlyMap<string, string> = new Map();
  for (const [index, part] of parts.entries()) {
    const step = steps[index] as Step;
    if (part.kind === 'key') {
      keys[part.name] = step.text;
      address += `('${encodeURIComponent(step.text.replaceAll("'", "''"))}')`;
    } else {
      args = step.args ?? args;
      address += `${index === 0 ? '' : '/'}${part.text}`;
    }
  }
  return { route, keys, args, address };
}

function notFound(steps: readonly Step[]): GraphError {
  const last = steps.at(-1)?.text ?? '';
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource not found for the segment '${last.slice(0, 100)}'.`,
  );
}
