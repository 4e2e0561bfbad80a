/**
 * Evaluates every scheduled workflow at each slot and makes runs for the subjects that are due. A slot is a
 * multiple of the interval since the epoch; a workflow makes at most one run per slot, whatever crashes or runs
 * beside it. One timer waits for the next slot. A process that slept is treated like one that was off: slots have
 * passed since the last one that was evaluated.
 *
 * Source: domain §3.1, §3.2, §6.7.
 */

import { LifecycleError } from '../errors/lifecycle-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RunPlan } from '../ledger/planning/run-plan.ts';
import { enabledTasks, isoOf } from '../ledger/resources.ts';
import { purgeExpired } from '../ledger/retention.ts';
import type { Collector } from '../metrics/collector.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord, WorkflowRecord } from '../model/records.ts';
import { DAY_MS, type DurationMs, type EpochMs, MINUTE_MS } from '../model/time.ts';
import type { UserReference, Workflow } from '../model/workflow/workflow.ts';
import type { Timer } from '../ports/clock.ts';
import { nextSlot, slotStart } from '../rules/schedule/slots.ts';
import type { SchedulerTurn } from './cluster/scheduler-turn.ts';
import { planSelected, type SelectedOutcome } from './plan-selected.ts';
import { candidatesDue } from './selection/candidates.ts';
import type { Observation } from './selection/observation.ts';
import { beginWatching, type ObserveInput, observe } from './selection/observe.ts';
import { qualificationOf, requireQualification } from './selection/qualify.ts';
import { quarantineFor } from './selection/quarantine.ts';
import { SelectionTally } from './selection.ts';
import type { EnginePorts, EngineSettings } from './settings.ts';

/** Delay before a failed evaluation is retried. */
const RETRY_MS = MINUTE_MS;

/** How scheduled runs are made. */
const SCHEDULED = { onlyWhileScheduled: true, createdBy: null } as const;

/** Dependencies of a {@link Scheduler}. */
export interface SchedulerDeps {
  readonly ledger: Ledger;
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly turn: SchedulerTurn;
  readonly collector: Collector;
  /** A run was made. */
  readonly planned: (run: RunRecord) => void;
  /** Makes sure that every task has its handler. */
  readonly bind: (workflow: Workflow) => Promise<unknown>;
}

/** The passed slots that are to be evaluated, and those that are skipped. */
export interface SlotPlan {
  readonly evaluate: readonly EpochMs[];
  readonly skip: readonly EpochMs[];
}

