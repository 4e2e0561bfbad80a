import type { Config } from './config.ts';

/**
 * Gives a configuration its type, for `tenure.config.ts`; it is checked when a command reads the file.
 *
 * @example
 * ```ts
 * import { defineConfig } from 'tenure/config';
 *
 * export default defineConfig({
 *   connections: {
 *     people: { kind: 'file', path: 'people.csv' },
 *     app: { kind: 'scim', baseUrl: 'https://app.example.com/scim/v2', token: { env: 'SCIM_TOKEN' } },
 *   },
 *   directory: 'people',
 * });
 * ```
 */
export function defineConfig(config: Config): Config {
  return config;
}
