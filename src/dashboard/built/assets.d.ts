/** Made by `npm run build:dashboard` (`client/build.ts`): the page's files, compressed. */

/** A file of the page. */
export interface BuiltAsset {
  /** `app-4f2a91c0.js`: the hash of its content is part of the name. */
  readonly name: string;
  /** Media type. */
  readonly type: string;
  /** Base64. */
  readonly gzip: string;
  /** Base64. */
  readonly brotli: string;
}

/** All of them. */
export declare const ASSETS: readonly BuiltAsset[];
/** Hash of the sources that they were built from. */
export declare const BUILT_FROM: string;
