/**
 * Builds the pages of documentation into `../built/site.js`, which `tenure docs` serves: `npm run build:docs`. Does nothing when
 * what they are made of is that of the last build.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import type { DocsSite } from '../model.ts';
import { LLMS } from './llms.ts';
import { readPages } from './pages.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const DOCS = join(ROOT, 'src/docs');
const BUILT = join(DOCS, 'built/site.js');
const STYLES = [
  ...['base', 'frame'].map((name) => join(ROOT, 'src/dashboard/client/style', `${name}.css`)),
  join(DOCS, 'client/docs.css'),
];
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.yml': 'text/plain; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/** Builds the pages unless they are up to date. */
export async function buildDocs(): Promise<void> {
  const pages = readPages(ROOT);
  const hash = createHash('sha256');
  for (const path of [...STYLES, ...sourcesIn(DOCS), join(ROOT, 'package-lock.json')])
    hash.update(readFileSync(path));
  for (const { path, text } of pages) hash.update(path).update(text);
  const builtFrom = hash.digest('hex').slice(0, 32);
  if (existsSync(BUILT) && readFileSync(BUILT, 'utf8').includes(`BUILT_FROM = '${builtFrom}'`)) return;
  // Loaded only for a build.
  const { rendered } = await import('./render.ts');
  const all = pages.map(rendered);
  const site: DocsSite = {
    pages: all.map(({ page }) => page),
    sections: all.flatMap(({ sections }) => sections),
    files: filesOf(pages.map(({ path, text }) => [path, text])),
    script: await script(),
    style: STYLES.map((path) => readFileSync(path, 'utf8')).join('\n'),
  };
  const packed = brotliCompressSync(JSON.stringify(site), {
    params: {
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      // The highest takes four times as long for a tenth less.
      [constants.BROTLI_PARAM_QUALITY]: 9,
    },
  });
  mkdirSync(dirname(BUILT), { recursive: true });
  const text = `// Made by build/site.ts: do not edit.\nexport const BUILT_FROM = '${builtFrom}';\nexport const SITE = '${packed.toString('base64')}';\n`;
  // Readers see the old file or the new one.
  writeFileSync(`${BUILT}.${process.pid}`, text);
  renameSync(`${BUILT}.${process.pid}`, BUILT);
}

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|css)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The files that pages show or lead to, and that are no pages. */
function filesOf(pages: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const linked = pages.flatMap(([path, text]) =>
    [...text.matchAll(/\]\(([^()\s#]+)/g)].map(([, link = '']) => join(dirname(path), link)),
  );
  const types = [LLMS, ...linked].map((path) => [path, TYPES[extname(path)]] as const);
  return Object.fromEntries(
    types.filter((one): one is [string, string] => one[1] !== undefined && existsSync(join(ROOT, one[0]))),
  );
}

/** The script, with the search in it and the license of that. */
async function script(): Promise<string> {
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({ input: join(DOCS, 'client/main.ts'), platform: 'browser' });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  const license = readFileSync(join(ROOT, 'node_modules/minisearch/LICENSE.txt'), 'utf8');
  return `/*! minisearch\n${license.trim()}\n*/\n${output[0].code}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildDocs();
