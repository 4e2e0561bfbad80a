/** Ways to break what keeps several processes on one run apart. Each changes one place, and is found within seconds. */
import type { Mutant } from '../faults/mutants.ts';

const SLICES = 'stores/memory/slices.ts';

/** All of them. */
export const CLUSTER_MUTANTS: readonly Mutant[] = [
  {
    file: SLICES,
    title: 'a commit whose answer was lost is written twice: no check of seq',
    from: `if (stored.slice.seq === known.seq + 1)
    return { kind: 'written', slice: stored.slice, before: null, after: await tx.getRun(row.id) };
  // A request that comes late: later commits of the same holder have been made since.
  if (stored.slice.seq !== known.seq || stored.slice.state === 'ended') return { kind: 'lost' };`,
    to: "if (stored.slice.state === 'ended') return { kind: 'lost' };",
  },
  {
    file: SLICES,
    title: 'a commit that comes late is written over later ones',
    from: "if (stored.slice.seq !== known.seq || stored.slice.state === 'ended')",
    to: "if (stored.slice.state === 'ended')",
  },
  {
    file: SLICES,
    title: 'a process that has lost its slice writes: no check of the claim',
    from: 'stored?.slice.claim !== known.claim || row === undefined',
    to: 'stored === undefined || row === undefined',
  },
  {
    file: SLICES,
    title: 'a claim does not fence',
    from: 'claim: stored.slice.claim + 1, inHand: true',
    to: 'claim: stored.slice.claim, inHand: true',
  },
  {
    file: SLICES,
    title: 'what a slice has moved is added to its run with each commit, and again at its end',
    from: 'const after = hasEnded ? runAfterSlice(row, slice, aggregation) : runStarted(row, slice);',
    to: 'const after = hasEnded || slice.seq > 1 ? runAfterSlice(row, slice, aggregation) : runStarted(row, slice);',
  },
  {
    file: 'rules/status/slice.ts',
    title: 'a run ends with the first of its slices',
    from: 'return {\n    ...after,\n    lastUpdatedAtMs: Math.max(run.lastUpdatedAtMs',
    to: "return {\n    ...after,\n    processingStatus: 'completed',\n    completedAtMs: after.completedAtMs ?? lastUpdatedAtMs,\n    lastUpdatedAtMs: Math.max(run.lastUpdatedAtMs",
  },
  {
    file: SLICES,
    title: 'a slice that another process holds is taken from it',
    from: "if (!isFree(stored, leaseMs, nowMs)) return 'held';",
    to: '',
  },
  {
    file: SLICES,
    title: 'a user starts after the cancel of its run',
    from: "if (stored.slice.canceling !== known.canceling) return { kind: 'canceling' };",
    to: '',
  },
  {
    file: 'ledger/recording/recorder.ts',
    title:
      'a commit that is repeated is not the same: its events go back into the queue, with those that came since',
    from: 'await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve));',
    to: `await new Promise<void>((resolve) => clock.setTimer(delayMs, resolve));
        for (const { queue, activeUsers, events: again } of open.filter((batch) => batch.queue.open)) {
          for (const activeUser of activeUsers) activeUser.staged = null;
          queue.activeUsers = [...activeUsers, ...queue.activeUsers];
          queue.events = [...again, ...queue.events];
          this.#waiting += again.length;
        }
        return answers;`,
  },
  {
    file: SLICES,
    title: 'an old claim hands a slice back',
    from: 'if (stored?.slice.claim === claim)\n            put(',
    to: 'if (stored)\n            put(',
  },
  {
    file: SLICES,
    title: 'a claim is not renewed',
    from: 'put(tables, { ...stored, heardAtMs: nowMs });\n          return stored',
    to: 'return stored',
  },
  {
    file: 'rules/status/slice.ts',
    title: 'a cancel writes over what a slice has brought in meanwhile',
    from: '    ...countersPlus(row, NO_COUNTERS),\n',
    to: '',
  },
  {
    file: 'engine/runner/left-overs.ts',
    title: 'what a dead process left half written waits for the next start',
    from: 'if (this.#isShared) this.#lookLater();',
    to: '',
  },
];
