/** `tenure/config`: the type of the file that `tenure run --connect` and other commands read. */
export type { Config, ConnectionConfig } from './config/config.ts';
export { defineConfig } from './config/define-config.ts';
export type { Secret } from './config/secret.ts';
