import type { RunRecord, UserRecord } from '../../../src/model/records.ts';
import { type Mutant, withMethods } from './mutant.ts';

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

/** Faults of filters and of what is stored. */
export const CONTENT: readonly Mutant[] = [
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
    name: 'reads active users from the table as they were inserted',
    caughtBy: 'active users',
    faults: withMethods((self) => ({
      getUserBySubject: async (runId, subjectId) => {
        const user = await self.getUserBySubject(runId, subjectId);
        return user?.processingStatus === 'inProgress' ? { ...user, outcomes: [], attempts: null } : user;
      },
    })),
  },
  {
    name: 'counts active users as queued',
    caughtBy: 'active users',
    faults: withMethods((self) => ({
      listUsersByStatus: async (id, status, afterOrdinal, limit) =>
        status === 'inProgress' ? [] : self.listUsersByStatus(id, status, afterOrdinal, limit),
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
      deleteAdmissions: async (_, runId, subjects) => {
        for (const id of self.workflows.keys()) await self.deleteAdmissions(id, runId, subjects);
      },
    })),
  },
  {
    name: 'deletes admissions of other runs',
    caughtBy: 'admissions',
    faults: withMethods((self) => ({
      deleteAdmissions: async (id, _, subjects) => {
        for (const { runId } of await self.getAdmissions(id, subjects))
          await self.deleteAdmissions(id, runId, subjects);
      },
    })),
  },
  {
    name: 'lists the admission of the cursor again',
    caughtBy: 'admissions',
    faults: withMethods((self) => ({
      listAdmissions: async ({ after, ...query }) => {
        const all = await self.listAdmissions({ ...query, after: null, limit: 1_000 });
        return all.filter(({ subjectId }) => after === null || subjectId >= after).slice(0, query.limit);
      },
    })),
  },
  {
    name: 'purges the notes of all collections',
    caughtBy: 'notes',
    faults: withMethods((self) => ({
      purgeNotes: async (_, prefix) => {
        for (const { collection } of [...self.notes.values()]) await self.purgeNotes(collection, prefix);
      },
    })),
  },
  {
    name: 'forgets which tasks a user is to do',
    caughtBy: 'exactness',
    faults: withMethods((self) => ({
      insertUsers: (users) => self.insertUsers(users.map(({ positions: _, ...user }) => user)),
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
