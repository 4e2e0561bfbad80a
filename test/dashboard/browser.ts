/** A real Chromium, and a page of a dashboard in it that fails its test when the browser complains. */
import { accessSync, constants } from 'node:fs';
import type { AddressInfo, Server } from 'node:net';
import { AxeBuilder } from '@axe-core/playwright';
import { serve } from '@hono/node-server';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const PLACES = [
  process.env.TENURE_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser's program; `null`: there is none, which fails where `CI` is set and is said aloud elsewhere. */
export function findChromium(): string | null {
  const found = PLACES.find((path) => {
    if (path === undefined) return false;
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found !== undefined) return found;
  const text = 'there is no Chromium. Install one, or name it: TENURE_TEST_CHROMIUM=/path/to/chromium';
  if (process.env.CI) throw new Error(`The pages cannot be tested: ${text}`);
  console.error(`\nTHE TESTS OF THE DASHBOARD'S PAGES WERE SKIPPED: ${text}\n`);
  return null;
}

/** The rules that pages obey, by their tags. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Starts the browser. */
export function openBrowser(executablePath: string): Promise<Browser> {
  // The sandbox needs rights that containers do not give; what is looked at is our own.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A page, and what the browser had to say against it. */
export interface Watched {
  readonly page: Page;
  /** Messages of the console, errors of scripts, violations of the policy. */
  readonly complaints: readonly string[];
  /** Rules of WCAG 2.2 AA that the page breaks, with the elements. */
  broken(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens an empty page. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.exposeFunction('complain', (text: string) => complaints.push(text));
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => complain(event.violatedDirective + ' ' + event.blockedURI))",
  );
  return {
    page,
    complaints,
    async broken() {
      // Legacy is what needs no second page to join the results of frames, of which there are none.
      expect(page.frames()).toHaveLength(1);
      const { violations } = await new AxeBuilder({ page })
        .options({ runOnly: RULES, resultTypes: ['violations'] })
        .setLegacyMode()
        .analyze();
      return violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, any }) => `${html} ${any[0]?.message ?? ''}`).join(' ')}`,
      );
    },
    close: () => context.close(),
  };
}

/** Serves a handler on a free port of this machine. */
export async function listen(
  handler: (request: Request) => Promise<Response> | Response,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = await new Promise<Server>((resolve) => {
    const made = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }, () => resolve(made as Server));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
      }),
  };
}
