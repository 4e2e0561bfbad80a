import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { assetsOf, loadAssets } from '../../../src/dashboard/assets.ts';

const TEXT = 'console.log("a page")';
const assets = assetsOf([
  {
    name: 'app-1234.js',
    type: 'text/javascript; charset=utf-8',
    gzip: gzipSync(TEXT).toString('base64'),
    brotli: brotliCompressSync(TEXT).toString('base64'),
  },
]);

const asked = (accept: string | null, method = 'GET') =>
  new Request('http://localhost/', { method, headers: accept === null ? {} : { 'Accept-Encoding': accept } });

async function got(accept: string | null) {
  const answer = assets.answer('app-1234.js', asked(accept));
  const bytes = Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer(0));
  return { encoding: answer?.headers.get('content-encoding'), bytes };
}

describe('the assets', () => {
  it('are sent in the best encoding that the client takes', async () => {
    const brotli = await got('gzip, deflate, br, zstd');
    expect(brotli.encoding).toBe('br');
    expect(brotliDecompressSync(brotli.bytes).toString()).toBe(TEXT);
    const gzip = await got('gzip;q=0.5, br;q=0');
    expect(gzip.encoding).toBe('gzip');
    expect(gunzipSync(gzip.bytes).toString()).toBe(TEXT);
    for (const accept of [null, '', 'identity', 'zstd', 'br;q=0, *;q=0'])
      expect(await got(accept)).toEqual({ encoding: null, bytes: Buffer.from(TEXT) });
    expect((await got('*')).encoding).toBe('br');
  });

  it('are kept by browsers for ever, by the name that has their hash', () => {
    const answer = assets.answer('app-1234.js', asked('br'));
    expect(answer?.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer?.headers.get('vary')).toBe('Accept-Encoding');
  });

  it('have no body for HEAD, and are none by another name', async () => {
    expect(await assets.answer('app-1234.js', asked('br', 'HEAD'))?.text()).toBe('');
    expect(assets.answer('app-1235.js', asked('br'))).toBeNull();
    expect(() => assets.named('app', '.css')).toThrow('npm run build:dashboard');
  });

  it('are within their budget: 45 kB at first, 90 kB in all', async () => {
    const built = await loadAssets();
    const { ASSETS } = await import('../../../src/dashboard/built/assets.js');
    const sizeOf = (name: string) => {
      const gzip = ASSETS.find((one) => one.name === name)?.gzip;
      return gzip === undefined ? Number.NaN : Buffer.from(gzip, 'base64').length;
    };
    const textOf = async (name: string) => (await built.answer(name, asked('identity'))?.text()) ?? '';
    // What is loaded at first: the script with what it imports before it runs, and the styles.
    const first = new Set([built.named('app', '.js'), built.named('app', '.css')]);
    for (const name of first)
      for (const [, imported = ''] of (await textOf(name)).matchAll(
        /(?:\bfrom|^import|;import)\s*["']\.\/([^"']+)["']/g,
      ))
        first.add(imported);
    const sum = (names: readonly string[]) => names.reduce((all, name) => all + sizeOf(name), 0);
    expect(first.size).toBeGreaterThan(2);
    expect(sum([...first])).toBeLessThan(45_000);
    expect(sum(ASSETS.map(({ name }) => name))).toBeLessThan(90_000);
    // The other pages are asked for when they are shown.
    expect(ASSETS.length - first.size).toBeGreaterThan(5);
  });
});
