/** Where the page is: the browser's history, as a signal. */
import { computed, signal } from '@preact/signals';
import { routeOf } from './routes.ts';

const ROOT = new URL('.', document.baseURI);

interface Place {
  /** Below the dashboard's root. */
  readonly path: string;
  readonly search: string;
}

function placeOf({ pathname, search }: { pathname: string; search: string }): Place {
  const path = pathname.startsWith(ROOT.pathname) ? pathname.slice(ROOT.pathname.length) : pathname;
  return { path, search };
}

/** Where the page is. */
const place = signal<Place>(placeOf(location));
/** The page that is shown. */
export const route = computed(() => routeOf(place.value.path));
/** The parameters of its address. */
export const params = computed(() => new URLSearchParams(place.value.search));

/** Goes to an address relative to the root. `replace`: the one that is left is not gone back to. */
export function go(address: string, { replace = false } = {}): void {
  const url = new URL(address, ROOT);
  const isOtherPage = url.pathname !== location.pathname;
  if (url.href === location.href) return;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  place.value = placeOf(url);
  if (isOtherPage) scrollTo(0, 0);
}

/** The present address with other parameters; empty and absent ones are left out. */
export function withParams(changes: Readonly<Record<string, string | undefined>>): string {
  const next = new URLSearchParams(place.value.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const text = next.toString();
  return (place.value.path || './') + (text === '' ? '' : `?${text}`);
}

/** The whole address of something relative to the root, for copying. */
export function absolute(address: string): string {
  return new URL(address, ROOT).href;
}

/** Follows the history, and takes over clicks on links between pages. */
export function startRouter(): void {
  addEventListener('popstate', () => {
    place.value = placeOf(location);
  });
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link?.href || link.target !== '' || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== ROOT.origin || !url.pathname.startsWith(ROOT.pathname) || url.hash !== '') return;
    event.preventDefault();
    go(url.href);
  });
}
