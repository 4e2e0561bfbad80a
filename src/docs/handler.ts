/** Answers requests for the pages of documentation. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECURITY_HEADERS } from '../dashboard/shell.ts';
import { folderHtml, foundHtml, missingHtml, pageHtml } from './html.ts';
import type { DocsSite } from './model.ts';

/** As for the dashboard, and the form of the search may be sent. */
const HEADERS: Readonly<Record<string, string>> = {
  ...SECURITY_HEADERS,
  'Content-Security-Policy': `${SECURITY_HEADERS['Content-Security-Policy']}`.replace(
    "form-action 'none'",
    "form-action 'self'",
  ),
  'Cache-Control': 'no-cache',
};
const HTML = 'text/html; charset=utf-8';

/** What the server needs to know beside its pages. */
export interface DocsOptions {
  /** Folder of the package. */
  readonly root: string;
  readonly version: string;
}

/**
 * A function from a request to its answer. Everything that it answers with is in a list that the build has made, so no path
 * leads anywhere else.
 */
export function docsHandler(
  site: DocsSite,
  { root, version }: DocsOptions,
): (request: Request) => Promise<Response> {
  const pages = new Map(site.pages.map((page) => [page.path, page]));
  const assets = new Map([
    ['-/docs.js', ['text/javascript; charset=utf-8', site.script]],
    ['-/docs.css', ['text/css; charset=utf-8', site.style]],
    ['-/search.json', ['application/json', JSON.stringify(site.sections)]],
  ] as const);

  async function answer(path: string): Promise<Response> {
    const page = pages.get(path === '' ? 'README.md' : path);
    if (page) return reply(200, HTML, pageHtml(site, page, version));
    const asset = assets.get(path as '-/docs.js');
    if (asset) return reply(200, asset[0], asset[1]);
    if (path === 'search') return reply(200, HTML, foundHtml(site, version));
    if (path === 'llms.txt') return moved('/src/llms.txt');
    const type = Object.hasOwn(site.files, path) ? site.files[path] : undefined;
    if (type !== undefined) return reply(200, type, await readFile(join(root, path)));
    const folder = path.replace(/\/$/, '');
    if (pages.has(`${folder}/README.md`)) return moved(`/${folder}/README.md`);
    const inside = site.pages.filter((one) => one.path.startsWith(`${folder}/`));
    if (inside.length > 0) return reply(200, HTML, folderHtml(site, inside, version));
    return reply(404, HTML, missingHtml(site, version));
  }

  return async ({ method, url }) => {
    if (method !== 'GET' && method !== 'HEAD')
      return new Response(null, { status: 405, headers: { ...HEADERS, Allow: 'GET, HEAD' } });
    const found = await answer(pathOf(url));
    return method === 'HEAD' ? new Response(null, found) : found;
  };
}

/** The path without its first slash; what cannot be decoded is no page's. */
function pathOf(url: string): string {
  const { pathname } = new URL(url);
  try {
    return decodeURIComponent(pathname.slice(1));
  } catch {
    return pathname;
  }
}

function reply(status: number, type: string, body: string | Uint8Array<ArrayBuffer>): Response {
  return new Response(body, { status, headers: { ...HEADERS, 'Content-Type': type } });
}

function moved(to: string): Response {
  return new Response(null, { status: 302, headers: { ...HEADERS, Location: to } });
}
