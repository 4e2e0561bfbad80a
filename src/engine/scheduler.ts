/**
 * The scheduler: at each slot it evaluates every scheduled workflow and makes runs for who is due. A
 * slot is a multiple of the interval since the epoch; a (workflow, slot) makes at most one run, whatever
 * crashes or runs beside it. One timer for the next slot; a process that slept and one that was off look
 * the same: on waking, slots have passed since the last one that was evaluated.
 *
 * Source: domain §3.1, §3.2, §6.7.
 */
import { LifecycleError } from '../errors/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { RunPlan } from '../ledger/plan.ts';
import { enabledTasks } from '../ledger/resources.ts';
import { purgeExpired } from '../ledger/retention.ts';
import { nextSlot, slotStart } from '../ledger/schedule-times.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord, WorkflowRecord } from '../model/records.ts';
import { DAY_MS, type EpochMs, MINUTE_MS } from '../model/time.ts';
import type { UserReference, Workflow } from '../model/workflow.ts';
import type { Timer } from '../ports/clock.ts';
import { candidatesDue } from './candidates.ts';
import type { Observation } from './observation.ts';
import { beginWatching, type ObserveInput, observe } from './observe.ts';
import type { EnginePorts, EngineSettings } from './options.ts';
import { planSelected, type SelectedOutcome } from './plan-selected.ts';
import { qualificationOf, requireQualification } from './qualify.ts';
import { quarantineFor } from './quarantine.ts';
import { SelectionTally } from './selection.ts';

/** Wait before an evaluation that failed is tried again. */
const RETRY_MS = MINUTE_MS;

/** How the schedule itself makes a run. */
const SCHEDULED = { onlyWhileScheduled: true, createdBy: null } as const;

/** What the scheduler needs of the engine. */
export interface SchedulerDeps {
  readonly ledger: Ledger;
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  /** A run was made. */
  readonly planned: (run: RunRecord) => void;
  /** Makes sure that every task has its handler. */
  readonly bind: (workflow: Workflow) => Promise<unknown>;
}

/** Which of the slots that have passed are to be evaluated, and which are given up. */
export interface SlotPlan {
  readonly evaluate: readonly EpochMs[];
  readonly skip: readonly EpochMs[];
}

/**
 * Decides about the slots after `lastSlotMs` up to `nowMs`. Pure. Slots older than the catch-up window
 * are left out: nobody can be due in them any more who is not due in a later one.
 */
export function slotsToEvaluate(
  lastSlotMs: EpochMs,
  nowMs: EpochMs,
  settings: Pick<EngineSettings, 'scheduleIntervalMs' | 'catchUpMs' | 'missedSlots'>,
): SlotPlan {
  const { scheduleIntervalMs: stepMs, catchUpMs, missedSlots } = settings;
  const newest = slotStart(nowMs, stepMs);
  if (newest <= lastSlotMs) return { evaluate: [], skip: [] };
  const oldest = Math.max(slotStart(lastSlotMs, stepMs) + stepMs, newest - catchUpMs);
  const slots: EpochMs[] = [];
  for (let slot = slotStart(oldest + stepMs - 1, stepMs); slot <= newest; slot += stepMs) slots.push(slot);
  if (missedSlots === 'each') return { evaluate: slots, skip: [] };
  const isOnTime = nowMs - newest <= LIMITS.slotGraceMs;
  if (missedSlots === 'once' || isOnTime)
    return { evaluate: [newest], skip: missedSlots === 'once' ? [] : slots.slice(0, -1) };
  return { evaluate: [], skip: slots };
}

