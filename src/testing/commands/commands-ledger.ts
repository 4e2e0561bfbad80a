import fc from 'fast-check';
import { readArray, readFlag, readWord } from '../../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { Place } from '../../input/refuse.ts';
import { ledgerOperation } from '../arbitraries/ledger-scripts.ts';
import type { ScriptOptions } from '../arbitraries/option-types.ts';
import { SCRIPT } from '../arbitraries/options.ts';
import { canPerform, LedgerModel, type LedgerOperation, perform } from './ledger-operations.ts';
import type { RunClient } from './run-client.ts';

/** Options of {@link ledgerCommands}. */
export interface LedgerCommandOptions extends Omit<ScriptOptions, 'tasks'> {
  /** `continueOnError` of the tasks that every user has. Default: two tasks, `false`. */
  readonly tasks?: readonly boolean[];
  /** Calls that the client does not have: their commands are left out. Default: none. */
  readonly without?: readonly ('recordTask' | 'cancelRun' | 'deleteRun')[];
}

/** A command on a client. */
export type LedgerCommand = fc.AsyncCommand<LedgerModel, RunClient>;

const CALLS = ['recordTask', 'cancelRun', 'deleteRun'] as const;
const MODEL_OPTIONS = {
  tasks: withDefault((place: Place) => readArray(place, 100).map(readFlag), [false, false]),
};
const OPTIONS = {
  ...SCRIPT,
  ...MODEL_OPTIONS,
  without: withDefault(
    (place: Place) => readArray(place, CALLS.length).map((one) => readWord(one, CALLS)),
    [],
  ),
} satisfies ShapeOf<LedgerCommandOptions>;

/**
 * Commands for `fc.asyncModelRun`: runs are created, users reported, tasks recorded, runs canceled and deleted,
 * and after each command the client must show what the model has, and keep every invariant.
 *
 * @example
 * ```ts
 * import fc from 'fast-check';
 * import { createLedger } from 'tenure';
 * import { ledgerClient } from 'tenure/testing';
 * import { ledgerCommands, ledgerModel } from 'tenure/testing/fast-check';
 *
 * const setUp = async () => {
 *   const ledger = await createLedger();
 *   const workflow = await ledger.workflows.create({
 *     category: 'leaver',
 *     displayName: 'Offboard',
 *     executionConditions: 'onDemand',
 *     tasks: [{ taskDefinitionId: 'first' }, { taskDefinitionId: 'second' }],
 *   });
 *   return { model: ledgerModel(), real: ledgerClient(ledger, workflow.id) };
 * };
 * const property = fc.asyncProperty(ledgerCommands(), (commands) => fc.asyncModelRun(setUp, commands));
 * await fc.assert(property, { seed: 1, numRuns: 3 });
 * ```
 */
export function ledgerCommands(options?: LedgerCommandOptions): fc.Arbitrary<Iterable<LedgerCommand>> {
  const { tasks, without, operationsMax, ...rest } = readOptions(options, 'ledgerCommands', OPTIONS);
  const operation = ledgerOperation({ ...rest, tasks: tasks.length }).filter(
    ({ kind }) => !without.some((missing) => missing === kind),
  );
  return fc.commands<LedgerModel, RunClient, false>(
    [operation.map((one): LedgerCommand => new OperationCommand(one))],
    { maxCommands: operationsMax },
  );
}

/** The model to start with; `tasks` as for {@link ledgerCommands}. */
export function ledgerModel(options?: Pick<LedgerCommandOptions, 'tasks'>): LedgerModel {
  return new LedgerModel(readOptions(options, 'ledgerModel', MODEL_OPTIONS).tasks);
}

/** Every call: only the run shows whether the real client has it. */
const ALL = { report: true, recordTask: true, cancelRun: true, deleteRun: true } as unknown as RunClient;

class OperationCommand implements LedgerCommand {
  readonly #operation: LedgerOperation;

  constructor(operation: LedgerOperation) {
    this.#operation = operation;
  }

  check(model: Readonly<LedgerModel>): boolean {
    return canPerform(model, ALL, this.#operation);
  }

  async run(model: LedgerModel, client: RunClient): Promise<void> {
    if (canPerform(model, client, this.#operation)) await perform(model, client, this.#operation);
  }

  toString(): string {
    const { kind, ...values } = this.#operation;
    return `${kind}(${Object.entries(values)
      .map(([name, value]) => `${name}: ${value}`)
      .join(', ')})`;
  }
}
