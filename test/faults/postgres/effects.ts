/** What the handlers did, by their own log, against what the store says of it. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What came of comparing the two. */
export interface Effects {
  /** Outcomes in the store. */
  readonly outcomes: number;
  /** Outcomes whose handler was never called under the claim that they name. */
  readonly withoutEffect: number;
  /** Tasks that were called again under a later claim than their outcome's. */
  readonly afterTheirOutcome: number;
  /** Tasks that were called twice under one claim. */
  readonly twiceUnderOneClaim: number;
  /** Calls beyond the first of each task: it was running, or its outcome not yet committed, when its slice was lost. */
  readonly repeated: number;
  /** Slices taken over with such tasks, and the most of them in one. */
  readonly takeOvers: number;
  readonly mostInOne: number;
  /** Users of whom more than one task of one claim was repeated: only one can have been under way. */
  readonly severalOfOneUser: number;
}

/** A task of a user of a run: `idempotencyKey` of its calls. */
type Key = string;

/** Reads the log of calls. @param outcomes the claim under which each task came to its outcome. */
export async function compareEffects(path: string, outcomes: ReadonlyMap<Key, number>): Promise<Effects> {
  const byTask = new Map<Key, { readonly slice: number; readonly claims: number[] }>();
  for await (const line of createInterface({ input: createReadStream(path, 'latin1') })) {
    const [key = '', slice, claim] = line.split(' ');
    const known = byTask.get(key);
    if (known) known.claims.push(Number(claim));
    else byTask.set(key, { slice: Number(slice), claims: [Number(claim)] });
  }
  const found = { withoutEffect: 0, afterTheirOutcome: 0, twiceUnderOneClaim: 0, repeated: 0 };
  for (const [key, claim] of outcomes) {
    const claims = byTask.get(key)?.claims ?? [];
    if (!claims.includes(claim)) found.withoutEffect += 1;
    if (claims.some((one) => one > claim)) found.afterTheirOutcome += 1;
  }
  const ofTakeOver = new Map<string, number>();
  const ofUser = new Map<string, number>();
  for (const [key, { slice, claims }] of byTask) {
    found.repeated += claims.length - 1;
    const inOrder = claims.toSorted((a, b) => a - b);
    for (const claim of inOrder.slice(0, -1)) {
      add(ofTakeOver, `${key.slice(0, 18)} ${slice} ${claim}`);
      add(ofUser, `${key.slice(0, 18)} ${key.slice(-12)} ${claim}`);
    }
    if (new Set(claims).size < claims.length) found.twiceUnderOneClaim += 1;
  }
  return {
    ...found,
    outcomes: outcomes.size,
    takeOvers: ofTakeOver.size,
    mostInOne: Math.max(0, ...ofTakeOver.values()),
    severalOfOneUser: [...ofUser.values()].filter((count) => count > 1).length,
  };
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
