/** Stores that are each wrong in one way, and the topic of the suite that must catch it. */
import { RUN_PROPERTIES } from '../../src/model/properties.ts';
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import type { StoreTransaction } from '../../src/ports/store.ts';
import { cursorOf } from '../../src/testing/store-contract/naive-reader.ts';
import type { NaiveTransaction } from '../../src/testing/store-contract/naive-transaction.ts';
import type { Faults } from './naive-store.ts';

/** One mutant. */
export interface Mutant {
  readonly name: string;
  /** Title of the `describe` block, one test of which must fail. */
  readonly caughtBy: string;
  readonly faults: Faults;
}

/** A naive store of which these methods are replaced; `self` is the one without the fault. */
export function withMethods(methods: (self: NaiveTransaction) => Partial<StoreTransaction>): Faults {
  const wrap = (state: NaiveTransaction): StoreTransaction => {
    const replaced = methods(state);
    return new Proxy(state, {
      get: (target, name) => Reflect.get(replaced, name) ?? bound(target, name),
    });
  };
  return { tx: wrap, reader: wrap };
}

function bound(target: NaiveTransaction, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name);
  return typeof value === 'function' ? value.bind(target) : value;
}

/** A naive store whose transactions share these maps with the committed state. */
function sharing(...names: readonly ('runs' | 'users' | 'admissions' | 'settings' | 'versions')[]): Faults {
  return {
    copy: (state) =>
      Object.assign(state.clone(), Object.fromEntries(names.map((name) => [name, state[name]]))),
  };
}

const last = <Row>(rows: readonly Row[]) => rows.slice(0, Math.max(0, rows.length - 1));
const onUser = (change: (user: UserRecord) => UserRecord) =>
  withMethods((self) => ({
    putUsers: (users) => self.putUsers(users.map(change)),
    insertUsers: (users) => self.insertUsers(users.map(change)),
  }));
const onRun = (change: (run: RunRecord) => RunRecord) =>
  withMethods((self) => ({
    putRun: (run) => self.putRun(change(run)),
    insertRun: (run) => self.insertRun(change(run)),
  }));

/** Every list of runs or users, changed. */
function onLists(change: <Row>(rows: readonly Row[], descending: boolean) => readonly Row[]): Faults {
  return withMethods((self) => ({
    listRuns: async (query) => change(await self.listRuns(query), query.order.descending),
    listUsers: async (query) => change(await self.listUsers(query), query.order.descending),
  }));
}

/** Inserts that do not look for what exists. */
const carelessUsers = (isSame: (a: UserRecord, b: UserRecord) => boolean): Faults =>
  withMethods((self) => ({
    insertUsers: async (users) => {
      for (const user of users) {
        const taken = [...self.users.values()].some(
          (other) => other.runId === user.runId && isSame(other, user),
        );
        if (taken) await self.insertUsers([user]);
        self.users.set(JSON.stringify([user.runId, user.no]), user);
      }
    },
  }));

const TRANSACTIONS: readonly Mutant[] = [
  { name: 'keeps users of a rollback', caughtBy: 'atomicity', faults: sharing('users') },
  { name: 'keeps runs of a rollback', caughtBy: 'atomicity', faults: sharing('runs') },
  { name: 'keeps admissions of a rollback', caughtBy: 'atomicity', faults: sharing('admissions') },
  { name: 'keeps settings of a rollback', caughtBy: 'atomicity', faults: sharing('settings') },
  { name: 'keeps versions of a rollback', caughtBy: 'atomicity', faults: sharing('versions') },
  { name: 'shows users before the commit', caughtBy: 'isolation', faults: sharing('users') },
  { name: 'shows runs before the commit', caughtBy: 'isolation', faults: sharing('runs') },
  { name: 'runs transactions at once', caughtBy: 'isolation', faults: { isParallel: true } },
  {
    name: 'wraps the error of the work',
    caughtBy: 'atomicity',
    faults: { wrapError: (cause) => new Error('The transaction failed', { cause }) },
  },
  {
    name: 'turns what is no error into one',
    caughtBy: 'atomicity',
    faults: { wrapError: (error) => (error instanceof Error ? error : new Error(String(error))) },
  },
  {
    name: 'does not read its own users',
    caughtBy: 'atomicity',
    faults: {
      tx: (state) => {
        const before = state.clone();
        return new Proxy(state, {
          get: (target, name) => bound(name === 'listUsers' ? before : target, name),
        });
      },
    },
  },
  {
    name: 'closes in the middle of a transaction',
    caughtBy: 'capabilities and closing',
    faults: { closesAtOnce: true },
  },
  { name: 'answers after close()', caughtBy: 'capabilities and closing', faults: { staysOpen: true } },
];

