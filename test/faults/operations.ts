/** What happens to a scenario: what callers ask for, and what befalls processes and clocks. */
import type { Engine } from '../../src/engine/engine.ts';
import { ERROR_CODES } from '../../src/errors/codes.ts';
import type { EngineProcess } from './engine-process.ts';
import type { Plan, What } from './plan.ts';
import type { Scenario } from './scenario.ts';
import { idsFrom } from './set-up.ts';

/** Processes that run at once, at most. */
const UP_MAX = 2;
const SLOT_MS = 3 * 3_600_000;

/**
 * Whether it leaves runs that no running process has to finish: they wait for the next start. So do runs
 * that a process lost to another one, or to an error that no repetition mends.
 */
export function isOrphaning(what: What): boolean {
  return what.kind === 'second' || (what.kind === 'error' && !ERROR_CODES[what.code].retryable);
}

/** A call that takes less does not keep a process from renewing its claims, ms. */
const SLOW_MS = 1_000;
const PEACEFUL: readonly What['kind'][] = ['activate', 'evaluate', 'cancel', 'trouble', 'update'];

/** Whether nothing happens because of which a process could be taken for dead. */
export function isPeaceful({ cluster, happenings }: Plan): boolean {
  // A process alone on its store takes what it likes: there is no lease.
  const areClocksRight = cluster?.skewsMs.every((ms) => ms === 0) ?? false;
  return (
    areClocksRight &&
    happenings.every(({ what }) => (what.kind === 'slow' ? what.ms < SLOW_MS : PEACEFUL.includes(what.kind)))
  );
}

/** Lets `what` happen; `where`: to the process that is at work at this moment, when there is one. */
export function act(scenario: Scenario, what: What, where: EngineProcess | null): void {
  const process = where?.isUp ? where : scenario.up.at(-1);
  if (what.kind === 'jump') {
    scenario.trace.add(`jump ${what.byMs}`);
    scenario.clock.jump(what.byMs);
  } else if (what.kind === 'sleep') {
    scenario.chore(() => scenario.clock.sleepUntil(scenario.clock.now() + what.ms));
  } else if (what.kind === 'restart') {
    scenario.restartStore();
  } else if (what.kind === 'second') {
    if (scenario.plan.store === 'memory' && scenario.up.length < UP_MAX) scenario.boot();
  } else if (process) befall(scenario, what, process);
}

function befall(scenario: Scenario, what: What, process: EngineProcess): void {
  if (what.kind === 'crash') scenario.crash(process, what.offMs);
  else if (what.kind === 'stall') {
    scenario.trace.add(`${process.no} stalls for ${what.ms}`);
    process.clock.stall(what.ms);
  } else if (what.kind === 'partition') cutOff(scenario, process, what.ms);
  else if (what.kind === 'stop') stop(scenario, process, what.deadlineMs, what.offMs);
  else ask(scenario, process, what);
}

function cutOff(scenario: Scenario, process: EngineProcess, ms: number): void {
  scenario.trace.add(`${process.no} is cut off for ${ms}`);
  process.isCutOff = true;
  scenario.clock.setTimer(ms, () => {
    process.isCutOff = false;
  });
}

function stop(scenario: Scenario, process: EngineProcess, deadlineMs: number, offMs: number): void {
  process.isStopping = true;
  process.engine.stop({ deadlineMs }).then(
    () => scenario.endStopped(process, offMs),
    (error: unknown) => process.expectProper(error, 'a stop'),
  );
}

/** A caller asks the engine of a process for something, and hears of it or does not. */
function ask(scenario: Scenario, process: EngineProcess, what: What): void {
  const times = 'times' in what ? what.times : 1;
  for (let time = 0; time < times; time++) {
    const answer = answerTo(scenario, process.engine, what);
    answer?.then(
      () => process.isDead || scenario.trace.add(`${process.no} did ${what.kind}`),
      (error: unknown) => {
        if (process.isDead) return;
        scenario.trace.add(`${process.no} refused ${what.kind} ${(error as { code?: string }).code}`);
        process.expectProper(error, what.kind);
      },
    );
  }
}

function answerTo(scenario: Scenario, engine: Engine, what: What): Promise<unknown> | undefined {
  switch (what.kind) {
    case 'activate':
      return engine.runs.activate(scenario.workflowIds[what.workflow] ?? '', {
        subjects: idsFrom(what.from, what.users),
      });
    case 'evaluate': {
      const at = new Date(scenario.clock.now() - what.slotsAgo * SLOT_MS).toISOString();
      return engine.runs.evaluate(scenario.workflowIds[what.workflow] ?? '', { at });
    }
    case 'cancel':
    case 'deleteRun':
      return ofRun(scenario, engine, what.run, what.kind);
    default:
      return ofWorkflow(scenario, engine, what);
  }
}

function ofRun(
  scenario: Scenario,
  engine: Engine,
  no: number,
  kind: 'cancel' | 'deleteRun',
): Promise<unknown> | undefined {
  const run = scenario.judge.runs[no];
  if (!run) return undefined;
  if (kind === 'deleteRun') {
    scenario.judge.mayDelete.add(run.id);
    return engine.runs.delete(run.id);
  }
  scenario.judge.mayCancel.add(run.id);
  return engine.runs.cancel(run.id);
}

function ofWorkflow(scenario: Scenario, { workflows }: Engine, what: What): Promise<unknown> | undefined {
  const id = ('workflow' in what && scenario.workflowIds[what.workflow]) || '';
  switch (what.kind) {
    case 'update':
      if (what.to === 'disabled' || what.to === 'unscheduled') scenario.judge.mayCancel.add(id);
      return workflows.update(
        id,
        what.to === 'disabled' || what.to === 'enabled'
          ? { isEnabled: what.to === 'enabled' }
          : { isSchedulingEnabled: what.to === 'scheduled' },
      );
    case 'deleteWorkflow':
      scenario.judge.mayCancel.add(id);
      return workflows.delete(id);
    case 'restoreWorkflow':
      return workflows.restore(id);
    default:
      return undefined;
  }
}
