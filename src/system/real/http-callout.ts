import { readFlag, readFunction } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Callout } from '../../ports/callout.ts';
import { systemSecret } from './random.ts';

/** Options of {@link httpCallout}. */
export interface HttpCalloutOptions {
  /** Allows hosts of private networks, and this host. Default `false`. */
  readonly allowPrivateAddresses?: boolean;
  /**
   * Additional headers of a call, such as `authorization`, or `signWebhook` of `tenure/webhook`. `id` is the same for each
   * attempt of a task. Default: none.
   */
  readonly headers?: (
    url: string,
    call: { readonly id: string; readonly body: string },
  ) => Promise<Readonly<Record<string, string>>> | Readonly<Record<string, string>>;
}

const OPTIONS = {
  allowPrivateAddresses: withDefault(readFlag, false),
  headers: optional(readFunction<NonNullable<HttpCalloutOptions['headers']>>),
} satisfies ShapeOf<HttpCalloutOptions>;

/**
 * Callout over HTTP and HTTPS. Redirects are not followed. Addresses are checked after name resolution, and the
 * connection goes to the checked address, so that DNS rebinding has no effect. No more of an answer is read than the
 * call asks for.
 *
 * @example
 * ```ts
 * import { createEngine, httpCallout } from 'tenure';
 *
 * const engine = await createEngine({
 *   callout: httpCallout({ headers: () => ({ authorization: `Bearer ${process.env.CALLOUT_TOKEN}` }) }),
 * });
 * await engine.close();
 * ```
 */
export function httpCallout(options?: HttpCalloutOptions): Callout {
  const { allowPrivateAddresses, headers } = readOptions(options, 'httpCallout', OPTIONS);
  return {
    async post(call) {
      const { post } = await import('./http-post.ts');
      const { url, body } = call;
      const id = call.headers['idempotency-key'] ?? '';
      return post(call, headers && (() => headers(url, { id, body })), allowPrivateAddresses);
    },
    secret: systemSecret,
  };
}
