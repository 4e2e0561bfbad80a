import type { RunRecord } from '../../../src/model/records.ts';
import type { RunNews, SliceAnswer, SliceCommit, SliceKey, SliceRecord } from '../../../src/model/slices.ts';
import type { CommitOptions, Store, StoreSlices, StoreTransaction } from '../../../src/ports/store.ts';
import { listenToWrites, wrapStore } from '../../../src/ports/wrap-store.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';

/** A store with slices that is wrong in one way. */
export interface SliceMutant {
  readonly name: string;
  /** Title of the `describe` block, one test of which must fail. */
  readonly caughtBy: string;
  readonly make: () => Store;
}

/** The bounds of every store here. */
export const BOUNDS = { min: 2, max: 2 };

/** A store without a fault, with these methods of its slices replaced. */
export function withSlices(
  replaced: (slices: StoreSlices, store: Store) => Partial<StoreSlices>,
): () => Store {
  return () => {
    const store = memoryStore({ slices: BOUNDS });
    const slices = store.slices as StoreSlices;
    return wrapStore(store, {}, { slices: { ...slices, ...replaced(slices, store) } });
  };
}

/** A store without a fault whose readers show runs changed by `change`. `published`: the run when it was cut. */
function withRuns(
  change: (run: RunRecord, published: RunRecord | undefined) => RunRecord,
  ...methods: readonly ('getRun' | 'listRuns')[]
): () => Store {
  return () => {
    const store = memoryStore({ slices: BOUNDS });
    const slices = store.slices as StoreSlices;
    const published = new Map<string, RunRecord>();
    const changed = (run: RunRecord) => change(run, published.get(run.id));
    const insert: StoreSlices['insert'] = (tx, run) => {
      published.set(run.id, run);
      return slices.insert(tx, run);
    };
    const read = async <T>(method: string, run: () => Promise<T>): Promise<T> => {
      const value: unknown = await run();
      if (!methods.some((one) => one === method) || value === null) return value as T;
      return (Array.isArray(value) ? value.map(changed) : changed(value as RunRecord)) as T;
    };
    return wrapStore(store, { read }, { slices: { ...slices, insert } });
  };
}

const textOf = ({ runId, slice }: SliceKey) => `${runId}/${slice}`;

/** Commits whose slice is replaced by what `known` makes of it and of the newest that the store has told. */
function withCommits(known: (slice: SliceRecord, newest: SliceRecord) => SliceRecord): () => Store {
  return withSlices((slices) => {
    const newest = new Map<string, SliceRecord>();
    const seen = (slice: SliceRecord) => void newest.set(textOf(slice), slice);
    const knownOf = (commit: SliceCommit): SliceCommit => ({
      ...commit,
      slice: known(commit.slice, newest.get(textOf(commit.slice)) ?? commit.slice),
    });
    return {
      cancel: async (tx, runId) => {
        await slices.cancel(tx, runId);
        for (const one of newest.values()) if (one.runId === runId) seen({ ...one, canceling: true });
      },
      claim: async (...args) => {
        const claimed = await slices.claim(...args);
        for (const one of claimed) if (typeof one === 'object') seen(one.slice);
        return claimed;
      },
      commit: async (commits, options) => {
        const answers = await slices.commit(commits.map(knownOf), options);
        for (const answer of answers) if (answer.kind === 'written') seen(answer.slice);
        return answers;
      },
    };
  });
}

function withAnswers(change: (answer: SliceAnswer) => SliceAnswer): () => Store {
  return withSlices(({ commit }) => ({
    commit: async (commits, options) => (await commit(commits, options)).map(change),
  }));
}

/** `ended` in a transaction of its own, after that of the commit. */
const endedLater = withSlices(({ commit }, store) => ({
  commit: async (commits, { ended, ...options }) => {
    const keys: SliceKey[] = [];
    const note: CommitOptions['ended'] = async (_, some) => void keys.push(...some);
    const answers = await commit(commits, { ...options, ended: note });
    if (ended && keys.length > 0) await store.transaction((tx) => ended(tx, keys));
    return answers;
  },
}));

/** Tells its watches itself, when `methods` are called and not when they are committed. */
const tellsAtOnce = withSlices(({ insert, watch }) => {
  const listeners = new Set<(news: RunNews) => void>();
  return {
    insert: (tx, run) => {
      for (const listener of listeners) listener({ kind: 'offered', runId: run.id });
      return insert(tx, run);
    },
    watch: (listener) => {
      listeners.add(listener);
      return watch(listener);
    },
  };
});

function withoutNews(kind: RunNews['kind']): () => Store {
  return withSlices(({ watch }) => ({
    watch: (listener) =>
      watch((news) => {
        if (news.kind !== kind) listener(news);
      }),
  }));
}

