/** The pages that `tenure docs` serves: each link leads somewhere, no path leads out, and the search finds, in a real browser. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docsHandler } from '../../src/docs/handler.ts';
import type { DocsSite } from '../../src/docs/model.ts';
import { loadSite, placeOf } from '../../src/docs/site.ts';
import { listen, openBrowser, openPage } from '../dashboard/browser.ts';
import { LOOKS, PROGRAM, picture } from '../dashboard/site.ts';
import { ROOT, served } from './programs.ts';

const ORIGIN = 'http://127.0.0.1';
let site: DocsSite;
let handler: (request: Request) => Promise<Response>;
beforeAll(async () => {
  site = await loadSite();
  handler = docsHandler(site, { root: ROOT, version: '1.2.3' });
});

const get = (path: string, init?: RequestInit) => handler(new Request(`${ORIGIN}${path}`, init));

describe('the pages of documentation', () => {
  it('are all the Markdown of the package, and each of their links leads to a page and a heading', async () => {
    const texts = new Map<string, string>();
    const textOf = async (path: string): Promise<string> => {
      const answer = await get(path);
      if (answer.status === 302) return textOf(answer.headers.get('location') ?? '');
      return answer.ok ? answer.text() : '';
    };
    const broken: string[] = [];
    for (const { path, html } of site.pages) {
      for (const [, link = ''] of html.matchAll(/ (?:href|src)="([^"]*)"/g)) {
        const url = new URL(link.replaceAll('&amp;', '&'), `${ORIGIN}/${path}`);
        if (url.origin !== ORIGIN) continue;
        const text = texts.get(url.pathname) ?? (await textOf(url.pathname));
        texts.set(url.pathname, text);
        const anchor = url.hash.slice(1);
        if (text === '' || (anchor !== '' && !text.includes(` id="${anchor}"`)))
          broken.push(`${path}: ${link}`);
      }
    }
    expect(broken).toEqual([]);
    expect(site.pages.length).toBeGreaterThan(80);
  });

  it('send scripts and styles of their own only, and no others', async () => {
    const answer = await get('/src/engine/README.md');
    expect(answer.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(await answer.text()).not.toMatch(/<script(?![^>]* src=)|<style| style="| on\w+="/);
    expect((await get('/-/docs.js')).headers.get('content-type')).toContain('javascript');
    expect((await get('/', { method: 'POST' })).status).toBe(405);
    expect(await (await get('/', { method: 'HEAD' })).text()).toBe('');
  });

  it.each([
    '/package.json',
    '/src/index.ts',
    '/../package.json',
    '/src/%2e%2e/package.json',
    '/src/..%2fpackage.json',
    '/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '//etc/passwd',
    '/src/engine/README.md%00.png',
    '/%ff',
    '/constructor',
    '/__proto__',
    '/-/',
    '/src/dashboard/run-page.png/..%2f..%2f..%2fpackage.json',
  ])('are all that is served: %s is not found', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it.each([
    ['', '/'],
    ['engine', '/src/engine/README.md'],
    ['src/engine/README.md', '/src/engine/README.md'],
    ['tenure/sqlite', '/src/reference/sqlite.md'],
    ['sqliteStore', '/src/reference/sqlite.md#sqlitestore'],
    ['after an outage & more', '/search?q=after%20an%20outage%20%26%20more'],
  ])('are found by words: %j is at %s', (words, place) => {
    expect(placeOf(site, words)).toBe(place);
  });
});

describe('tenure docs', () => {
  it('serves the pages until it is interrupted', async () => {
    const code = await served(['docs', 'createEngine', '--port', '0', '--json'], async (printed) => {
      const { docs } = JSON.parse(printed) as { readonly docs: string };
      expect(docs).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/src\/reference\/tenure\.md#createengine$/);
      expect(await (await fetch(docs)).text()).toContain('<h3 id="createengine">');
      const image = await fetch(new URL('/src/dashboard/run-page.png', docs));
      expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png']);
    });
    expect(code).toBe(0);
  });
});

describe.skipIf(PROGRAM === null)('the pages of documentation, in Chromium', () => {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    [browser, server] = await Promise.all([
      openBrowser(PROGRAM ?? ''),
      listen((request) => handler(request)),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each(LOOKS)('the search finds, in %s, %i px wide', async (colorScheme, width) => {
    const { page, broken, complaints, close } = await openPage(browser, {
      colorScheme,
      viewport: { width, height: 800 },
    });
    const expectSound = async (name: string): Promise<void> => {
      await picture(page, name, colorScheme, width);
      expect(await broken()).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    };
    try {
      await page.goto(`${server.url}/src/cli/README.md`);
      if (colorScheme === 'light') await expectSound('docs page');
      await page.keyboard.press('/');
      await page.keyboard.type('sqliteStor');
      await page.keyboard.press('Enter');
      await page.getByText(/^\d+ places?:$/).waitFor();
      if (colorScheme === 'dark') await expectSound('docs search');
      await page.getByRole('link', { name: 'sqliteStore', exact: true }).first().click();
      await page.waitForURL('**/src/reference/sqlite.md#sqlitestore');
      await page.getByRole('heading', { name: 'sqliteStore', exact: true }).waitFor();
      expect(complaints).toEqual([]);
    } finally {
      await close();
    }
  });
});
