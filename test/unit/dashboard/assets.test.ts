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

  it('are a script and a style sheet, within their budget: 45 kB at first, 90 kB in all', async () => {
    const built = await loadAssets();
    const sizes = await Promise.all(
      ['.js', '.css'].map(async (ending) => {
        const answer = built.answer(built.named('app', ending), asked('gzip'));
        return (await answer?.arrayBuffer())?.byteLength ?? Number.NaN;
      }),
    );
    // All of it is loaded at first, so the smaller bound holds for both.
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(45_000);
  });
});