/** A run that is put while its slices are at work has their counters twice. */
function doublesPuts(): Store {
  const store = memoryStore({ slices: BOUNDS });
  const added = new Map<string, number>();
  return wrapStore(store, {
    transaction: (work, run) =>
      run(async (tx: StoreTransaction) => {
        const putRun = (put: RunRecord) => void added.set(put.id, put.failedTasksCount);
        return work(listenToWrites(tx, { putRun }));
      }),
    read: async (method, run) => {
      const value = await run();
      if (method !== 'getRun' || value === null) return value;
      const record = value as RunRecord;
      return {
        ...record,
        failedTasksCount: record.failedTasksCount + (added.get(record.id) ?? 0),
      } as typeof value;
    },
  });
}

const COMMITS: readonly SliceMutant[] = [
  {
    name: 'lets an old claim write',
    caughtBy: 'slices: commits',
    make: withCommits((slice, newest) => ({ ...slice, claim: newest.claim })),
  },
  {
    name: 'writes a repeated commit once more',
    caughtBy: 'slices: commits',
    make: withCommits((slice, newest) => ({ ...slice, seq: newest.seq })),
  },
  {
    name: 'writes a commit that arrives late',
    caughtBy: 'slices: commits',
    make: withCommits((slice, newest) =>
      slice.seq + 1 < newest.seq ? { ...slice, seq: newest.seq } : slice,
    ),
  },
  {
    name: 'writes a commit that runs ahead',
    caughtBy: 'slices: commits',
    make: withCommits((slice, newest) => (slice.seq > newest.seq ? { ...slice, seq: newest.seq } : slice)),
  },
  {
    name: 'lets a holder write who does not know of a cancel',
    caughtBy: 'slices: cancels',
    make: withCommits((slice, newest) => ({ ...slice, canceling: newest.canceling })),
  },
  {
    name: 'marks no slice as canceling',
    caughtBy: 'slices: cancels',
    make: withSlices(() => ({ cancel: async () => {} })),
  },
  {
    name: 'makes all commits of a call or none',
    caughtBy: 'slices: commits',
    make: withSlices(({ commit }) => ({
      commit: async (commits, options) => {
        const answers: SliceAnswer[] = [];
        for (const one of commits) {
          if (answers.some(({ kind }) => kind === 'lost')) answers.push({ kind: 'lost' });
          else answers.push(...(await commit([one], options)));
        }
        return answers;
      },
    })),
  },
  {
    name: 'does not withdraw admissions',
    caughtBy: 'slices: commits',
    make: withSlices(({ commit }) => ({
      commit: (commits, options) =>
        commit(
          commits.map((one) => ({ ...one, withdrawn: [] })),
          options,
        ),
    })),
  },
  {
    name: 'withdraws admissions again when a commit is repeated',
    caughtBy: 'slices: commits',
    make: withSlices(({ commit }, store) => ({
      commit: async (commits, options) => {
        const answers = await commit(commits, options);
        for (const { slice, withdrawn } of commits) {
          const run = await store.getRun(slice.runId);
          if (run) await store.transaction((tx) => tx.deleteAdmissions(run.workflowId, run.id, withdrawn));
        }
        return answers;
      },
    })),
  },
];

const ENDS: readonly SliceMutant[] = [
  {
    name: 'tells of the end of a run with every repetition',
    caughtBy: 'slices: ends',
    make: withAnswers((answer) =>
      answer.kind === 'written' && answer.before === null && answer.after?.completedAtMs
        ? { ...answer, before: { ...answer.after, processingStatus: 'inProgress' } }
        : answer,
    ),
  },
  {
    name: 'tells of no end of a run',
    caughtBy: 'slices: ends',
    make: withAnswers((answer) => (answer.kind === 'written' ? { ...answer, after: null } : answer)),
  },
  {
    name: 'forgets strictFailed',
    caughtBy: 'slices: ends',
    make: withSlices(({ commit }) => ({
      commit: (commits, options) => commit(commits, { ...options, aggregation: { strictFailed: false } }),
    })),
  },
  { name: 'calls `ended` after the commit', caughtBy: 'slices: ends', make: endedLater },
  {
    name: 'never calls `ended`',
    caughtBy: 'slices: ends',
    make: withSlices(({ commit }) => ({ commit: (commits, { ended: _, ...rest }) => commit(commits, rest) })),
  },
];

