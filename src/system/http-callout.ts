import { randomBytes } from 'node:crypto';
import { readFlag, readFunction } from '../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Callout } from '../ports/callout.ts';

/** Options of {@link httpCallout}. */
export interface HttpCalloutOptions {
  /** Also hosts of one's own network, and this one. Default `false`. */
  readonly allowPrivateAddresses?: boolean;
  /** More headers for a call: an `authorization`, say. */
  readonly headers?: (
    url: string,
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

const OPTIONS = {
  allowPrivateAddresses: withDefault(readFlag, false),
  headers: optional(readFunction<NonNullable<HttpCalloutOptions['headers']>>),
} satisfies ShapeOf<HttpCalloutOptions>;

/**
 * Calls over HTTP and HTTPS. Redirects are not followed. Addresses are judged after their names were
 * resolved, and the connection goes to the address that was judged, so that a name which resolves to another
 * one the next time (DNS rebinding) gains nothing. Of an answer no more is read than was asked for.
 */
export function httpCallout(options?: HttpCalloutOptions): Callout {
  const { allowPrivateAddresses, headers } = readOptions(options, 'httpCallout', OPTIONS);
  return {
    async post(call) {
      const { post } = await import('./http-post.ts');
      return post(call, headers && (() => headers(call.url)), allowPrivateAddresses);
    },
    secret: () => randomBytes(32).toString('base64url'),
  };
}
