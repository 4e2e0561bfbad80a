import type { UserRecord } from '../../../src/model/records.ts';
import type { Faults } from '../naive-store.ts';
import { bound, type Mutant, withMethods } from './mutant.ts';

/** A naive store whose transactions share these maps with the committed state. */
function sharing(...names: readonly ('runs' | 'users' | 'admissions' | 'settings' | 'versions')[]): Faults {
  return {
    copy: (state) =>
      Object.assign(state.clone(), Object.fromEntries(names.map((name) => [name, state[name]]))),
  };
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
        self.users.set(JSON.stringify([user.runId, user.ordinal]), user);
      }
    },
  }));

/** Faults of transactions. */
export const TRANSACTIONS: readonly Mutant[] = [
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

/** Faults of keys and deletions. */
export const KEYS: readonly Mutant[] = [
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
    name: 'overwrites a run that is inserted twice',
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
    faults: carelessUsers((a, b) => a.ordinal === b.ordinal),
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
        self.putUsers(users.filter((user) => self.users.has(JSON.stringify([user.runId, user.ordinal])))),
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
