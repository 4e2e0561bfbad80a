/**
 * What the tasks of a dry run would do, by the engine's own preview: in an engine of its own over a store in memory, so that
 * nothing is recorded. Only handlers that have a preview are called, and those change nothing.
 */
import { handlerKey } from '../../engine/handlers/handlers.ts';
import { subjectsOf } from '../../engine/selection/subjects-of.ts';
import type { TaskEventPayload } from '../../events/event-map.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Task, Workflow } from '../../model/workflow/workflow.ts';
import type { Directory } from '../../ports/directory.ts';
import { memoryStore } from '../../stores/memory/memory-store.ts';
import type { Host } from '../host.ts';
import { Session } from '../session/session.ts';
import { counted, type TaskHandlers } from '../session/task-module.ts';
import type { StopTimeout } from '../terminal/interrupts.ts';
import type { DryRun, PersonOutcome, PreviewedTask, PreviewOutcome, ProcessedPerson } from './dry-run.ts';

/** Code of failures that an earlier task may mend: it makes the account. */
const MENDED = 'AccountMissing';

/** What previews are made with. */
export interface PreviewInput extends StopTimeout {
  readonly users: Directory;
  readonly handlers: TaskHandlers;
  readonly concurrency: number | null;
  readonly quiet: boolean;
}

/** The dry run with what its tasks would do; as it was when no handler has a preview. */
export async function withPreviews(
  host: Host,
  dryRun: DryRun,
  { handlers, ...options }: PreviewInput,
): Promise<{ readonly dryRun: DryRun; readonly isInterrupted: boolean }> {
  const tasks = enabledTasks(dryRun.workflow);
  const positions = tasks.flatMap((task, at) => (hasPreview(handlers, task) ? [at + 1] : []));
  const subjects = positions.length === 0 ? [] : await peopleOf(dryRun, options.users);
  if (subjects.length === 0) return { dryRun, isInterrupted: false };
  const found = new Map<string, Map<number, PreviewedTask>>();
  const note = (event: TaskEventPayload, outcome: PreviewOutcome, says: readonly string[]): void => {
    const position = positions[event.position - 1] ?? 0;
    const ofPerson = found.get(event.subjectId) ?? new Map<number, PreviewedTask>();
    found.set(event.subjectId, ofPerson.set(position, { position, outcome, says }));
  };
  const input = {
    ...options,
    store: memoryStore(),
    db: null,
    tasks: counted(handlers, null),
    isPreview: true,
  };
  const { interrupted } = await Session.with(host, input, async (session) => {
    const { engine } = session;
    engine.on('task.completed', (event) => {
      const { changes, processingInfo } = event;
      if (changes.length > 0) note(event, 'change', changes);
      else note(event, 'already', processingInfo === null ? [] : [processingInfo]);
    });
    engine.on('task.failed', (event) => {
      const makes = [...(found.get(event.subjectId)?.values() ?? [])].some(
        ({ outcome }) => outcome === 'change',
      );
      note(event, event.code === MENDED && makes ? 'later' : 'fail', [event.failureReason]);
    });
    return session.drive(async () => {
      const previewed = tasks.filter((_, at) => positions.includes(at + 1));
      const { id } = await engine.workflows.create(copyOf(dryRun.workflow, previewed));
      await engine.start();
      return [await engine.workflows.preview(id, { subjects })];
    });
  });
  const processed = dryRun.processed.map((person) => withOutcome(person, tasks, found.get(person.id)));
  return { dryRun: { ...dryRun, processed }, isInterrupted: interrupted !== null };
}

/** The people to preview. A run that goes on may have some that have left the directory meanwhile. */
async function peopleOf({ runId, processed }: DryRun, users: Directory): Promise<readonly string[]> {
  const ids = processed.map(({ id }) => id);
  if (runId === null) return ids;
  const known: string[] = [];
  for (let from = 0; from < ids.length; from += LIMITS.usersPerBatch) {
    const some = ids.slice(from, from + LIMITS.usersPerBatch);
    const subjects = subjectsOf(some, await users.get(some));
    known.push(...some.filter((_, at) => subjects[at] !== null));
  }
  return known;
}

/** On demand and to the end of its tasks, whatever the workflow's own conditions are. */
function copyOf({ category, displayName }: Workflow, tasks: readonly Task[]): WorkflowInput {
  return {
    category,
    displayName,
    executionConditions: 'onDemand',
    tasks: tasks.map(({ taskDefinitionId, displayName: name, arguments: given }) => ({
      taskDefinitionId,
      displayName: name,
      arguments: given,
      continueOnError: true,
    })),
  };
}

/** The person with what their tasks would do. */
function withOutcome(
  person: ProcessedPerson,
  tasks: readonly Task[],
  found: ReadonlyMap<number, PreviewedTask> | undefined,
): ProcessedPerson {
  // The process was stopped before their preview.
  if (found === undefined) return person;
  const preview: PreviewedTask[] = [];
  let isEnded = false;
  for (const position of person.tasks ?? tasks.map((_, at) => at + 1)) {
    const task: PreviewedTask = isEnded
      ? { position, outcome: 'notReached', says: [] }
      : (found.get(position) ?? { position, outcome: 'unknown', says: [] });
    preview.push(task);
    isEnded ||= task.outcome === 'fail' && tasks[position - 1]?.continueOnError === false;
  }
  return { ...person, outcome: outcomeOf(preview), preview };
}

/** A person fails with a task; is as wanted when all tasks are; and is changed otherwise. */
function outcomeOf(preview: readonly PreviewedTask[]): PersonOutcome {
  if (preview.some(({ outcome }) => outcome === 'fail')) return 'fail';
  if (preview.every(({ outcome }) => outcome === 'already')) return 'already';
  return preview.some(({ outcome }) => outcome === 'change') ? 'change' : 'unknown';
}

function hasPreview(handlers: TaskHandlers, { taskDefinitionId }: Task): boolean {
  const key = handlerKey(taskDefinitionId);
  const [, handler] =
    Object.entries(handlers).find(([name]) => handlerKey(name) === key) ??
    Object.entries(handlers).find(([name]) => name === '*') ??
    [];
  return typeof handler === 'object' && typeof handler?.preview === 'function';
}
