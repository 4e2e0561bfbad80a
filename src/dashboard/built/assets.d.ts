/** Made by `npm run build:dashboard` (`client/build.ts`): the page's files, compressed. */
import type { BuiltAsset } from '../built-asset.ts';

/** All of them. */
export declare const ASSETS: readonly BuiltAsset[];
/** Hash of the sources that they were built from. */
export declare const BUILT_FROM: string;
