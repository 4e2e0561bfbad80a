/** A dashboard of a test, served below a path, and its pages in a browser. */
import type { Browser } from 'playwright-core';
import { expect } from 'vitest';
import { createDashboard, type DashboardOptions } from '../../src/dashboard.ts';
import type { Engine } from '../../src/index.ts';
import { findChromium, listen, openBrowser, openPage, type Watched } from './browser.ts';

/** `null`: there is no browser. */
export const PROGRAM = findChromium();

/** The schemes and widths at which every page is looked at. */
export const LOOKS = [
  ['light', 1_280],
  ['dark', 390],
] as const;

/** A dashboard in a browser. */
export interface Site {
  /** Opens a page at a path below the dashboard's root; fails when the browser has something against it. */
  at(
    path: string,
    look: (watched: Watched) => Promise<void>,
    options?: Parameters<typeof openPage>[1],
  ): Promise<void>;
  /** Expects a page that shows `text` to obey the policy and WCAG 2.2 AA, and to be no wider than the window. */
  expectSound(path: string, text: string, colorScheme: 'light' | 'dark', width: number): Promise<void>;
  close(): Promise<void>;
}

/** Serves the dashboard of an engine, and opens a browser. */
export async function openSite(engine: Engine, options: DashboardOptions = {}): Promise<Site> {
  const faults: unknown[] = [];
  const dashboard = createDashboard(engine, {
    environment: 'test',
    onError: (error) => faults.push(error),
    ...options,
  });
  const server = await listen((request) =>
    new URL(request.url).pathname.startsWith('/ops')
      ? dashboard(request)
      : new Response('elsewhere', { status: 404 }),
  );
  const browser: Browser = await openBrowser(PROGRAM ?? '');
  const at: Site['at'] = async (path, look, options = {}) => {
    const watched = await openPage(browser, options);
    try {
      await watched.page.goto(`${server.url}/ops/${path}`);
      await watched.page.getByRole('heading', { level: 1 }).waitFor();
      await look(watched);
      expect(watched.complaints).toEqual([]);
    } finally {
      await watched.close();
    }
  };
  return {
    at,
    expectSound: (path, text, colorScheme, width) =>
      at(
        path,
        async ({ page, broken }) => {
          await page.getByText(text).first().waitFor();
          await picture(page, path, colorScheme, width);
          expect(await broken()).toEqual([]);
          expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        },
        { colorScheme, viewport: { width, height: 800 } },
      ),
    async close() {
      await browser.close();
      dashboard.close();
      await server.close();
      expect(faults).toEqual([]);
    },
  };
}

/** Where `TENURE_TEST_PICTURES` names a folder, each page is kept there as a picture, to be looked at. */
export async function picture(
  page: Watched['page'],
  path: string,
  colorScheme: string,
  width: number,
): Promise<void> {
  const folder = process.env.TENURE_TEST_PICTURES;
  if (folder === undefined) return;
  const name = path.replaceAll(/[^\w]+/g, '-').slice(0, 60);
  await page.screenshot({ path: `${folder}/${name}-${colorScheme}-${width}.png`, fullPage: true });
}
