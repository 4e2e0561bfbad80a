/** The HTML of the pages of documentation, around what the build has rendered. */
import { ICON } from '../dashboard/shell.ts';
import type { DocsPage, DocsSite } from './model.ts';

/** Groups whose pages are not listed on every page: there is a page that lists them. */
const FOLDED: Readonly<Record<string, string>> = { Decisions: '/src/decisions' };

/** A page. */
export function pageHtml(site: DocsSite, page: DocsPage, version: string): string {
  const { title, html } = page;
  return wholeHtml(site, {
    title,
    version,
    current: page,
    content: `<article class="doc">${html}</article>`,
  });
}

/** The page that shows what a search has found: by its script, since nothing here knows the words. */
export function foundHtml(site: DocsSite, version: string): string {
  const content = `<article class="doc"><h1>Search</h1>
<p id="found-count" role="status">The search needs JavaScript.</p>
<ol id="found" class="found"></ol></article>`;
  return wholeHtml(site, { title: 'Search', version, current: null, content });
}

/** What a folder without a page of its own has. */
export function folderHtml(site: DocsSite, pages: readonly DocsPage[], version: string): string {
  const title = pages[0]?.group ?? '';
  const rows = pages.map(
    ({ path, title, summary }) =>
      `<li><a href="/${escaped(path)}">${escaped(title)}</a><p>${escaped(summary)}</p></li>`,
  );
  const content = `<article class="doc"><h1>${escaped(title)}</h1><ul class="found">${rows.join('')}</ul></article>`;
  return wholeHtml(site, { title, version, current: null, content });
}

/** For paths that lead nowhere. */
export function missingHtml(site: DocsSite, version: string): string {
  const content = `<article class="doc"><h1>There is no such page</h1><p>The list of pages has all that there are; the search finds what is in them.</p></article>`;
  return wholeHtml(site, { title: 'There is no such page', version, current: null, content });
}

interface Whole {
  readonly title: string;
  readonly version: string;
  readonly current: DocsPage | null;
  readonly content: string;
}

function wholeHtml(site: DocsSite, { title, version, current, content }: Whole): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(title === 'tenure' ? 'tenure: documentation' : `${title} · tenure`)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/-/docs.css">
<script type="module" src="/-/docs.js"></script>
</head>
<body>
<div id="app">
<a class="skip" href="#main">Skip to the content</a>
<header><div class="bar-top">
<a class="brand" href="/"><svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true"><rect width="16" height="16" rx="4" class="brand-disc"/><path d="M3.5 5h9M3.5 8h6M3.5 11h3" class="brand-mark"/></svg>tenure</a>
<span class="badge quiet">${escaped(version)}</span>
<a class="to-pages" href="#pages">Pages</a>
<search class="search"><form action="/search"><input type="search" name="q" aria-label="Search the documentation" placeholder="Search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/"><span class="key" aria-hidden="true">/</span></form></search>
<select class="theme" aria-label="Colours"><option value="auto">System</option><option value="light">Light</option><option value="dark">Dark</option></select>
</div></header>
<div class="book">
<main id="main" tabindex="-1">${content}</main>
<nav id="pages" aria-label="Pages">${navigation(site, current)}</nav>
</div>
</div>
</body>
</html>
`;
}

function navigation({ pages }: DocsSite, current: DocsPage | null): string {
  const groups = Map.groupBy(pages, ({ group }) => group);
  return [...groups]
    .map(([group, list]) => {
      const folder = FOLDED[group];
      const items =
        folder === undefined
          ? list.map((page) => navigationItem(page, page === current))
          : [`<li><a href="${folder}">All ${list.length}</a></li>`];
      return `<h2>${escaped(group)}</h2><ul>${items.join('')}</ul>`;
    })
    .join('');
}

function navigationItem({ path, title, headings }: DocsPage, isCurrent: boolean): string {
  const parts = isCurrent
    ? headings.map(([anchor, text]) => `<li><a href="#${anchor}">${escaped(text)}</a></li>`)
    : [];
  const inner = parts.length === 0 ? '' : `<ul>${parts.join('')}</ul>`;
  const mark = isCurrent ? ' aria-current="page"' : '';
  // What stands behind a colon is for the head of the page.
  const name = title.replace(/:.*$/, '');
  return `<li><a href="/${escaped(path)}"${mark}>${escaped(name)}</a>${inner}</li>`;
}

/** Text for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
