/**
 * Which properties of runs and user results a list can be filtered and ordered by, and where a
 * record keeps them. Both stores read these tables; nothing else may stand in a filter.
 *
 * Source: domain §1.2, §1.3 (Graph documents the dates and enumerations; counters and workflows are ours).
 */
import type { RunRecord, UserRecord } from './records.ts';

/** How a property compares: `string` also serves enumerations. */
export type PropertyType = 'string' | 'number' | 'dateTime';

/** One property: its type, the record's field and whether a list can be ordered by it. */
export interface Property<Row> {
  readonly type: PropertyType;
  readonly field: keyof Row & string;
  readonly orderable: boolean;
}

/** Path (`subject/id`) → property. */
export type PropertyTable<Row> = Readonly<Record<string, Property<Row>>>;

const date = <Row>(field: keyof Row & string): Property<Row> => ({
  type: 'dateTime',
  field,
  orderable: true,
});
const name = <Row>(field: keyof Row & string): Property<Row> => ({ type: 'string', field, orderable: true });
const text = <Row>(field: keyof Row & string): Property<Row> => ({ type: 'string', field, orderable: false });
const count = <Row>(field: keyof Row & string): Property<Row> => ({
  type: 'number',
  field,
  orderable: false,
});

/** Runs. */
export const RUN_PROPERTIES: PropertyTable<RunRecord> = {
  id: text('id'),
  processingStatus: name('processingStatus'),
  workflowExecutionType: name('workflowExecutionType'),
  scheduledDateTime: date('scheduledAtMs'),
  startedDateTime: date('startedAtMs'),
  completedDateTime: date('completedAtMs'),
  lastUpdatedDateTime: date('lastUpdatedAtMs'),
  totalUsersCount: count('totalUsersCount'),
  successfulUsersCount: count('successfulUsersCount'),
  failedUsersCount: count('failedUsersCount'),
  totalTasksCount: count('totalTasksCount'),
  failedTasksCount: count('failedTasksCount'),
  totalUnprocessedTasksCount: count('totalUnprocessedTasksCount'),
  'workflow/id': text('workflowId'),
  'workflow/displayName': text('workflowDisplayName'),
  'workflow/version': count('workflowVersion'),
};

/** User results. */
export const USER_PROPERTIES: PropertyTable<UserRecord> = {
  processingStatus: name('processingStatus'),
  scheduledDateTime: date('scheduledAtMs'),
  startedDateTime: date('startedAtMs'),
  completedDateTime: date('completedAtMs'),
  workflowVersion: count('workflowVersion'),
  totalTasksCount: count('totalTasksCount'),
  failedTasksCount: count('failedTasksCount'),
  totalUnprocessedTasksCount: count('totalUnprocessedTasksCount'),
  'subject/id': text('subjectId'),
};
