import { randomUUID } from 'node:crypto';
import type { Ids, Random } from '../../ports/random.ts';

/** Random numbers of the platform. */
export const systemRandom: Random = { next: () => Math.random() };

/** GUIDs of the platform's cryptographic random source. */
export const systemIds: Ids = { guid: () => randomUUID() };
