/** Every read of the store port, for tests of what all of them do. */
import type { StoreReader } from '../../../src/ports/store.ts';

export const PAGE = {
  where: null,
  order: { property: 'id', descending: false },
  after: null,
  limit: 5,
} as const;
export const WINDOW = { afterOrdinal: 0, toOrdinal: 9, fromMs: 0, toMs: 1e15 };

/** The id is that of a workflow, a run, a collection or a setting. */
export const READS: readonly (readonly [
  name: string,
  read: (reader: StoreReader, id: string) => Promise<unknown>,
])[] = [
  ['getWorkflow', (reader, id) => reader.getWorkflow(id)],
  ['listWorkflows', (reader) => reader.listWorkflows()],
  ['getWorkflowVersion', (reader, id) => reader.getWorkflowVersion(id, 1)],
  ['listWorkflowVersions', (reader, id) => reader.listWorkflowVersions(id)],
  ['getRun', (reader, id) => reader.getRun(id)],
  ['listRuns', (reader, id) => reader.listRuns({ ...PAGE, workflowId: id })],
  ['countRuns', (reader, id) => reader.countRuns({ workflowId: id, where: null })],
  ['listUnfinishedRuns', (reader) => reader.listUnfinishedRuns()],
  ['sumRuns', (reader, id) => reader.sumRuns(id, 0, 1e15)],
  ['getUser', (reader, id) => reader.getUser(id, 1)],
  ['getUserBySubject', (reader, id) => reader.getUserBySubject(id, 'subject-1')],
  ['listUsers', (reader, id) => reader.listUsers({ ...PAGE, runId: id })],
  ['countUsers', (reader, id) => reader.countUsers({ runId: id, where: null })],
  [
    'listUsersOfWorkflow',
    (reader, id) =>
      reader.listUsersOfWorkflow({ workflowId: id, whereRun: null, where: null, after: null, limit: 5 }),
  ],
  ['listUsersOfSubject', (reader, id) => reader.listUsersOfSubject({ subjectId: id, after: null, limit: 5 })],
  ['sumUsers', (reader, id) => reader.sumUsers({ ...WINDOW, runId: id })],
  ['listUsersByStatus', (reader, id) => reader.listUsersByStatus(id, 'queued', 0, 5)],
  ['listFailureGroups', (reader, id) => reader.listFailureGroups(id)],
  ['listUsersOfFailureGroup', (reader, id) => reader.listUsersOfFailureGroup(id, 'a', 0, 5)],
  ['listRunsWithFailures', (reader, id) => reader.listRunsWithFailures(id, 0, 5)],
  [
    'countRepaired',
    (reader, id) => reader.countRepaired({ runId: id, key: 'a', byRunIds: [], afterOrdinal: 0, limit: 5 }),
  ],
  ['getAdmissions', (reader, id) => reader.getAdmissions(id, ['subject-1'])],
  ['listAdmissions', (reader, id) => reader.listAdmissions({ workflowId: id, after: null, limit: 5 })],
  ['getNotes', (reader, id) => reader.getNotes(id, ['a'])],
  ['listNotes', (reader, id) => reader.listNotes({ collection: id, prefix: '', after: null, limit: 5 })],
  ['getSetting', (reader, id) => reader.getSetting(id)],
];
