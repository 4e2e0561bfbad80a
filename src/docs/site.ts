/** The pages of documentation, rendered by the build. */
import { brotliDecompressSync } from 'node:zlib';
import type { DocsSite } from './model.ts';

/** What the build has made. @throws Error in a clone in which it was not made. */
export async function loadSite(): Promise<DocsSite> {
  const { SITE } = await import('./built/site.js');
  return JSON.parse(brotliDecompressSync(Buffer.from(SITE, 'base64')).toString('utf8')) as DocsSite;
}

/**
 * Where words lead: to the page of this path, folder or entry, to the export or heading of this name, or to a search for them;
 * a path below the root of the server.
 */
export function placeOf({ pages, sections }: DocsSite, words: string): string {
  if (words === '') return '/';
  const named = words.toLowerCase().replace(/^\/|\/$|(?:\/?readme)?\.md$/g, '');
  const nameOf = (path: string): string => path.toLowerCase().replace(/(?:\/?readme)?\.md$/, '');
  const page =
    pages.find(({ path, title }) => nameOf(path) === named || title.toLowerCase() === named) ??
    pages.find(({ path }) => nameOf(path) === `src/${named}` || nameOf(path).endsWith(`/${named}`));
  if (page) return `/${page.path}`;
  const section =
    sections.find(({ heading }) => heading === words) ??
    sections.find(({ heading }) => heading.toLowerCase() === words.toLowerCase());
  return section ? `/${section.id}` : `/search?q=${encodeURIComponent(words)}`;
}