const CLAIMS: readonly SliceMutant[] = [
  {
    name: 'cuts a run into one slice',
    caughtBy: 'slices: claims',
    make: withSlices(({ insert }) => ({ insert: async (tx, run) => (await insert(tx, run)).slice(0, 1) })),
  },
  {
    name: 'does not mark a run without handlers',
    caughtBy: 'slices: claims',
    make: withSlices(({ claim }) => ({ claim: (keys, who) => claim(keys, { ...who, isNoOp: false }) })),
  },
  {
    name: 'says that a slice that is gone is held',
    caughtBy: 'slices: claims',
    make: withSlices(({ claim }) => ({
      claim: async (...args) => (await claim(...args)).map((one) => (one === 'gone' ? 'held' : one)),
    })),
  },
  {
    name: 'gives away what is held',
    caughtBy: 'slices: leases',
    make: withSlices(({ claim }) => ({ claim: (keys, who) => claim(keys, { ...who, leaseMs: 0 }) })),
  },
  {
    name: 'keeps slices whose lease is over',
    caughtBy: 'slices: leases',
    make: withSlices(({ claim }) => ({ claim: (keys, who) => claim(keys, { ...who, leaseMs: 1e12 }) })),
  },
  {
    name: 'does not tell that a slice was in hand',
    caughtBy: 'slices: leases',
    make: withSlices(({ claim }) => ({
      claim: async (...args) =>
        (await claim(...args)).map((one) => (typeof one === 'object' ? { ...one, wasInHand: false } : one)),
    })),
  },
  {
    name: 'releases nothing',
    caughtBy: 'slices: leases',
    make: withSlices(() => ({ release: async () => {} })),
  },
  {
    name: 'lets an old claim release',
    caughtBy: 'slices: leases',
    make: withSlices(({ release }) => ({
      release: (held) => release(held.flatMap((one) => [one, { ...one, claim: one.claim + 1 }])),
    })),
  },
  {
    name: 'renews without a look at the claim',
    caughtBy: 'slices: leases',
    make: withSlices(() => ({ renew: async (held) => held.map(() => 'held') })),
  },
  {
    name: 'takes a slice that has ended for lost',
    caughtBy: 'slices: leases',
    make: withSlices(({ renew, list }) => ({
      renew: async (held, nowMs) => {
        const answers = await renew(held, nowMs);
        const isOpen = async ({ runId, slice }: SliceKey) =>
          (await list({ runId, leaseMs: 0, nowMs, limit: 99 })).some((one) => one.slice === slice);
        return Promise.all(
          held.map(async (one, index) => ((await isOpen(one)) ? (answers[index] ?? 'lost') : 'lost')),
        );
      },
    })),
  },
  {
    name: 'lists newest first',
    caughtBy: 'slices: open ones',
    make: withSlices(({ list }) => ({ list: async (query) => [...(await list(query))].reverse() })),
  },
  {
    name: 'lists more than `limit`',
    caughtBy: 'slices: open ones',
    make: withSlices(({ list }) => ({ list: (query) => list({ ...query, limit: query.limit + 1 }) })),
  },
  {
    name: 'lists both kinds',
    caughtBy: 'slices: open ones',
    make: withSlices(({ list }) => ({ list: ({ onDemand: _, ...query }) => list(query) })),
  },
  {
    name: 'lists slices that are held',
    caughtBy: 'slices: open ones',
    make: withSlices(({ list }) => ({ list: (query) => list({ ...query, leaseMs: 0 }) })),
  },
  {
    name: 'hides the held slices of a run',
    caughtBy: 'slices: open ones',
    make: withSlices(({ list }) => ({
      list: async ({ runId, ...query }) =>
        (await list(query)).filter((one) => runId === undefined || one.runId === runId),
    })),
  },
];

const READS: readonly SliceMutant[] = [
  {
    name: 'lists runs without what their slices have moved',
    caughtBy: 'slices: what readers see',
    make: withRuns((run, published) => (run.completedAtMs === null && published) || run, 'listRuns'),
  },
  {
    name: 'does not let the revision grow',
    caughtBy: 'slices: what readers see',
    make: withRuns((run) => ({ ...run, revision: 1 }), 'getRun', 'listRuns'),
  },
  {
    name: 'lets lastUpdatedDateTime go back',
    caughtBy: 'slices: what readers see',
    make: withRuns((run) => ({ ...run, lastUpdatedAtMs: 2e12 - run.revision }), 'getRun', 'listRuns'),
  },
  { name: 'adds the counters of a put', caughtBy: 'slices: what readers see', make: doublesPuts },
];

const NEWS: readonly SliceMutant[] = [
  { name: 'tells before the commit', caughtBy: 'slices: news', make: tellsAtOnce },
  {
    name: 'does not close a watch',
    caughtBy: 'slices: news',
    make: withSlices(({ watch }) => ({
      watch: (listener) => {
        watch(listener);
        return { close: () => {} };
      },
    })),
  },
  {
    name: 'tells of an end with every slice',
    caughtBy: 'slices: news',
    make: withSlices(({ watch, commit }) => {
      const listeners = new Set<(news: RunNews) => void>();
      return {
        watch: (listener) => {
          listeners.add(listener);
          return watch(listener);
        },
        commit: async (commits, options) => {
          const answers = await commit(commits, options);
          for (const answer of answers)
            if (answer.kind === 'written' && answer.slice.state === 'ended')
              for (const listener of listeners) listener({ kind: 'ended', runId: answer.slice.runId });
          return answers;
        },
      };
    }),
  },
];

/** News that never come: a test waits for them for ever. */
const SILENT: readonly SliceMutant[] = (['offered', 'canceling', 'ended', 'answered'] as const).map(
  (kind) => ({
    name: `tells of nothing that is ${kind}`,
    caughtBy: 'slices: news',
    make: withoutNews(kind),
  }),
);

/** All mutants of stores with slices. */
export const SLICE_MUTANTS: readonly SliceMutant[] = [
  ...COMMITS,
  ...ENDS,
  ...CLAIMS,
  ...READS,
  ...NEWS,
  ...SILENT,
];