/** The scheduler of an engine. */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  #timer: Timer | null = null;
  #isOn = false;
  /** The running evaluation, and those asked for after it. */
  #line: Promise<void> = Promise.resolve();

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  /** Evaluates what was missed, then waits for the next slot. */
  start(): Promise<void> {
    this.#isOn = true;
    return this.refresh();
  }

  /** Resolves when the running evaluation has ended. */
  async stop(): Promise<void> {
    this.#isOn = false;
    this.#timer?.cancel();
    await this.#line;
  }

  /** Looks at all workflows now. */
  refresh(): Promise<void> {
    this.#line = this.#line.then(() => this.#evaluateAll());
    return this.#line;
  }

  /**
   * Evaluates one slot of one workflow now, whether its scheduling is on or not.
   *
   * @throws LifecycleError of the directory, the handlers or the store; `InvalidArgument` for a workflow
   *   without a trigger; `SubjectsLeftOut` with `strictSelection`.
   */
  async evaluate(
    workflow: Workflow,
    slotAtMs: EpochMs,
    createdBy: UserReference | null,
  ): Promise<SelectedOutcome> {
    return this.#evaluate(workflow, slotAtMs, { onlyWhileScheduled: false, createdBy });
  }

  async #evaluate(
    workflow: Workflow,
    slotAtMs: EpochMs,
    { onlyWhileScheduled, createdBy }: Required<Pick<RunPlan, 'onlyWhileScheduled' | 'createdBy'>>,
  ): Promise<SelectedOutcome> {
    const { ledger, ports, settings, bind } = this.#deps;
    const qualification = requireQualification(workflow, settings.catchUpMs);
    // A workflow with nothing to do makes no run (domain §6.7); one that cannot run makes an error.
    const isIdle = enabledTasks(workflow).length === 0;
    if (!isIdle) await bind(workflow);
    const { observation, reachMs } = qualification;
    if (observation) await observe(this.#observeInput(workflow, observation), slotAtMs, slotAtMs - reachMs);
    // An evaluation by hand forgets nothing: older slots may still be to come.
    const mayForget = onlyWhileScheduled && Number.isFinite(reachMs);
    const { context } = ledger;
    const { directory } = ports;
    // Of change triggers only those are looked at who have changed.
    const tally = new SelectionTally(isIdle ? [] : qualification.attributes, observation === null);
    const due = { context, directory, workflowId: workflow.id, qualification, slotAtMs, tally };
    const plan = {
      workflow,
      workflowExecutionType: 'scheduled',
      createdBy,
      scheduledAtMs: slotAtMs,
      slotAtMs,
      onlyWhileScheduled,
      ...(mayForget ? { forgetAdmissionsBeforeMs: slotAtMs - reachMs - DAY_MS } : {}),
      quarantine: await quarantineFor(this.#deps, workflow),
      candidates: isIdle ? [] : candidatesDue(due),
    } as const;
    return planSelected({ context, directory, tally, isStrict: settings.strictSelection, plan });
  }

  #observeInput({ id }: Workflow, observation: Observation): ObserveInput {
    const { ledger, ports } = this.#deps;
    return { context: ledger.context, directory: ports.directory, workflowId: id, observation };
  }

  async #evaluateAll(): Promise<void> {
    if (!this.#isOn) return;
    this.#timer?.cancel();
    let failed = false;
    try {
      for (const record of await this.#deps.ports.store.listWorkflows()) {
        if (!isScheduled(record) || !this.#isOn) continue;
        failed = !(await this.#evaluateMissed(record)) || failed;
      }
      const { ledger, settings } = this.#deps;
      await purgeExpired(ledger.context, ledger.workflows, settings.retention, () => this.#isOn);
    } catch (error) {
      failed = true;
      this.#tell(error);
    }
    if (this.#isOn) this.#arm(failed);
  }

  #arm(failed: boolean): void {
    const { clock } = this.#deps.ports;
    const nowMs = clock.now();
    const waitMs = nextSlot(nowMs, this.#deps.ledger.settings.scheduleIntervalMs) - nowMs;
    this.#timer = clock.setTimer(failed ? Math.min(RETRY_MS, waitMs) : waitMs, () => void this.refresh());
  }

  /** `false` when something failed and is to be tried again. */
  async #evaluateMissed({ workflow, lastSlotAtMs }: WorkflowRecord): Promise<boolean> {
    const { ports, settings, ledger, planned } = this.#deps;
    const { events } = ledger.context;
    const { scheduleIntervalMs } = ledger.settings;
    const due = slotsToEvaluate(lastSlotAtMs ?? ports.clock.now(), ports.clock.now(), {
      ...settings,
      scheduleIntervalMs,
    });
    const isQuarantined = workflow.quarantineDetails.quarantineType !== 'notQuarantined';
    const plan = isQuarantined ? { evaluate: [], skip: [...due.skip, ...due.evaluate] } : due;
    for (const slotAtMs of plan.skip) events.emit('schedule.skipped', { workflowId: workflow.id, slotAtMs });
    try {
      const observation = qualificationOf(workflow, settings.catchUpMs)?.observation;
      if (observation) await beginWatching(this.#observeInput(workflow, observation));
      const lastSkipped = plan.skip.at(-1);
      if (lastSkipped !== undefined && plan.evaluate.length === 0)
        await this.#markSkipped(workflow.id, lastSkipped);
      for (const slotAtMs of plan.evaluate) {
        const { outcome, selection } = await this.#evaluate(workflow, slotAtMs, SCHEDULED);
        if (!this.#isOn) return true; // the run stays in the store, for the next start
        if (outcome.kind === 'planned') planned(outcome.run);
        const runId = 'run' in outcome ? outcome.run.id : null;
        events.emit('schedule.evaluated', { workflowId: workflow.id, slotAtMs, runId, selection });
        if (outcome.kind === 'quarantined') return true; // the slots that follow are skipped from now on
      }
      return true;
    } catch (error) {
      // Switched off, or deleted, while it was looked at: that is no failure.
      if (LifecycleError.is(error) && (error.code === 'WorkflowDisabled' || error.code === 'NotFound'))
        return true;
      this.#tell(error, workflow.id);
      // A handler that is missing will be missing in a minute; the next slot asks again.
      return LifecycleError.is(error) && !error.retryable;
    }
  }

  #markSkipped(workflowId: string, slotAtMs: EpochMs): Promise<void> {
    return this.#deps.ports.store.transaction(async (tx) => {
      const record = await tx.getWorkflow(workflowId);
      if (record) await tx.putWorkflow({ ...record, lastSlotAtMs: slotAtMs });
    });
  }

  #tell(error: unknown, workflowId?: string): void {
    const during =
      workflowId === undefined
        ? 'evaluating the schedule'
        : `evaluating the schedule of workflow ${workflowId}`;
    this.#deps.ledger.context.events.emit('engine.error', { error, during });
  }
}

function isScheduled({ workflow }: WorkflowRecord): boolean {
  return workflow.deletedDateTime === null && workflow.isEnabled && workflow.isSchedulingEnabled;
}
