import { addressOf, userResultId } from '../../../src/model/ids.ts';
import type { RunRecord } from '../../../src/model/records.ts';
import { RUN_PROPERTIES } from '../../../src/model/resources/properties.ts';
import type { SubjectUserPage, UserSumQuery, WorkflowUserPage } from '../../../src/ports/store.ts';
import { cursorOf, type NaiveReader } from '../../../src/testing/contract/random/naive-reader.ts';
import type { Faults } from '../naive-store.ts';
import { type Mutant, withMethods } from './mutant.ts';

const last = <Row>(rows: readonly Row[]) => rows.slice(0, Math.max(0, rows.length - 1));
/** Every list of runs or users, changed. */
function onLists(change: <Row>(rows: readonly Row[], descending: boolean) => readonly Row[]): Faults {
  return withMethods((self) => ({
    listRuns: async (query) => change(await self.listRuns(query), query.order.descending),
    listUsers: async (query) => change(await self.listUsers(query), query.order.descending),
  }));
}

/** Faults of lists and sums. */
export const LISTS: readonly Mutant[] = [
  {
    name: 'reads users by status beyond the last ordinal',
    caughtBy: 'users by status',
    faults: withMethods((self) => ({
      listUsersByStatus: (runId, status, after, limit) => self.listUsersByStatus(runId, status, after, limit),
    })),
  },
  {
    name: 'takes the last ordinal off the range of users by status',
    caughtBy: 'users by status',
    faults: withMethods((self) => ({
      listUsersByStatus: (runId, status, after, limit, to = Number.POSITIVE_INFINITY) =>
        self.listUsersByStatus(runId, status, after, limit, to - 1),
    })),
  },
  {
    name: 'lists users beyond the last ordinal of a range',
    caughtBy: 'ranges of users',
    faults: withMethods((self) => ({
      listUsers: ({ toOrdinal, ...query }) => self.listUsers(query),
    })),
  },
  {
    name: 'counts users from the first ordinal of a range on',
    caughtBy: 'ranges of users',
    faults: withMethods((self) => ({
      countUsers: ({ afterOrdinal = 0, ...query }) =>
        self.countUsers({ ...query, afterOrdinal: Math.max(0, afterOrdinal - 1) }),
    })),
  },
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
    name: 'lists the users of a subject in drafts too',
    caughtBy: 'users of a subject',
    faults: onSubject((rows, self) => [
      ...rows,
      ...[...self.users.values()].flatMap((user) => {
        const run = self.runs.get(user.runId);
        return run && !run.published ? [{ run, user }] : [];
      }),
    ]),
  },
  {
    name: 'lists the users of a subject as of the oldest run first',
    caughtBy: 'users of a subject',
    faults: onSubject((rows) => rows.toReversed()),
  },
  {
    name: 'lists the users of a subject by schedule',
    caughtBy: 'users of a subject',
    faults: onSubject((rows) => rows.toSorted((a, b) => b.run.scheduledAtMs - a.run.scheduledAtMs)),
  },
  {
    name: 'repeats the last user of a subject on the next page',
    caughtBy: 'users of a subject',
    faults: withMethods((self) => ({
      listUsersOfSubject: (query) =>
        self.listUsersOfSubject({ ...query, after: query.after === null ? null : query.after + 1 }),
    })),
  },
  {
    name: 'lists the users of a workflow by id of their run',
    caughtBy: 'users of a workflow',
    faults: onWorkflowUsers((rows) =>
      [...rows].sort((a, b) => (a.run.id === b.run.id ? 0 : a.run.id < b.run.id ? -1 : 1)),
    ),
  },
  {
    name: 'lists the users of a workflow as of the oldest run first',
    caughtBy: 'users of a workflow',
    faults: onWorkflowUsers((rows) => rows.toReversed()),
  },
  {
    name: 'ignores what the runs of users have to be',
    caughtBy: 'users of a workflow',
    faults: withMethods((self) => ({
      listUsersOfWorkflow: (query) => self.listUsersOfWorkflow({ ...query, whereRun: null }),
    })),
  },
  {
    name: 'repeats the last user of the page before',
    caughtBy: 'users of a workflow',
    faults: withMethods((self) => ({
      listUsersOfWorkflow: async (query) => {
        const { rows, next } = await self.listUsersOfWorkflow(query);
        const before = next && addressOf(next.key);
        if (!next || !before) return { rows, next };
        return { rows, next: { ...next, key: userResultId(before.runId, before.ordinal - 1) } };
      },
    })),
  },
  {
    name: 'ends the users of a workflow with the first page',
    caughtBy: 'users of a workflow',
    faults: withMethods((self) => ({
      listUsersOfWorkflow: async (query) => ({ ...(await self.listUsersOfWorkflow(query)), next: null }),
    })),
  },
  {
    name: 'ends the users of a workflow where a run was deleted',
    caughtBy: 'users of a workflow',
    faults: withMethods((self) => ({
      listUsersOfWorkflow: async (query) => {
        const start = query.after && addressOf(query.after.key);
        if (start && !self.runs.has(start.runId)) return { rows: [], next: null };
        return self.listUsersOfWorkflow(query);
      },
    })),
  },
  {
    name: 'sums users without the end of the window',
    caughtBy: 'sums of users',
    faults: onUserSums((query) => ({ ...query, toMs: query.toMs - 1 })),
  },
  {
    name: 'sums users without the start of the window',
    caughtBy: 'sums of users',
    faults: onUserSums((query) => ({ ...query, fromMs: query.fromMs + 1 })),
  },
  {
    name: 'sums the user before a stretch',
    caughtBy: 'sums of users',
    faults: onUserSums((query) => ({ ...query, afterOrdinal: query.afterOrdinal - 1 })),
  },
  {
    name: 'sums the user after a stretch',
    caughtBy: 'sums of users',
    faults: onUserSums((query) => ({ ...query, toOrdinal: query.toOrdinal + 1 })),
  },
  {
    name: 'slices include the number given',
    caughtBy: 'paging',
    faults: withMethods((self) => ({
      listUsersByStatus: (id, status, afterOrdinal, limit) =>
        self.listUsersByStatus(id, status, afterOrdinal - 1, limit),
    })),
  },
];

/** A page of a subject's users, changed. */
function onSubject(
  change: (rows: SubjectUserPage['rows'], self: NaiveReader) => SubjectUserPage['rows'],
): Faults {
  return withMethods((self) => ({
    listUsersOfSubject: async (query) => {
      const page = await self.listUsersOfSubject(query);
      return { ...page, rows: change(page.rows, self) };
    },
  }));
}

/** The whole list of a workflow's users, changed and then cut. */
function onWorkflowUsers(change: (rows: WorkflowUserPage['rows']) => WorkflowUserPage['rows']): Faults {
  return withMethods((self) => ({
    listUsersOfWorkflow: async (query) => {
      if (query.after !== null) return self.listUsersOfWorkflow(query);
      const { rows } = await self.listUsersOfWorkflow({ ...query, limit: 1_000 });
      const { next } = await self.listUsersOfWorkflow(query);
      return { rows: change(rows).slice(0, query.limit), next };
    },
  }));
}

/** Sums over users for another query. */
function onUserSums(change: (query: UserSumQuery) => UserSumQuery): Faults {
  return withMethods((self) => ({ sumUsers: (query) => self.sumUsers(change(query)) }));
}

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
