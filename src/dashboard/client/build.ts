/**
 * Builds the page into `../built/assets.js`, a module that carries its files: `node src/dashboard/client/build.ts`. Does
 * nothing when the sources are those of the last build.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { BuiltAsset } from '../built-asset.ts';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../../..');
const BUILT = join(HERE, '../built/assets.js');
/** Beside the page's own folder: what it imports, and what decides the versions of packages. */
const INPUTS = [
  HERE,
  join(HERE, '../wire.ts'),
  ...['model', 'text', 'simulate/report'].map((name) => join(ROOT, 'src', name)),
];
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The oldest that have all that the page uses, `light-dark()` last of all; all of 2024. */
const BROWSERS = ['chrome123', 'firefox121', 'safari17.5'];

/** Builds the page unless it is up to date. */
export async function buildDashboard(): Promise<void> {
  const sources = hashOfSources();
  if (existsSync(BUILT) && readFileSync(BUILT, 'utf8').includes(`BUILT_FROM = '${sources}'`)) return;
  // Loaded only for a build: it takes as long as one.
  const { build } = await import('vite');
  const result = await build({
    root: HERE,
    configFile: false,
    logLevel: 'warn',
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      target: BROWSERS,
      cssTarget: BROWSERS,
      modulePreload: false,
      cssCodeSplit: false,
      assetsInlineLimit: 0,
      rollupOptions: {
        input: { app: join(HERE, 'main.tsx') },
        output: {
          entryFileNames: 'app-[hash].js',
          chunkFileNames: 'page-[hash].js',
          assetFileNames: 'app-[hash][extname]',
        },
      },
    },
  });
  if (Array.isArray(result) || !('output' in result))
    throw new Error('Expected one build, got something else');
  const assets = result.output.map((file) =>
    assetOf(file.fileName, Buffer.from(file.type === 'chunk' ? file.code : file.source)),
  );
  mkdirSync(dirname(BUILT), { recursive: true });
  const text = `// Made by client/build.ts: do not edit.\nexport const BUILT_FROM = '${sources}';\nexport const ASSETS = ${JSON.stringify(assets)};\n`;
  // Readers see the old file or the new one.
  writeFileSync(`${BUILT}.${process.pid}`, text);
  renameSync(`${BUILT}.${process.pid}`, BUILT);
}

function assetOf(name: string, content: Buffer): BuiltAsset {
  const type = TYPES[extname(name)];
  if (type === undefined) throw new Error(`Expected scripts and styles only, got ${name}`);
  const parameters = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  return {
    name,
    type,
    gzip: gzipSync(content, { level: 9 }).toString('base64'),
    brotli: brotliCompressSync(content, { params: parameters }).toString('base64'),
  };
}

function hashOfSources(): string {
  const hash = createHash('sha256');
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  for (const name of ['preact', '@preact/signals', '@preact/signals-core', 'vite'])
    hash.update(`${name}@${lock.packages[`node_modules/${name}`]?.version}\n`);
  for (const path of INPUTS.flatMap(filesOf)) hash.update(path.slice(ROOT.length)).update(readFileSync(path));
  return hash.digest('hex').slice(0, 32);
}

function filesOf(path: string): readonly string[] {
  if (extname(path) !== '') return [path];
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|tsx|css)$/.test(name))
    .sort()
    .map((name) => join(path, name));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildDashboard();
