/** Whatever runs can be kept with and results reported to: a ledger over your store, or a client of Graph. */
import type { LedgerMethods } from '../../ledger/ledger.ts';
import type { UserStatus } from '../../model/status.ts';

/** One user's result, as it is reported. */
export interface ReportedResult {
  readonly subject: { readonly id: string };
  readonly processingStatus: Exclude<UserStatus, 'quarantined'>;
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
}

/**
 * The client under test. A method that is refused rejects, with anything. Rows are Graph-shaped; results name
 * their `subject`.
 */
export interface RunClient {
  createRun(totals: {
    readonly totalUsersCount: number;
    readonly totalTasksCount: number;
  }): Promise<{ readonly id: string }>;
  getRun(runId: string): Promise<object>;
  /** All results of a run. */
  listResults(runId: string): Promise<Iterable<object>>;
  /** The result as it was kept. */
  report(runId: string, result: ReportedResult): Promise<{ readonly id: string }>;
  /** Records the next task of a user whose result is not final. Leave it out if the client has no such call. */
  recordTask?(runId: string, resultId: string, status: 'completed' | 'failed'): Promise<unknown>;
  cancelRun?(runId: string): Promise<unknown>;
  /** Refused while the run is in progress or canceling. */
  deleteRun?(runId: string): Promise<unknown>;
}

/** Long ago, so that no result starts before it. */
const SCHEDULED = '2020-01-06T09:00:00Z';

/** A ledger (or an engine) as a {@link RunClient}: tests the store that it is made on. */
export function ledgerClient(ledger: LedgerMethods, workflowId: string): Required<RunClient> {
  return {
    createRun: ({ totalUsersCount, totalTasksCount }) =>
      ledger.runs.create(workflowId, {
        workflowExecutionType: 'onDemand',
        scheduledDateTime: SCHEDULED,
        totalUsersCount,
        totalTasksCount,
        totalUnprocessedTasksCount: totalTasksCount,
      }),
    getRun: (runId) => ledger.runs.get(runId),
    async listResults(runId) {
      const results: object[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const page = await ledger.userProcessingResults.list(runId, {
          top: 2, // small pages: the tokens are under test too
          ...(after === undefined ? {} : { after }),
        });
        results.push(...page.value);
        after = page.nextToken;
      }
      return results;
    },
    report: (runId, result) => ledger.userProcessingResults.create(runId, result),
    recordTask: (runId, resultId, processingStatus) =>
      ledger.userProcessingResults.recordTask(runId, resultId, { processingStatus }),
    cancelRun: (runId) => ledger.runs.cancel(runId),
    deleteRun: (runId) => ledger.runs.delete(runId),
  };
}
