/** Made by `npm run build:docs` (`build/site.ts`). */

/** A `DocsSite` as JSON, compressed by Brotli, in base64. */
export declare const SITE: string;
/** Hash of what it was built from. */
export declare const BUILT_FROM: string;
