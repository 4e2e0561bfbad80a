/** The pages and their addresses, relative to the dashboard's root. */

/** A page and what it is about. */
export type Route =
  | {
      readonly page:
        | 'overview'
        | 'runs'
        | 'workflows'
        | 'schedule'
        | 'waiting'
        | 'audit'
        | 'people'
        | 'signIn';
    }
  | { readonly page: 'run' | 'workflow' | 'person'; readonly id: string }
  | { readonly page: 'none' };

const LISTS = {
  runs: 'runs',
  workflows: 'workflows',
  schedule: 'schedule',
  waiting: 'waiting',
  audit: 'audit',
  people: 'people',
  'sign-in': 'signIn',
} as const;
const DETAILS = { runs: 'run', workflows: 'workflow', people: 'person' } as const;

/** The page at a path below the root: `''`, `-/runs`, `-/runs/ID`. */
export function routeOf(path: string): Route {
  if (path === '') return { page: 'overview' };
  const [mark, name = '', id, ...more] = path.split('/');
  if (mark !== '-' || more.length > 0) return { page: 'none' };
  if (id === undefined || id === '') {
    return Object.hasOwn(LISTS, name) ? { page: LISTS[name as keyof typeof LISTS] } : { page: 'none' };
  }
  if (!Object.hasOwn(DETAILS, name)) return { page: 'none' };
  try {
    return { page: DETAILS[name as keyof typeof DETAILS], id: decodeURIComponent(id) };
  } catch {
    return { page: 'none' };
  }
}

type Given = Readonly<Record<string, string | undefined>>;

function withParams(path: string, params: Given): string {
  const given = Object.entries(params).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Addresses of the pages, for links. */
export const to = {
  overview: './',
  runs: (params: Given = {}) => withParams('-/runs', params),
  run: (id: string, params: Given = {}) => withParams(`-/runs/${encodeURIComponent(id)}`, params),
  workflows: '-/workflows',
  workflow: (id: string, params: Given = {}) => withParams(`-/workflows/${encodeURIComponent(id)}`, params),
  people: (text: string) => withParams('-/people', { q: text }),
  person: (id: string) => `-/people/${encodeURIComponent(id)}`,
  schedule: '-/schedule',
  waiting: '-/waiting',
  audit: (params: Given = {}) => withParams('-/audit', params),
} as const;