const KEYS: readonly Mutant[] = [
  {
    name: 'lets a slot be taken twice',
    caughtBy: 'uniqueness',
    faults: withMethods((self) => ({
      insertRun: async (run) => {
        if (self.runs.has(run.id)) return self.insertRun(run);
        self.runs.set(run.id, run);
      },
    })),
  },
  {
    name: 'takes slot 0 for no slot',
    caughtBy: 'uniqueness',
    faults: withMethods((self) => ({
      insertRun: async (run) => {
        if (self.runs.has(run.id) || run.slotAtMs) return self.insertRun(run);
        self.runs.set(run.id, run);
      },
    })),
  },
  {
    name: 'overwrites a run that is inserted again',
    caughtBy: 'uniqueness',
    faults: withMethods((self) => ({
      insertRun: async (run) => {
        if (!self.runs.has(run.id)) return self.insertRun(run);
        self.runs.set(run.id, run);
      },
    })),
  },
  {
    name: 'lets a subject be in a run twice',
    caughtBy: 'uniqueness',
    faults: carelessUsers((a, b) => a.no === b.no),
  },
  {
    name: 'lets a number be used twice',
    caughtBy: 'uniqueness',
    faults: carelessUsers((a, b) => a.subjectId === b.subjectId),
  },
  {
    name: 'takes subjects for equal that differ in case',
    caughtBy: 'uniqueness',
    faults: withMethods((self) => ({
      getUserBySubject: async (runId, subjectId) =>
        [...self.users.values()].find(
          (user) => user.runId === runId && user.subjectId.toLowerCase() === subjectId.toLowerCase(),
        ) ?? null,
    })),
  },
  {
    name: 'makes a run that is put and missing',
    caughtBy: 'uniqueness',
    faults: withMethods((self) => ({
      putRun: async (run) => {
        self.runs.set(run.id, run);
      },
    })),
  },
  {
    name: 'passes over users that are put and missing',
    caughtBy: 'uniqueness',
    faults: withMethods((self) => ({
      putUsers: (users) =>
        self.putUsers(users.filter((user) => self.users.has(JSON.stringify([user.runId, user.no])))),
    })),
  },
  {
    name: 'leaves the users of a deleted run',
    caughtBy: 'deletion',
    faults: withMethods((self) => ({
      deleteRun: async (id) => {
        self.runs.delete(id);
      },
    })),
  },
  {
    name: 'leaves the admissions of a deleted workflow',
    caughtBy: 'deletion',
    faults: withMethods((self) => ({
      deleteWorkflow: async (id) => {
        const kept = new Map(self.admissions);
        await self.deleteWorkflow(id);
        for (const [key, value] of kept) self.admissions.set(key, value);
      },
    })),
  },
  {
    name: 'leaves the versions of a deleted workflow',
    caughtBy: 'deletion',
    faults: withMethods((self) => ({
      deleteWorkflow: async (id) => {
        const kept = new Map(self.versions);
        await self.deleteWorkflow(id);
        for (const [key, value] of kept) self.versions.set(key, value);
      },
    })),
  },
  {
    name: 'deletes the admissions with a run',
    caughtBy: 'deletion',
    faults: withMethods((self) => ({
      deleteRun: async (id) => {
        self.admissions.clear();
        await self.deleteRun(id);
      },
    })),
  },
];

