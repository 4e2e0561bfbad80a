/** A store that dies with its process, at the commit that one names. */
import { readWhole, readWord } from '../../input/fields.ts';
import { nullable, type ShapeOf, shapeReader } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import type { Store } from '../../ports/store.ts';
import { wrapStore } from '../../ports/wrap-store.ts';

/** Where a process dies. */
export interface CrashPoint {
  /** The n-th commit, from 1. A transaction that fails is none. */
  readonly commit: number;
  /** `before`: nothing of the commit is kept. `after`: it is kept, and whoever made it never hears of it. */
  readonly when: 'before' | 'after';
}

/** A {@link Store} as one process sees it. */
export interface CrashingStore extends Store {
  /** Commits so far. */
  readonly commits: number;
  /** Calls of `inner` that are under way. */
  readonly busy: number;
  /** Resolves at the crash. */
  readonly crashed: Promise<void>;
  /** Crashes now. */
  crash(): void;
}

const readPoint = shapeReader({
  commit: (place: Place) => readWhole(place, 1, Number.MAX_SAFE_INTEGER),
  when: (place: Place) => readWord(place, ['before', 'after'] as const),
} satisfies ShapeOf<CrashPoint>);

/**
 * The store `inner` as a process sees it that dies at `point`. From then on no call of this process is ever
 * answered and nothing of it reaches `inner`, which a next process can use at once.
 */
export function crashingStore(inner: Store, point: CrashPoint | null = null): CrashingStore {
  const at = nullable(readPoint)({ path: 'point', value: point });
  const { promise: crashed, resolve } = Promise.withResolvers<void>();
  let commits = 0;
  let busy = 0;
  let isDead = false;
  const never = () => new Promise<never>(() => {});
  const crash = () => {
    isDead = true;
    resolve();
  };
  const isAt = (when: CrashPoint['when'], commit: number) => at?.when === when && at.commit === commit;
  return wrapStore(
    inner,
    {
      async transaction(work, run) {
        if (isDead) return never();
        let result: Awaited<ReturnType<typeof work>>;
        busy += 1;
        try {
          result = await run(async (tx) => {
            if (isDead) throw new Dead();
            const value = await work(tx);
            if (isAt('before', commits + 1)) crash();
            if (isDead) throw new Dead();
            return value;
          });
        } catch (error) {
          return isDead ? never() : Promise.reject(error);
        } finally {
          busy -= 1;
        }
        if (isDead) return never();
        commits += 1;
        if (isAt('after', commits)) crash();
        return isDead ? never() : result;
      },
      async read(_method, run) {
        if (isDead) return never();
        busy += 1;
        const answer = await run().finally(() => {
          busy -= 1;
        });
        return isDead ? never() : answer;
      },
      // The next process goes on with `inner`.
      close: async () => {},
    },
    {
      get commits() {
        return commits;
      },
      get busy() {
        return busy;
      },
      crashed,
      crash,
    },
  );
}

/** Rolls back what a dead process was doing; nobody sees it. */
class Dead extends Error {}
