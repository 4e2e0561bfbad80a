import type { EngineEventName } from '../../events/event-map.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { LedgerContext } from '../context.ts';
import { runResource, userResource } from '../resources.ts';
import { auditRun } from './audit.ts';

/** A committed change of a run; `before` is `null` for a new run. */
export interface CommittedChange {
  readonly before: RunRecord | null;
  readonly after: RunRecord;
  /** The users that it changed. */
  readonly users?: readonly UserRecord[];
  /** Emits the events of single tasks. */
  readonly emitTaskEvents?: () => void;
}

/**
 * Emits the events of a committed change, in causal order: the run started, its tasks and users ended, its
 * counters changed, it finished. Call after the commit, never before.
 */
export function announce(
  context: LedgerContext,
  { before, after, users = [], emitTaskEvents }: CommittedChange,
): void {
  context.meter?.changed(after, users);
  const isOver =
    isTerminal(after.processingStatus) &&
    before !== null &&
    !isTerminal(before.processingStatus) &&
    isNewEnd(context, after.id);
  emitRunEvents(context, after, [
    before === null && 'run.created',
    before?.startedAtMs === null && after.startedAtMs !== null && 'run.started',
    before?.processingStatus !== 'canceling' && after.processingStatus === 'canceling' && 'run.canceling',
  ]);
  emitTaskEvents?.();
  if (context.events.has('user.finished')) for (const user of users) emitUserFinished(context, after, user);
  auditRun(context, before, after);
  emitRunEvents(context, after, [
    before !== null && before !== after && 'run.progress',
    isOver && 'run.finished',
  ]);
}

/** Ends that a ledger remembers to have announced, at most. */
const ENDS_MAX = 1_000;

const ends = new WeakMap<LedgerContext, Set<string>>();

/**
 * Whether this ledger has not announced the end of a run yet. A commit that is repeated, since its answer was lost, finds
 * the run ended by what came after it: by a cancel in the same process, say.
 */
function isNewEnd(context: LedgerContext, runId: string): boolean {
  if (!context.store.slices) return true;
  const announced = ends.get(context) ?? new Set();
  ends.set(context, announced);
  if (announced.has(runId)) return false;
  announced.add(runId);
  const [oldest] = announced;
  if (announced.size > ENDS_MAX && oldest !== undefined) announced.delete(oldest);
  return true;
}

type RunEventName = Exclude<Extract<EngineEventName, `run.${string}`>, 'run.purged'>;

function emitRunEvents(
  { events }: LedgerContext,
  run: RunRecord,
  names: readonly (RunEventName | false)[],
): void {
  const wanted = names.filter((name) => name !== false && events.has(name));
  if (wanted.length === 0) return;
  const payload = { workflowId: run.workflowId, runId: run.id, run: runResource(run) };
  for (const name of wanted) if (name) events.emit(name, payload);
}

function emitUserFinished({ events }: LedgerContext, run: RunRecord, user: UserRecord): void {
  if (!isTerminal(user.processingStatus) || !events.has('user.finished', run.id, user.subjectId)) return;
  events.emit('user.finished', {
    workflowId: run.workflowId,
    runId: run.id,
    subjectId: user.subjectId,
    result: userResource(run, user),
  });
}
