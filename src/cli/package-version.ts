import { createRequire } from 'node:module';

/** The version in the package's own `package.json`, found by its name. */
export function packageVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('tenure/package.json');
  return String((manifest as { readonly version?: unknown }).version);
}
