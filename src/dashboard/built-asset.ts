/** A file of the page, as the build makes it. */
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