const LISTS: readonly Mutant[] = [
  {
    name: 'lists unpublished runs',
    caughtBy: 'publication',
    faults: withMethods((self) => ({
      countRuns: async () => self.runs.size,
    })),
  },
  {
    name: 'hides unpublished runs from getRun',
    caughtBy: 'publication',
    faults: withMethods((self) => ({
      getRun: async (id) => (self.runs.get(id)?.published ? self.getRun(id) : null),
    })),
  },
  {
    name: 'hides unpublished runs from listUnfinishedRuns',
    caughtBy: 'publication',
    faults: withMethods((self) => ({
      listUnfinishedRuns: async () => (await self.listUnfinishedRuns()).filter((run) => run.published),
    })),
  },
  {
    name: 'takes quarantined for unfinished',
    caughtBy: 'unfinished runs',
    faults: withMethods((self) => ({
      listUnfinishedRuns: async () =>
        [...self.runs.values()].filter((run) => run.completedAtMs === null || !run.published),
    })),
  },
  {
    name: 'lists unfinished runs newest first',
    caughtBy: 'unfinished runs',
    faults: withMethods((self) => ({
      listUnfinishedRuns: async () => (await self.listUnfinishedRuns()).toReversed(),
    })),
  },
  {
    name: 'leaves out the end of the window',
    caughtBy: 'sums of runs',
    faults: withMethods((self) => ({ sumRuns: (id, from, to) => self.sumRuns(id, from, to - 1) })),
  },
  {
    name: 'leaves out the start of the window',
    caughtBy: 'sums of runs',
    faults: withMethods((self) => ({ sumRuns: (id, from, to) => self.sumRuns(id, from + 1, to) })),
  },
  {
    name: 'sums by schedule only',
    caughtBy: 'sums of runs',
    faults: onSummed((run) => ({ ...run, startedAtMs: null })),
  },
  {
    name: 'sums previews',
    caughtBy: 'sums of runs',
    faults: onSummed((run) => ({ ...run, workflowExecutionType: 'onDemand' })),
  },
  {
    name: 'sums completedWithErrors as successful',
    caughtBy: 'sums of runs',
    faults: onSummed((run) =>
      run.processingStatus === 'completedWithErrors' ? { ...run, processingStatus: 'completed' } : run,
    ),
  },
  { name: 'forgets the last row of a list', caughtBy: 'order', faults: onLists((rows) => last(rows)) },
  {
    name: 'breaks ties the same way in both directions',
    caughtBy: 'order',
    faults: withMethods((self) => ({
      listRuns: async (query) => {
        const rows = [...(await self.listRuns({ ...query, after: null, limit: 1_000 }))];
        const valueIn = (run: RunRecord) => cursorOf(run, query.order, RUN_PROPERTIES, ({ id }) => id).value;
        if (query.order.descending) rows.sort((a, b) => (valueIn(a) === valueIn(b) && a.id < b.id ? -1 : 0));
        return rows.slice(0, query.limit);
      },
    })),
  },
  {
    name: 'puts nulls highest',
    caughtBy: 'order',
    faults: withMethods((self) => ({
      listUsers: async (query) => {
        const rows = await self.listUsers({ ...query, after: null, limit: 1_000 });
        const sorted = [...rows].sort(
          (a, b) => Number(a.startedAtMs === null) - Number(b.startedAtMs === null),
        );
        return sorted.slice(0, query.limit);
      },
    })),
  },
  {
    name: 'pages by the value without the key',
    caughtBy: 'paging',
    faults: withMethods((self) => ({
      listRuns: async (query) => {
        const rows = await self.listRuns(query);
        return rows.filter((run) => run.scheduledAtMs !== query.after?.value);
      },
    })),
  },
  {
    name: 'repeats the last row of the page before',
    caughtBy: 'paging',
    faults: withMethods((self) => ({
      listUsers: (query) =>
        self.listUsers(
          query.after ? { ...query, after: { ...query.after, key: query.after.key - 1 } } : query,
        ),
    })),
  },
  {
    name: 'needs the last row of the page before to be there',
    caughtBy: 'paging',
    faults: withMethods((self) => ({
      listRuns: async (query) =>
        query.after === null || self.runs.has(query.after.key) ? self.listRuns(query) : [],
    })),
  },
  {
    name: 'slices include the number given',
    caughtBy: 'paging',
    faults: withMethods((self) => ({
      listUsersByStatus: (id, status, afterNo, limit) =>
        self.listUsersByStatus(id, status, afterNo - 1, limit),
    })),
  },
];

/** Sums over runs that were changed first. */
function onSummed(change: (run: RunRecord) => RunRecord): Faults {
  return withMethods((self) => ({
    sumRuns: (id, from, to) => {
      const copy = self.clone();
      for (const run of [...copy.runs.values()]) copy.runs.set(run.id, change(run));
      return copy.sumRuns(id, from, to);
    },
  }));
}

