import { randomUUID } from 'node:crypto';
import type { Ids, Random } from '../../ports/random.ts';

/** Chance from the platform. */
export const systemRandom: Random = { next: () => Math.random() };

/** GUIDs from the platform's cryptographic source. */
export const systemIds: Ids = { guid: () => randomUUID() };