/**
 * Decides about the slots after `lastSlotMs` up to `nowMs`. Pure. Slots older than the catch-up window are left
 * out: every subject that is still due in one is due in a later slot too.
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
  #seenAtMs: EpochMs | null = null;
  /** The running evaluation, and those requested after it. */
  #evaluations: Promise<void> = Promise.resolve();

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  /** Evaluates missed slots, then waits for the next one. */
  start(): Promise<void> {
    this.#isOn = true;
    return this.refresh();
  }

  /** When it has last looked for due slots, or found that it is another process's turn; `null`: not yet. */
  get seenAtMs(): EpochMs | null {
    return this.#seenAtMs;
  }

  /** Resolves when the running evaluation has ended. */
  async stop(): Promise<void> {
    this.#isOn = false;
    this.#timer?.cancel();
    await this.#evaluations;
  }

  /** Evaluates all workflows now. */
  refresh(): Promise<void> {
    this.#evaluations = this.#evaluations.then(() => this.#evaluateAll());
    return this.#evaluations;
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
    // A workflow without due subjects makes no run (domain §6.7); one that cannot run causes an error.
    const isIdle = enabledTasks(workflow).length === 0;
    if (!isIdle) await bind(workflow);
    const { observation, reachMs } = qualification;
    if (observation) await observe(this.#observeInput(workflow, observation), slotAtMs, slotAtMs - reachMs);
    // A requested evaluation discards no observations: older slots may still follow.
    const mayForget = onlyWhileScheduled && Number.isFinite(reachMs);
    const { context } = ledger;
    const { directory } = ports;
    // A change trigger needs only the subjects that have changed.
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
    let retryMs: DurationMs | null = null;
    try {
      const isOurTurn = await this.#deps.turn.take(async () => {
        if (!(await this.#evaluateWorkflows())) retryMs = RETRY_MS;
      });
      if (!isOurTurn) retryMs = LIMITS.sliceLeaseMs;
    } catch (error) {
      retryMs = RETRY_MS;
      this.#report(error);
    }
    this.#seenAtMs = this.#deps.ports.clock.now();
    if (this.#isOn) this.#arm(retryMs);
  }

  /** `false` when something failed and is to be retried. */
  async #evaluateWorkflows(): Promise<boolean> {
    const { ledger, settings, ports } = this.#deps;
    let isDone = true;
    for (const record of await ports.store.listWorkflows()) {
      if (!isScheduled(record) || !this.#isOn) continue;
      isDone = (await this.#evaluateMissed(record)) && isDone;
    }
    await purgeExpired(ledger.context, ledger.workflows, settings.retention, () => this.#isOn);
    return isDone;
  }

  /** @param retryMs the longest wait; `null`: until the next slot. */
  #arm(retryMs: DurationMs | null): void {
    const { clock } = this.#deps.ports;
    const nowMs = clock.now();
    const waitMs = nextSlot(nowMs, this.#deps.ledger.settings.scheduleIntervalMs) - nowMs;
    this.#timer = clock.setTimer(Math.min(retryMs ?? waitMs, waitMs), () => void this.refresh());
  }

  /** `false` when something failed and is to be retried. */
  async #evaluateMissed({ workflow, lastSlotAtMs }: WorkflowRecord): Promise<boolean> {
    const { ports, settings, ledger, planned, collector } = this.#deps;
    const { events } = ledger.context;
    const { scheduleIntervalMs } = ledger.settings;
    const due = slotsToEvaluate(lastSlotAtMs ?? ports.clock.now(), ports.clock.now(), {
      ...settings,
      scheduleIntervalMs,
    });
    const isQuarantined = workflow.quarantineDetails.quarantineType !== 'notQuarantined';
    const plan = isQuarantined ? { evaluate: [], skip: [...due.skip, ...due.evaluate] } : due;
    for (const slotAtMs of plan.skip) {
      collector.slotSkipped(workflow.displayName);
      events.emit('schedule.skipped', { workflowId: workflow.id, slotDateTime: isoOf(slotAtMs) });
    }
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
        collector.slotEvaluated(workflow.displayName, ports.clock.now() - slotAtMs);
        events.emit('schedule.evaluated', {
          workflowId: workflow.id,
          slotDateTime: isoOf(slotAtMs),
          runId,
          selection,
        });
        if (outcome.kind === 'quarantined') return true; // the slots that follow are skipped from now on
      }
      return true;
    } catch (error) {
      // Disabled or deleted during the evaluation: no failure.
      if (LifecycleError.is(error) && (error.code === 'WorkflowDisabled' || error.code === 'NotFound'))
        return true;
      this.#report(error, workflow.id);
      // A missing handler will still be missing in a minute; the next slot retries.
      return LifecycleError.is(error) && !error.retryable;
    }
  }

  #markSkipped(workflowId: string, slotAtMs: EpochMs): Promise<void> {
    return this.#deps.ports.store.transaction(async (tx) => {
      const record = await tx.getWorkflow(workflowId);
      if (record) await tx.putWorkflow({ ...record, lastSlotAtMs: slotAtMs });
    });
  }

  #report(error: unknown, workflowId?: string): void {
    const where = workflowId === undefined ? {} : { workflowId };
    this.#deps.ledger.context.events.emit('engine.error', { error, during: 'evaluatingSchedule', ...where });
  }
}

function isScheduled({ workflow }: WorkflowRecord): boolean {
  return workflow.deletedDateTime === null && workflow.isEnabled && workflow.isSchedulingEnabled;
}
