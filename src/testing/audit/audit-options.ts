import type { EngineSettingsInput } from '../../engine/settings.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import type { Subject } from '../../model/subject.ts';
import type { TaskHandler } from '../../ports/task-handler.ts';

/** What to audit. `Effects` is what the host's recorder reports. */
export interface AuditOptions<Effects> {
  /** The workflow that is run. */
  readonly workflow: WorkflowInput;
  /** The people that the workflow is run for. A few are enough. */
  readonly population: readonly Subject[];
  /** A new recorder, or a new fake of the outside world, for each execution. */
  readonly effects: () => Effects;
  /** The handlers under audit, writing their effects to this recorder. */
  readonly tasks: (effects: Effects) => Readonly<Record<string, TaskHandler>>;
  /**
   * What of the recorder is compared, by value. Default: the recorder itself. Maps, sets and arrays compare
   * without order, because the order between people is not defined.
   */
  readonly read?: (effects: Effects) => unknown;
  /** Settings of the engine. Default: its defaults. */
  readonly settings?: Omit<EngineSettingsInput, 'tasks'>;
  /** Called after each execution. Default: nothing is called. */
  readonly onProgress?: (done: { readonly executions: number; readonly total: number }) => void;
}
