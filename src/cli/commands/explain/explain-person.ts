import { readSchedule } from '../../../engine/cluster/shared-settings.ts';
import { explain } from '../../../engine/explain/explain.ts';
import { nearest } from '../../../input/nearest.ts';
import { readSubjectId } from '../../../input/subject-id.ts';
import { requireWorkflowRecord } from '../../../ledger/context.ts';
import type { Explanation } from '../../../model/explanation.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import type { Directory } from '../../../ports/directory.ts';
import type { Store } from '../../../ports/store.ts';
import type { Host } from '../../host.ts';
import { isJobKept, type JobOptions, readJob } from '../../job/job.ts';
import { findWorkflow } from '../../session/find-workflow.ts';
import { openExisting } from '../../session/stores.ts';
import { withUsers } from '../../session/users.ts';
import { dateAttributesOf } from '../../session/workflow-source.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { explanationLines, runCommandOf } from '../../terminal/explanation.ts';
import { oneLine } from '../../terminal/text.ts';

/** Options of `tenure explain`. */
export interface ExplainCommandOptions extends JobOptions {
  readonly db: string;
  readonly at?: string;
  readonly json?: boolean;
}

/** Explains one person. */
export async function explainPerson(
  host: Host,
  name: string,
  person: string,
  options: ExplainCommandOptions,
): Promise<ExitCode> {
  const subjectId = readSubjectId({ path: 'person', value: person });
  const store = await openExisting(options.db, 'read');
  try {
    const workflow = findWorkflow(await store.listWorkflows(), name);
    return await withUsersOf(host, store, workflow, options, async (users) => {
      const explained = await explanationOf(host, store, { workflow, users, subjectId }, options);
      if (options.json) await host.stdout.write(`${JSON.stringify(explained, null, 2)}\n`);
      else await print(host, explained, workflow, options.db);
      if (users !== null && isUnknown(explained)) await suggest(host, users, subjectId);
      return EXIT.ok;
    });
  } finally {
    await store.close();
  }
}

/** Opens the users for `work`; `null`: none were named, now or by a run. */
async function withUsersOf<T>(
  host: Host,
  store: Store,
  workflow: Workflow,
  options: ExplainCommandOptions,
  work: (users: Directory | null) => Promise<T>,
): Promise<T> {
  const isKept = options.users === undefined;
  if (isKept && options.connect === undefined && !(await isJobKept(store))) return work(null);
  const dateAttributes = [...(options.dateAttributes ?? []), ...dateAttributesOf(workflow)];
  const job = await readJob(store, options.db, { ...options, dateAttributes, dryRun: true });
  return withUsers(host, job, { isKept, quiet: options.json ?? false, peopleOnly: true }, work);
}

interface Question {
  readonly workflow: Workflow;
  readonly users: Directory | null;
  readonly subjectId: string;
}

async function explanationOf(
  { clock }: Host,
  store: Store,
  { workflow, users, subjectId }: Question,
  { at }: ExplainCommandOptions,
): Promise<Explanation> {
  const { settings, catchUpMs } = await readSchedule(store);
  return explain({
    context: { store, clock },
    directory: users,
    settings,
    intervalMs: settings.scheduleIntervalMs,
    catchUpMs,
    record: await requireWorkflowRecord(store, workflow.id),
    subjectId,
    ...(at === undefined ? {} : { atMs: Date.parse(at) }),
  });
}

async function print(
  { stdout, self }: Host,
  explained: Explanation,
  workflow: Workflow,
  db: string,
): Promise<void> {
  for (const line of explanationLines(explained, workflow, stdout.style)) await stdout.write(`${line}\n`);
  const details = runCommandOf(explained, self, db);
  if (details !== null) await stdout.write(`\n${stdout.style.dim('Details:')} ${details}\n`);
}

function isUnknown({ steps }: Explanation): boolean {
  return steps.some(({ condition, result }) => condition === 'directory' && result === 'notMet');
}

/** Names the person that may be meant: ids are compared one by one, so that a large file needs no memory. */
async function suggest({ stderr }: Host, users: Directory, subjectId: string): Promise<void> {
  const near: string[] = [];
  for await (const { id } of users.query(null)) if (nearest(subjectId, [id]) !== null) near.push(id);
  const meant = nearest(subjectId, near);
  if (meant !== null) stderr.line(`Did you mean ${oneLine(meant)}?`);
}
