/** Whatever is changed of a signed request, it is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  signWebhook,
  verifyWebhook,
  WebhookRefused,
} from '../../src/connectors/webhook/webhook-signature.ts';
import { virtualClock } from '../../src/system/virtual/virtual-clock.ts';

const RUNS = 200;
const clock = virtualClock(Date.parse('2026-01-05T08:00:00Z'));
const secret = fc
  .uint8Array({ minLength: 24, maxLength: 64 })
  .map((bytes) => `whsec_${Buffer.from(bytes).toString('base64')}`);
const id = fc.stringMatching(/^[!-\-/-~]{1,40}$/);
const body = fc.json().map((text) => Buffer.from(text));
const secrets = fc.uniqueArray(secret, { minLength: 1, maxLength: 3 });

/** The text with another printable character at a place. */
function changed(text: string, place: number, by: number): string {
  const at = place % text.length;
  const code = 33 + ((text.charCodeAt(at) - 33 + 1 + (by % 93)) % 94);
  return text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
}

describe('a signed request', () => {
  it('is taken with any one of the secrets that signed it', async () => {
    await fc.assert(
      fc.asyncProperty(id, body, secrets, fc.nat(), async (messageId, bytes, all, which) => {
        const headers = {
          ...(await signWebhook({ id: messageId, body: bytes.toString(), secrets: all, clock })),
        };
        const one = all[which % all.length] ?? '';
        const verified = await verifyWebhook({ headers, body: bytes }, { secrets: one, clock });
        expect(verified).toMatchObject({ id: messageId, message: JSON.parse(bytes.toString()) });
      }),
      { numRuns: RUNS },
    );
  });

  it('is refused when any byte of it is changed', async () => {
    const part = fc.constantFrom('webhook-id', 'webhook-timestamp', 'webhook-signature', 'body');
    await fc.assert(
      fc.asyncProperty(
        id,
        body,
        secret,
        part,
        fc.nat(),
        fc.nat(),
        async (messageId, bytes, key, what, place, by) => {
          const headers: Record<string, string> = {
            ...(await signWebhook({ id: messageId, body: bytes.toString(), secrets: key, clock })),
          };
          const altered = Buffer.from(bytes);
          if (what === 'body') {
            const at = place % altered.length;
            altered[at] = ((altered[at] ?? 0) + 1 + (by % 255)) % 256;
          } else headers[what] = changed(headers[what] ?? '', place, by);
          // A tolerance of a day: what is refused is not only old.
          const options = { secrets: key, clock, toleranceMs: 86_400_000 };
          await expect(verifyWebhook({ headers, body: altered }, options)).rejects.toBeInstanceOf(
            WebhookRefused,
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('is refused with another secret, and when a byte is added or missing', async () => {
    await fc.assert(
      fc.asyncProperty(id, body, secrets, async (messageId, bytes, [key = '', ...others]) => {
        const headers = {
          ...(await signWebhook({ id: messageId, body: bytes.toString(), secrets: key, clock })),
        };
        const refused = (content: Buffer, given: string | readonly string[]) =>
          expect(verifyWebhook({ headers, body: content }, { secrets: given, clock })).rejects.toBeInstanceOf(
            WebhookRefused,
          );
        if (others.length > 0) await refused(bytes, others);
        await refused(Buffer.concat([bytes, Buffer.from(' ')]), key);
        await refused(bytes.subarray(1), key);
      }),
      { numRuns: RUNS },
    );
  });
});
