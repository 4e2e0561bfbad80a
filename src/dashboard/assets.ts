/** The page's files: built before, kept in memory, named by their content. */
import { gunzipSync } from 'node:zlib';
import { GraphError } from '../graph/graph-error.ts';
import type { BuiltAsset } from './built-asset.ts';

const NOT_BUILT = `The dashboard's page has not been built. Run: npm run build:dashboard`;

/** A file, in each encoding that it is sent in. */
interface Asset {
  readonly name: string;
  readonly type: string;
  readonly bodies: ReadonlyMap<'br' | 'gzip' | 'identity', Uint8Array<ArrayBuffer>>;
}

/** The files of the page. */
export interface Assets {
  /** Name of the file with this beginning and ending: `app`, `.js`. */
  named(beginning: string, ending: string): string;
  /** The answer for a file; `null`: there is none of this name. */
  answer(name: string, request: Request): Response | null;
}

let loading: Promise<Assets> | null = null;

/**
 * The files, decoded once. A module, so that a bundler takes them along.
 *
 * @throws GraphError 503 in a clone in which the page was not built.
 */
export function loadAssets(): Promise<Assets> {
  loading ??= import('./built/assets.js').then(
    ({ ASSETS }) => assetsOf(ASSETS),
    (cause: unknown) => {
      loading = null;
      throw Object.assign(new GraphError(503, 'serviceNotAvailable', NOT_BUILT), { cause });
    },
  );
  return loading;
}

/** The files of a build. */
export function assetsOf(built: readonly BuiltAsset[]): Assets {
  const byName = new Map(built.map((one) => [one.name, decoded(one)]));
  return {
    named(beginning, ending) {
      const name = built
        .map((one) => one.name)
        .find((one) => one.startsWith(`${beginning}-`) && one.endsWith(ending));
      if (name !== undefined) return name;
      throw new Error(`Expected a file ${beginning}-….${ending} among the assets, got none. ${NOT_BUILT}`);
    },
    answer(name, request) {
      const asset = byName.get(name);
      if (!asset) return null;
      const encoding = encodingFor(request.headers.get('accept-encoding') ?? '');
      const headers = {
        'Content-Type': asset.type,
        // The name changes with the content.
        'Cache-Control': 'public, max-age=31536000, immutable',
        Vary: 'Accept-Encoding',
        ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
      };
      return new Response(request.method === 'HEAD' ? null : (asset.bodies.get(encoding) ?? null), {
        headers,
      });
    },
  };
}

function decoded({ name, type, gzip, brotli }: BuiltAsset): Asset {
  const zipped = new Uint8Array(Buffer.from(gzip, 'base64'));
  return {
    name,
    type,
    bodies: new Map([
      ['br', new Uint8Array(Buffer.from(brotli, 'base64'))],
      ['gzip', zipped],
      ['identity', new Uint8Array(gunzipSync(zipped))],
    ]),
  };
}

/** The best encoding that `Accept-Encoding` allows; weights other than 0 do not matter among these. */
function encodingFor(accepted: string): 'br' | 'gzip' | 'identity' {
  const named = new Map(
    accepted.split(',').map((part) => {
      const [name = '', weight = ''] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q=/);
      return [name, weight === '' || Number(weight) > 0] as const;
    }),
  );
  const allows = (name: string): boolean => named.get(name) ?? named.get('*') ?? false;
  if (allows('br')) return 'br';
  return allows('gzip') ? 'gzip' : 'identity';
}
