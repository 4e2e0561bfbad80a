/** Runs on demand of a simulation: at given moments, at random ones, and for people who have moved. */
import { scopeAttributes } from '../../engine/selection/qualify.ts';
import { leftOutError, needsAttention, SelectionTally } from '../../engine/selection.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { Subject } from '../../model/subject.ts';
import type { VirtualClock } from '../../system/virtual/virtual-clock.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { SimulatedDirectory } from '../world/simulated-directory.ts';
import { type CreatedWorkflow, MOVED } from './draw-keys.ts';
import type { ProcessGroup } from './process-group.ts';

/** Dependencies of {@link OnDemand}. */
export interface OnDemandDeps {
  readonly scenario: Scenario;
  readonly clock: VirtualClock;
  readonly directory: SimulatedDirectory;
  readonly processes: ProcessGroup;
  readonly metrics: Metrics;
  /** Notified of activations that were refused. */
  readonly failed: (during: string, error: unknown) => void;
}

/** Activates workflows of a scenario. */
export class OnDemand {
  readonly #deps: OnDemandDeps;

  constructor(deps: OnDemandDeps) {
    this.#deps = deps;
  }

  /** Runs a workflow for the people who have moved since the last time and are still there. */
  async moved(one: CreatedWorkflow): Promise<void> {
    const ids = [...one.moved].filter((id) => this.#deps.directory.has(id));
    one.moved = new Set();
    if (ids.length > 0) await this.#activate(one, MOVED, ids);
  }

  /** Runs a workflow for one person of the directory, by a draw in [0, 1). */
  async anyone(one: CreatedWorkflow, drawKey: string, draw: number): Promise<void> {
    const people = this.#deps.directory.sorted();
    const person = people[Math.floor(draw * people.length)];
    await this.#activate(one, drawKey, person === undefined ? [] : [person.id]);
  }

  /** Runs a workflow for the people that a rule selects, or all, at most `limit` of them. */
  async byRule(
    one: CreatedWorkflow,
    drawKey: string,
    rule: string | undefined,
    limit: number | undefined,
  ): Promise<void> {
    const people = this.#deps.directory.sorted();
    const ids = rule === undefined ? people.map(({ id }) => id) : await this.#selected(one, people, rule);
    if (ids !== null) await this.#activate(one, drawKey, ids.slice(0, limit));
  }

  /** Ids that the rule selects; `null` when a strict schedule refuses the selection. */
  async #selected(
    { workflow }: CreatedWorkflow,
    people: readonly Subject[],
    rule: string,
  ): Promise<readonly string[] | null> {
    const { directory, metrics, scenario, failed } = this.#deps;
    const scope = parseScopeRule(rule);
    const tally = new SelectionTally(scopeAttributes(scope), true);
    const ids = people.filter((subject) => tally.select(scope, subject)).map(({ id }) => id);
    const selection = await tally.result(directory);
    if (!needsAttention(selection)) return ids;
    metrics.addLeftOut(workflow.id, null, selection);
    if (!scenario.schedule?.strictSelection) return ids;
    failed('an activation on demand', leftOutError(selection));
    return null;
  }

  async #activate(
    { workflow }: CreatedWorkflow,
    drawKey: string,
    subjects: readonly string[],
  ): Promise<void> {
    const { clock, metrics, processes, failed } = this.#deps;
    const { engine } = processes;
    if (!engine || subjects.length === 0) {
      const why = engine ? 'nobody is selected' : 'the process is off';
      failed(`an activation on demand (${why})`, new LifecycleError('EngineStopped', why));
      return;
    }
    metrics.expectOnDemand(workflow.id, drawKey);
    try {
      await clock.until(engine.runs.activate(workflow.id, { subjects }));
    } catch (error) {
      failed('an activation on demand', error);
    }
  }
}