const CONTENT: readonly Mutant[] = [
  {
    name: 'negates nulls as SQL does',
    caughtBy: 'filters',
    faults: withMethods((self) => ({
      listRuns: async (query) => {
        const rows = await self.listRuns(query);
        return query.where?.kind === 'not' ? rows.filter((run) => run.startedAtMs !== null) : rows;
      },
    })),
  },
  {
    name: 'counts without the filter',
    caughtBy: 'filters',
    faults: withMethods((self) => ({ countUsers: (query) => self.countUsers({ ...query, where: null }) })),
  },
  {
    name: 'ignores an unknown property',
    caughtBy: 'filters',
    faults: withMethods((self) => ({ listRuns: (query) => self.listRuns(query).catch(() => []) })),
  },
  {
    name: 'loses the quotes of a reason',
    caughtBy: 'exactness',
    faults: onUser((user) => ({
      ...user,
      outcomes:
        user.outcomes?.map((one) =>
          one.failureReason === undefined
            ? one
            : { ...one, failureReason: one.failureReason.replaceAll('"', "'") },
        ) ?? null,
    })),
  },
  {
    name: 'takes an empty reason for none',
    caughtBy: 'exactness',
    faults: onUser((user) => ({
      ...user,
      outcomes:
        user.outcomes?.map(({ processingInfo, ...one }) =>
          processingInfo ? { ...one, processingInfo } : one,
        ) ?? null,
    })),
  },
  {
    name: 'takes null outcomes for none',
    caughtBy: 'exactness',
    faults: onUser((user) => ({ ...user, outcomes: user.outcomes ?? [] })),
  },
  {
    name: 'loses the attempts',
    caughtBy: 'exactness',
    faults: onUser((user) => ({ ...user, attempts: null })),
  },
  {
    name: 'adds undefined fields',
    caughtBy: 'exactness',
    faults: onUser((user) => ({ ...user, extra: undefined }) as UserRecord),
  },
  { name: 'loses the claim', caughtBy: 'exactness', faults: onRun((run) => ({ ...run, claim: 0 })) },
  {
    name: 'reads users in flight from the table as they were inserted',
    caughtBy: 'users in flight',
    faults: withMethods((self) => ({
      getUserBySubject: async (runId, subjectId) => {
        const user = await self.getUserBySubject(runId, subjectId);
        return user?.processingStatus === 'inProgress' ? { ...user, outcomes: [], attempts: null } : user;
      },
    })),
  },
  {
    name: 'counts users in flight as queued',
    caughtBy: 'users in flight',
    faults: withMethods((self) => ({
      listUsersByStatus: async (id, status, afterNo, limit) =>
        status === 'inProgress' ? [] : self.listUsersByStatus(id, status, afterNo, limit),
    })),
  },
  {
    name: 'purges what is due at the moment',
    caughtBy: 'admissions',
    faults: withMethods((self) => ({
      purgeAdmissions: (id, beforeMs) => self.purgeAdmissions(id, beforeMs + 1),
    })),
  },
  {
    name: 'keeps the first admission',
    caughtBy: 'admissions',
    faults: withMethods((self) => ({
      putAdmissions: (all) =>
        self.putAdmissions(
          all.filter((one) => !self.admissions.has(JSON.stringify([one.workflowId, one.subjectId]))),
        ),
    })),
  },
  {
    name: 'deletes admissions of all workflows',
    caughtBy: 'admissions',
    faults: withMethods((self) => ({
      deleteAdmissions: async (_, subjects) => {
        for (const id of self.workflows.keys()) await self.deleteAdmissions(id, subjects);
      },
    })),
  },
  {
    name: 'keeps the first value of a setting',
    caughtBy: 'settings',
    faults: withMethods((self) => ({
      putSetting: async (name, value) => {
        if (!self.settings.has(name)) await self.putSetting(name, value);
      },
    })),
  },
  {
    name: 'lists versions oldest first',
    caughtBy: 'workflows',
    faults: withMethods((self) => ({
      listWorkflowVersions: async (id) => (await self.listWorkflowVersions(id)).toReversed(),
    })),
  },
  {
    name: 'hides deleted workflows',
    caughtBy: 'workflows',
    faults: withMethods((self) => ({
      listWorkflows: async () =>
        (await self.listWorkflows()).filter(({ workflow }) => workflow.deletedDateTime === null),
    })),
  },
];

/** All mutants. */
export const MUTANTS: readonly Mutant[] = [...TRANSACTIONS, ...KEYS, ...LISTS, ...CONTENT];
