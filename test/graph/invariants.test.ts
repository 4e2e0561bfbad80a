/** Any sequence of calls leaves the record whole: the commands of the test kit, sent over the API. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ledgerCommands, ledgerModel } from '../../src/testing/fast-check.ts';
import { checkDatabase, type RunClient } from '../../src/testing.ts';
import { type Answered, type Api, openApi, TYPE } from './support.ts';

const TASKS = [false, true];

/** The API as the kit's commands use it. What is refused rejects. */
function apiClient(api: Api, workflowId: string): RunClient {
  const runs = `/workflows/${workflowId}/runs`;
  const taken = async (answer: Promise<Answered>): Promise<Answered['body']> => {
    const { status, body } = await answer;
    if (status >= 400) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  };
  return {
    createRun: ({ totalUsersCount, totalTasksCount }) =>
      taken(
        api.post(runs, {
          processingStatus: 'queued',
          workflowExecutionType: 'onDemand',
          scheduledDateTime: '2020-01-06T09:00:00Z',
          totalUsersCount,
          totalTasksCount,
          totalUnprocessedTasksCount: totalTasksCount,
        }),
      ),
    getRun: (runId) => taken(api.get(`${runs}/${runId}`)),
    async listResults(runId) {
      const results: object[] = [];
      let link: string | undefined = `${runs}/${runId}/userProcessingResults?$top=2`;
      while (link !== undefined) {
        const page: Answered['body'] = await taken(api.get(link));
        results.push(...page.value);
        link = page['@odata.nextLink'];
      }
      return results;
    },
    report: (runId, result) => taken(api.post(`${runs}/${runId}/userProcessingResults`, result)),
    cancelRun: (runId) =>
      taken(
        api.patch(
          `${runs}/${runId}`,
          { processingStatus: 'canceled' },
          { prefer: 'include-unknown-enum-members' },
        ),
      ),
    deleteRun: async (runId) => void (await taken(api.delete(`${runs}/${runId}`))),
  };
}

it('any sequence of creates, reports, cancels and deletes keeps every invariant', async () => {
  const property = fc.asyncProperty(ledgerCommands({ tasks: TASKS }), async (commands) => {
    const api = await openApi();
    const { body } = await api.post('/workflows', {
      category: 'leaver',
      displayName: 'Under test',
      executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
      tasks: TASKS.map((continueOnError, index) => ({ taskDefinitionId: `task-${index}`, continueOnError })),
    });
    await fc.asyncModelRun(
      () => ({ model: ledgerModel({ tasks: TASKS }), real: apiClient(api, body.id) }),
      commands,
    );
    expect((await checkDatabase(api.store)).violations).toEqual([]);
    expect(api.faults).toEqual([]);
    await api.engine.close();
  });
  await fc.assert(property, { numRuns: 150, seed: 20_261_124 });
});
