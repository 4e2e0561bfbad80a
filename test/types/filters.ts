/**
 * Lists take a filter as a text or as what `filter` builds. The compiler is the test: `npm run types` fails when one of
 * these lines does not hold.
 */
import { createLedger, type Filter, filter, type ListOptions } from '../../src/index.ts';

const built: Filter = filter.and(
  filter.eq('processingStatus', 'failed'),
  filter.not(filter.lt('startedDateTime', new Date(0))),
  ...['a', 'b'].map((id) => filter.ne('subject/id', id)),
);
const ledger = await createLedger();

export const pages = [
  ledger.runs.list({ filter: built }),
  ledger.runs.list('workflow', { filter: "processingStatus eq 'failed'" }),
  // @ts-expect-error: a filter is no number
  ledger.runs.list({ filter: 5 }),
];

export const options: ListOptions[] = [
  { filter: filter.in('totalUsersCount', [1, 2, null]) },
  // @ts-expect-error: a condition is no value
  { filter: filter.eq('totalUsersCount', built) },
  // @ts-expect-error: a list of values
  { filter: filter.in('totalUsersCount', 1) },
  // @ts-expect-error: a part is a text
  { filter: filter.contains('subject/id', 1) },
  // @ts-expect-error: conditions are combined, not texts
  { filter: filter.or("processingStatus eq 'failed'") },
];
