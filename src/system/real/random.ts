import { randomBytes, randomUUID } from 'node:crypto';
import type { Ids, Random } from '../../ports/random.ts';

/** Random numbers of the platform. */
export const systemRandom: Random = { next: () => Math.random() };

/** GUIDs of the platform's cryptographic random source. */
export const systemIds: Ids = { guid: () => randomUUID() };

/** 256 random bits, base64url: what cannot be guessed. */
export function systemSecret(): string {
  return randomBytes(32).toString('base64url');
}
