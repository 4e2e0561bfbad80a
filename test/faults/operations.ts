/** What happens to a life: what callers ask for, and what befalls processes and clocks. */
import type { Engine } from '../../src/engine/engine.ts';
import { ERROR_CODES } from '../../src/errors/codes.ts';
import type { EngineProcess } from './engine-process.ts';
import type { What } from './plan.ts';
import type { Life } from './scenario.ts';
import { idsFrom } from './set-up.ts';

/** Processes that live at once, at most. */
const UP_MAX = 2;
const SLOT_MS = 3 * 3_600_000;

/**
 * Whether it leaves runs that no living process has to finish: they wait for the next start. So do runs
 * that a process lost to another one, or to an error that no repetition mends.
 */
export function isOrphaning(what: What): boolean {
  return what.kind === 'second' || (what.kind === 'error' && !ERROR_CODES[what.code].retryable);
}

/** Lets `what` happen; `where`: to the process that is at work at this moment, when there is one. */
export function act(life: Life, what: What, where: EngineProcess | null): void {
  const process = where?.isUp ? where : life.up.at(-1);
  if (what.kind === 'jump') {
    life.trace.add(`jump ${what.byMs}`);
    life.clock.jump(what.byMs);
  } else if (what.kind === 'sleep') {
    life.chore(() => life.clock.sleepUntil(life.clock.now() + what.ms));
  } else if (what.kind === 'second') {
    if (life.plan.store === 'memory' && life.up.length < UP_MAX) life.boot();
  } else if (process) befall(life, what, process);
}

function befall(life: Life, what: What, process: EngineProcess): void {
  if (what.kind === 'crash') life.crash(process, what.offMs);
  else if (what.kind === 'stop') stop(life, process, what.deadlineMs, what.offMs);
  else ask(life, process, what);
}

function stop(life: Life, process: EngineProcess, deadlineMs: number, offMs: number): void {
  process.isStopping = true;
  process.engine.stop({ deadlineMs }).then(
    () => life.endStopped(process, offMs),
    (error: unknown) => process.expectProper(error, 'a stop'),
  );
}

/** A caller asks the engine of a process for something, and hears of it or does not. */
function ask(life: Life, process: EngineProcess, what: What): void {
  const times = 'times' in what ? what.times : 1;
  for (let time = 0; time < times; time++) {
    const answer = answerTo(life, process.engine, what);
    answer?.then(
      () => process.isDead || life.trace.add(`${process.no} did ${what.kind}`),
      (error: unknown) => {
        if (process.isDead) return;
        life.trace.add(`${process.no} refused ${what.kind} ${(error as { code?: string }).code}`);
        process.expectProper(error, what.kind);
      },
    );
  }
}

function answerTo(life: Life, engine: Engine, what: What): Promise<unknown> | undefined {
  switch (what.kind) {
    case 'activate':
      return engine.runs.activate(life.workflowIds[what.workflow] ?? '', {
        subjects: idsFrom(what.from, what.users),
      });
    case 'evaluate': {
      const at = new Date(life.clock.now() - what.slotsAgo * SLOT_MS).toISOString();
      return engine.runs.evaluate(life.workflowIds[what.workflow] ?? '', { at });
    }
    case 'cancel':
    case 'deleteRun':
      return ofRun(life, engine, what.run, what.kind);
    default:
      return ofWorkflow(life, engine, what);
  }
}

function ofRun(
  life: Life,
  engine: Engine,
  no: number,
  kind: 'cancel' | 'deleteRun',
): Promise<unknown> | undefined {
  const run = life.judge.runs[no];
  if (!run) return undefined;
  if (kind === 'deleteRun') {
    life.judge.mayDelete.add(run.id);
    return engine.runs.delete(run.workflowId, run.id);
  }
  life.judge.mayCancel.add(run.id);
  return engine.runs.cancel(run.workflowId, run.id);
}

function ofWorkflow(life: Life, { workflows }: Engine, what: What): Promise<unknown> | undefined {
  const id = ('workflow' in what && life.workflowIds[what.workflow]) || '';
  switch (what.kind) {
    case 'update':
      if (what.to === 'disabled' || what.to === 'unscheduled') life.judge.mayCancel.add(id);
      return workflows.update(
        id,
        what.to === 'disabled' || what.to === 'enabled'
          ? { isEnabled: what.to === 'enabled' }
          : { isSchedulingEnabled: what.to === 'scheduled' },
      );
    case 'deleteWorkflow':
      life.judge.mayCancel.add(id);
      return workflows.delete(id);
    case 'restoreWorkflow':
      return workflows.restore(id);
    default:
      return undefined;
  }
}
