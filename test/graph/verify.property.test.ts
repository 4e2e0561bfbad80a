/** What tenure itself serves obeys the rules, in every state of the engine and from one state to the next. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readGraph } from '../../src/cli/commands/verify/read-graph.ts';
import { LifecycleError } from '../../src/errors/lifecycle-error.ts';
import { systemClock } from '../../src/system/real/clock.ts';
import { ledgerCommands, ledgerModel } from '../../src/testing/fast-check.ts';
import { type ExportDocument, ledgerClient, verifyGraphExport } from '../../src/testing.ts';
import { type Api, BASE, openApi, TYPE } from './support.ts';

const PEOPLE = Array.from({ length: 9 }, (_, index) => `p${index + 1}`);
const WORKFLOWS = [
  [{ name: 'badge' }, { name: 'laptop' }],
  [{ name: 'fails', continueOnError: true }, { name: 'badge' }, { name: 'fails' }, { name: 'desk' }],
  [{ name: 'badge' }, { name: 'waits' }, { name: 'desk', isEnabled: false }, { name: 'mail' }],
];

/** Everything that a client sees now. */
async function documentsOf(api: Api): Promise<readonly ExportDocument[]> {
  const read = readGraph({
    url: BASE.replace('localhost', '127.0.0.1'),
    token: null,
    clock: systemClock,
    signal: new AbortController().signal,
    fetch: (url, init) => api.handler(new Request(url as URL, init)),
  });
  const documents: ExportDocument[] = [];
  for await (const document of read) documents.push(document);
  return documents;
}

async function openWorkflows(api: Api): Promise<readonly string[]> {
  return Promise.all(
    WORKFLOWS.map(async (tasks, index) => {
      const { body } = await api.post('/workflows', {
        category: 'joiner',
        displayName: `Workflow ${index}`,
        executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
        tasks: tasks.map(({ name, ...task }) => ({ taskDefinitionId: name, ...task })),
      });
      return body.id as string;
    }),
  );
}

type Move =
  | { readonly kind: 'activate' | 'preview'; readonly workflow: number; readonly users: readonly string[] }
  | { readonly kind: 'cancel' | 'again' | 'user'; readonly pick: number }
  | { readonly kind: 'disable'; readonly workflow: number }
  | { readonly kind: 'letGo' | 'read' };

const workflow = fc.nat({ max: WORKFLOWS.length - 1 });
const users = fc.uniqueArray(fc.constantFrom(...PEOPLE), { minLength: 1, maxLength: 5 });
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('activate' as const, 'preview' as const), workflow, users }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'again' as const), pick: fc.nat() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('disable' as const), workflow }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('read' as const, 'read' as const, 'letGo' as const) }),
  },
);

/** A run that has ended cannot be canceled, and one whose workflow is disabled cannot be done again. */
function refusedOnly(error: unknown): void {
  if (!LifecycleError.is(error)) throw error;
}

async function perform(api: Api, ids: readonly string[], made: Move): Promise<void> {
  const subjects =
    'users' in made ? made.users.map((id) => ({ '@odata.type': '#microsoft.graph.user', id })) : [];
  const { value: runs } = await api.engine.runs.list({ top: 50 });
  const run = 'pick' in made ? runs[made.pick % Math.max(1, runs.length)] : undefined;
  if (made.kind === 'activate') await api.post(`/workflows/${ids[made.workflow]}/activate`, { subjects });
  if (made.kind === 'preview')
    await api.post(`/workflows/${ids[made.workflow]}/previewWorkflow`, { subjects });
  if (made.kind === 'disable') await api.patch(`/workflows/${ids[made.workflow]}`, { isEnabled: false });
  if (made.kind === 'cancel' && run) await api.engine.runs.cancel(run.id).catch(refusedOnly);
  if (made.kind === 'again' && run) {
    api.letGo();
    await api.engine.runs.waitFor(run.id);
    await api.engine.runs
      .reprocess(run.id, { userScope: 'allUsers', taskScope: 'allTasks' })
      .catch(refusedOnly);
  }
  if (made.kind === 'letGo') api.letGo();
}

const ONE_OF_EACH: Move[] = [
  { kind: 'activate', workflow: 0, users: ['p1', 'p2'] },
  { kind: 'again', pick: 0 },
  { kind: 'read' },
  { kind: 'activate', workflow: 1, users: ['p1', 'p9'] },
  { kind: 'again', pick: 0 },
  { kind: 'read' },
];

it('an engine that activates, previews, cancels, reprocesses and disables serves history without findings', async () => {
  const seen = new Set<string>();
  let changes = 0;
  const property = fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 10 }), async (moves) => {
    const api = await openApi();
    const ids = await openWorkflows(api);
    const documents: ExportDocument[] = [];
    for (const made of moves) {
      await perform(api, ids, made);
      if (made.kind === 'read') documents.push(...(await documentsOf(api)));
    }
    documents.push(...(await documentsOf(api)));
    if (documents.every(({ body }) => ((body as { value?: unknown[] }).value ?? []).length === 0)) return;
    for (const { processingStatus, workflowExecutionType } of (await api.engine.runs.list({ top: 100 }))
      .value)
      seen.add(processingStatus).add(workflowExecutionType);
    const report = await verifyGraphExport(documents);
    expect(report.findings).toEqual([]);
    expect(report.ignored).toEqual({ rows: 0, members: [] });
    changes += report.checked.changes;
    api.letGo();
    await api.engine.close();
  });
  await fc.assert(property, { numRuns: 40, examples: [[ONE_OF_EACH]] });
  expect(changes).toBeGreaterThan(0);
  expect([...seen]).toEqual(expect.arrayContaining(['completed', 'failed', 'activatedWithScope']));
});

it('a ledger that is fed from outside serves history without findings', async () => {
  const tasks = [false, true];
  const property = fc.asyncProperty(ledgerCommands({ tasks }), async (commands) => {
    const api = await openApi();
    const { body } = await api.post('/workflows', {
      category: 'leaver',
      displayName: 'Fed',
      executionConditions: { '@odata.type': `${TYPE}onDemandExecutionOnly` },
      tasks: tasks.map((continueOnError, index) => ({ taskDefinitionId: `task-${index}`, continueOnError })),
    });
    await fc.asyncModelRun(
      () => ({ model: ledgerModel({ tasks }), real: ledgerClient(api.engine as never, body.id) }),
      commands,
    );
    const documents = await documentsOf(api);
    await api.engine.close();
    if (!documents.some(({ body: page }) => ((page as { value?: unknown[] }).value ?? []).length > 0)) return;
    expect((await verifyGraphExport(documents)).findings).toEqual([]);
  });
  await fc.assert(property, { numRuns: 40 });
});
