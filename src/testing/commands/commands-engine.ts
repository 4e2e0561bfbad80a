import fc from 'fast-check';
import { readFlag, readFunction, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import { differencesOf } from '../model/difference.ts';
import { apply, createRun, type ModelEvent, type ModelRun, snapshotOf } from '../model/reference-model.ts';
import { withoutTimes } from '../model/snapshot.ts';
import { checkDatabase } from '../oracles/check-database.ts';
import { checkHistory } from '../oracles/check-history.ts';
import { formatViolations } from '../oracles/violation.ts';
import type { EngineHarness, TaskEnding } from './engine-harness.ts';

/** What the engine's run must be. */
export interface EngineModel {
  run: ModelRun | null;
  /** By user: failed attempts of its current task. */
  readonly failures: Map<number, number>;
  /** Users who wait for their next attempt: no handler is at work for them. */
  readonly waiting: Set<number>;
}

/** A command on an engine in a harness. */
export type EngineCommand = fc.AsyncCommand<EngineModel, EngineHarness>;

/** Options of {@link engineCommands}. */
export interface EngineCommandOptions {
  /** Users of the run, at most; not more than the harness has people. Default 3. */
  readonly usersMax?: number;
  /** Commands, at most. Default 20. */
  readonly commandsMax?: number;
  /** `true`: tasks end by the harness's handlers only, so that these are under test. Default `false`. */
  readonly handlers?: boolean;
  /**
   * Called after each command that was compared: check the effects of your handlers here. Default: nothing is
   * called.
   */
  readonly afterEach?: (harness: EngineHarness) => void | Promise<void>;
}

const OPTIONS = {
  usersMax: withDefault((place: Place) => readWhole(place, 1, 1_000), 3),
  commandsMax: withDefault((place: Place) => readWhole(place, 1, 1_000_000), 20),
  handlers: withDefault(readFlag, false),
  afterEach: optional(readFunction<NonNullable<EngineCommandOptions['afterEach']>>),
} satisfies ShapeOf<EngineCommandOptions>;

/** The model to start with. */
export function engineModel(): EngineModel {
  return { run: null, failures: new Map(), waiting: new Set() };
}

/**
 * Commands for `fc.asyncModelRun`: a run begins, tasks end in any order, failed ones are retried when the
 * harness has `attempts`, the run is canceled, tasks are written off, the process dies, or stops in order while
 * a task ends or not, and another one starts. After each, the store must hold what the model has, a recount must
 * agree, and the emitted events must be consistent.
 *
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { EngineHarness } from 'tenure/testing';
 * import { engineCommands, engineModel } from 'tenure/testing/fast-check';
 *
 * const setUp = async () => ({ model: engineModel(), real: new EngineHarness() });
 * const property = fc.asyncProperty(engineCommands(), (commands) => fc.asyncModelRun(setUp, commands));
 * await fc.assert(property, { seed: 1, numRuns: 3 });
 * ```
 */
export function engineCommands(options?: EngineCommandOptions): fc.Arbitrary<Iterable<EngineCommand>> {
  const { usersMax, commandsMax, handlers, afterEach } = readOptions(options, 'engineCommands', OPTIONS);
  const user = fc.nat({ max: usersMax - 1 });
  const ending = handlers
    ? fc.constant('handle' as const)
    : fc.constantFrom('succeed' as const, 'fail' as const);
  const make = (step: Step): EngineCommand => new StepCommand(step, afterEach);
  return fc.commands<EngineModel, EngineHarness, false>(
    [
      fc.integer({ min: 1, max: usersMax }).map((users) => make({ kind: 'begin', users })),
      fc.tuple(user, ending).map(([index, how]) => make({ kind: 'end', user: index, ending: how })),
      fc.tuple(user, ending).map(([index, how]) => make({ kind: 'end', user: index, ending: how })),
      fc.constant(make({ kind: 'cancel' })),
      fc.constant(make({ kind: 'writeOff' })),
      fc.constant(make({ kind: 'crash' })),
      fc.constant(make({ kind: 'wait' })),
      fc.constant(make({ kind: 'restart' })),
      fc.tuple(user, ending).map(([index, how]) => make({ kind: 'restart', user: index, ending: how })),
    ],
    { maxCommands: commandsMax },
  );
}

type Step =
  | { readonly kind: 'begin'; readonly users: number }
  | { readonly kind: 'end'; readonly user: number; readonly ending: TaskEnding }
  /** With a user: its task ends while the engine stops. */
  | { readonly kind: 'restart'; readonly user: number; readonly ending: TaskEnding }
  | { readonly kind: 'cancel' | 'writeOff' | 'crash' | 'wait' | 'restart' };

class StepCommand implements EngineCommand {
  readonly #step: Step;
  readonly #afterEach: EngineCommandOptions['afterEach'];

  constructor(step: Step, afterEach: EngineCommandOptions['afterEach']) {
    this.#step = step;
    this.#afterEach = afterEach;
  }

  check({ run, waiting }: Readonly<EngineModel>): boolean {
    const step = this.#step;
    if ('user' in step && (run?.users[step.user]?.status !== 'inProgress' || waiting.has(step.user)))
      return false;
    switch (step.kind) {
      case 'begin':
        return run === null;
      case 'end':
        return true;
      case 'wait':
        return waiting.size > 0;
      case 'cancel':
        return run?.status === 'queued' || run?.status === 'inProgress';
      case 'writeOff':
        return run?.status === 'canceling';
      case 'restart':
      case 'crash':
        return run !== null;
    }
  }

  async run(model: EngineModel, harness: EngineHarness): Promise<void> {
    await this.#perform(model, harness);
    const shown = await harness.snapshot();
    if (model.run && shown) {
      const found = differencesOf(withoutTimes(shown), withoutTimes(snapshotOf(model.run)));
      if (found.length > 0)
        throw new Error(`Expected the store to hold what the model has, got ${found.join('; ')}`);
    }
    const database = await checkDatabase(harness.store, { strictFailed: harness.strictFailed });
    const violations = [...database.violations, ...checkHistory(harness.history)];
    if (violations.length > 0)
      throw new Error(`Expected every invariant to hold, got ${formatViolations(violations)}`);
    await this.#afterEach?.(harness);
  }

  async #perform(model: EngineModel, harness: EngineHarness): Promise<void> {
    const step = this.#step;
    if (step.kind === 'begin') {
      await harness.begin(step.users);
      const { tasks, strictFailed } = harness;
      const run = createRun({ users: step.users, continueOnError: tasks, strictFailed });
      for (let user = 0; user < step.users; user += 1) apply(run, { kind: 'startUser', user });
      model.run = run;
      return;
    }
    const { run } = model;
    if (!run) return;
    switch (step.kind) {
      case 'end':
        attemptEnds(model, run, step.user, await harness.end(step.user, step.ending), harness.attempts);
        return;
      case 'restart':
        await harness.restart(async () => {
          if ('user' in step)
            attemptEnds(model, run, step.user, await harness.end(step.user, step.ending), harness.attempts);
        });
        // A stop takes longer than any wait.
        model.waiting.clear();
        break;
      case 'wait':
        await harness.wait();
        model.waiting.clear();
        return;
      case 'cancel':
        await harness.cancel();
        apply(run, { kind: 'cancelRun' });
        // No task of the waiting users is running: they are not retried.
        for (const user of model.waiting) apply(run, { kind: 'taskIsAbandoned', user });
        model.waiting.clear();
        return;
      case 'writeOff':
      case 'crash':
        await harness[step.kind]();
    }
    // No process works on a run that is being canceled: its tasks are written off.
    if (run.status === 'canceling') for (const event of writtenOff(run)) apply(run, event);
  }

  toString(): string {
    const { kind, ...values } = this.#step;
    return `${kind}(${Object.values(values).join(', ')})`;
  }
}

/** A failed attempt is followed by another one while there are some left and the run goes on. */
function attemptEnds(
  { failures, waiting }: EngineModel,
  run: ModelRun,
  user: number,
  outcome: 'completed' | 'failed',
  attempts: number,
): void {
  const failed = (failures.get(user) ?? 0) + 1;
  if (outcome === 'failed' && failed < attempts && run.status !== 'canceling') {
    failures.set(user, failed);
    waiting.add(user);
    return;
  }
  failures.delete(user);
  apply(run, { kind: outcome === 'completed' ? 'taskSucceeds' : 'taskFails', user });
}

function writtenOff({ users }: ModelRun): ModelEvent[] {
  return users.flatMap(({ status }, user): ModelEvent[] =>
    status === 'inProgress' ? [{ kind: 'taskIsAbandoned', user }] : [],
  );
}
