/** Makes runs on demand, and evaluates single slots on request. */
import { LifecycleError } from '../errors/lifecycle-error.ts';
import { parseScopeRule } from '../filter/parsing/scope-rule.ts';
import { fieldsOf, readArray, readFlag, readLine, readString, readWord } from '../input/fields.ts';
import { readInstant } from '../input/instants.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import { invalid, type Place, root } from '../input/refuse.ts';
import { requireRun, requireWorkflow } from '../ledger/context.ts';
import { type Author, readAuthor } from '../ledger/input/author.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { removeRun } from '../ledger/methods/runs.ts';
import { planRun } from '../ledger/planning/plan.ts';
import { previewNote, previewsBefore } from '../ledger/planning/previews.ts';
import {
  objectNote,
  type ProvisioningObjectInput,
  readProvisioningObject,
} from '../ledger/planning/provisioning-objects.ts';
import {
  reprocessingOfGroups,
  reprocessingOfResults,
  reprocessingOfRun,
} from '../ledger/planning/reprocess.ts';
import type { CandidateBatches, RunPlan } from '../ledger/planning/run-plan.ts';
import { isoOf, runResource } from '../ledger/resources.ts';
import { LIMITS } from '../model/limits.ts';
import type { RunRecord } from '../model/records.ts';
import type { Run } from '../model/resources/resources.ts';
import type { Selection } from '../model/selection.ts';
import {
  type ActivationTaskScope,
  type ActivationUserScope,
  TASK_SCOPES,
  USER_SCOPES,
} from '../model/workflow/activation.ts';
import type { Workflow } from '../model/workflow/workflow.ts';
import { nextSlot, slotStart } from '../rules/schedule/slots.ts';
import { planSelected } from './plan-selected.ts';
import type { Dispatcher } from './runner/dispatcher.ts';
import type { Scheduler } from './scheduler.ts';
import {
  type ActivationScopeInput,
  type IdReference,
  readIds,
  readScope,
} from './selection/activation-scope.ts';
import { candidatesByIds, candidatesByRule, candidatesDue, withoutMoments } from './selection/candidates.ts';
import { candidatesInGroup } from './selection/groups.ts';
import { qualificationOf, requireQualification, scopeAttributes } from './selection/qualify.ts';
import { leftOutSentences, SelectionTally } from './selection.ts';
import type { EnginePorts, EngineSettings } from './settings.ts';

export type { ActivationScopeInput };

/** The people that a run is for. */
export type Activation =
  /** These people, by id; repeats are collapsed. */
  | {
      readonly subjects: readonly (string | { readonly id: string })[];
      readonly rule?: undefined;
      readonly provisioningObject?: undefined;
    }
  /** All people that a scope rule selects now: `department eq 'Sales'`. */
  | { readonly rule: string; readonly subjects?: undefined; readonly provisioningObject?: undefined }
  /** One object of a provisioning system, whether or not the directory knows its id (decision 14). */
  | {
      readonly provisioningObject: ProvisioningObjectInput;
      readonly subjects?: undefined;
      readonly rule?: undefined;
    };

/** What `workflows.preview` takes. */
export type PreviewInput =
  /** People, by id; repeats are collapsed. */
  | { readonly subjects: readonly IdReference[]; readonly nextSlot?: undefined }
  /** All people that the next slot would take, by the directory as it is now. */
  | { readonly nextSlot: true; readonly subjects?: undefined };

/** What `runs.reprocess` takes beside the run. */
export interface ReprocessOptions {
  /** Default `failedTasks`: of each user the tasks that it did not complete. */
  readonly taskScope?: ActivationTaskScope;
  /** Default `failedUsers`. Not with `processingResults`. */
  readonly userScope?: ActivationUserScope;
  /** User results, by id; default: the run's. */
  readonly processingResults?: readonly IdReference[];
  /**
   * Key of a group of failures of the run (`runs.failures`), or keys of several: only their users. Not with the
   * two above. Default: of all groups.
   */
  readonly failureGroup?: string | readonly string[];
}

const TARGETS = ['subjects', 'rule', 'provisioningObject'];
const REPROCESS_OPTIONS = {
  taskScope: withDefault((place: Place) => readWord(place, TASK_SCOPES), 'failedTasks'),
  userScope: optional((place: Place) => readWord(place, USER_SCOPES)),
  processingResults: optional(({ value }: Place) => value as readonly IdReference[]),
  failureGroup: optional(readGroupKeys),
} satisfies ShapeOf<ReprocessOptions>;
const EVALUATE_OPTIONS = { at: optional(readInstant) };

/** @throws LifecycleError `InvalidArgument` for more keys than a run has groups. */
function readGroupKeys(place: Place): readonly string[] {
  const keys = Array.isArray(place.value) ? readArray(place, LIMITS.failureGroupsMax + 1) : [place];
  if (keys.length === 0) throw invalid(place, 'an array of at least one key');
  return keys.map((one) => readLine(one, LIMITS.idLengthMax));
}

/** Result of `runs.evaluate`. */
export interface SlotEvaluation {
  /** The slot that was evaluated, ISO 8601. */
  readonly slotDateTime: string;
  /** `null`: no users were due. */
  readonly run: Run | null;
  /** People in scope, people in the run, and why the others are not in it. */
  readonly selection: Selection;
}

/** Dependencies of an {@link Activator}. */
export interface ActivatorDeps {
  readonly ledger: Ledger;
  readonly ports: EnginePorts;
  readonly settings: EngineSettings;
  readonly dispatcher: Dispatcher;
  readonly scheduler: Scheduler;
  readonly isStopped: () => boolean;
  /** Called for a run that was deleted, in whatever state it was. */
  readonly deleted: (runId: string) => void;
}

/** The activations of an engine. */
export class Activator {
  readonly #deps: ActivatorDeps;

  constructor(deps: ActivatorDeps) {
    this.#deps = deps;
  }

  async activate(workflowId: string, activation: Activation, author?: Author): Promise<Run> {
    const createdBy = readAuthor(author);
    const { directory, clock } = this.#deps.ports;
    const workflow = await this.#runnable(workflowId);
    const max = this.#deps.settings.limits.subjectsPerActivationMax;
    const place = root(activation, 'the activation');
    const at = fieldsOf(place, TARGETS);
    const given = TARGETS.filter((name) => at(name).value !== undefined);
    if (given.length !== 1)
      throw invalid(
        place,
        'either subjects or a rule, or a provisioningObject',
        given.join(' and ') || 'neither',
      );
    if (at('provisioningObject').value !== undefined) {
      const object = readProvisioningObject(at('provisioningObject'));
      return this.#plan(workflow, 'provisioningObject', {
        workflowExecutionType: 'extensibilityOnDemand',
        createdBy,
        candidates: [[{ subjectId: object.id, dueAtMs: null }]],
        notes: (made) => [objectNote(workflow.id, made.id, object)],
      });
    }
    const plan = { workflowExecutionType: 'onDemand', createdBy } as const;
    if (at('rule').value === undefined) {
      const candidates = [await candidatesByIds(readIds(at('subjects'), max), directory)];
      return this.#plan(workflow, 'rule', { ...plan, candidates });
    }
    const scope = parseScopeRule(readString(at('rule')));
    const tally = new SelectionTally(scopeAttributes(scope), true);
    const candidates = candidatesByRule(scope, directory, max, tally, clock);
    return this.#plan(workflow, 'rule', { ...plan, candidates }, tally);
  }

  async activateWithScope(workflowId: string, input: ActivationScopeInput, author?: Author): Promise<Run> {
    const createdBy = readAuthor(author);
    const { directory, store } = this.#deps.ports;
    const workflow = await this.#runnable(workflowId);
    const scope = readScope(input, this.#deps.settings.limits.subjectsPerActivationMax);
    const { activatedOnScope } = scope;
    const how = { workflowExecutionType: 'activatedWithScope', createdBy, activatedOnScope } as const;
    switch (scope.kind) {
      case 'users': {
        const candidates = [await candidatesByIds(scope.ids, directory)];
        return this.#plan(workflow, 'users', { ...how, candidates });
      }
      case 'group': {
        const candidates = candidatesInGroup(scope.id, directory);
        return this.#plan(workflow, 'group', { ...how, candidates });
      }
      case 'run': {
        const reprocessing = await reprocessingOfRun(store, workflow, scope.id, scope.activatedOnScope);
        return this.#plan(workflow, 'run', { ...how, ...reprocessing });
      }
      case 'results': {
        const reprocessing = await reprocessingOfResults(
          store,
          workflow,
          scope.ids,
          scope.activatedOnScope.taskScope,
        );
        return this.#plan(workflow, 'processingResults', { ...how, ...reprocessing });
      }
    }
  }

  async reprocess(runId: string, options?: ReprocessOptions, author?: Author): Promise<Run> {
    const given = readOptions(options, 'runs.reprocess', REPROCESS_OPTIONS);
    const { taskScope, userScope, processingResults, failureGroup } = given;
    const { workflowId } = await requireRun(this.#deps.ports.store, runId);
    if (failureGroup !== undefined) {
      for (const [path, value] of Object.entries({ userScope, processingResults }))
        if (value !== undefined) throw invalid({ path, value }, 'absent beside failureGroup');
      return this.#reprocessGroups(workflowId, { runId, keys: failureGroup, taskScope }, readAuthor(author));
    }
    if (processingResults === undefined) {
      const scope = { run: { id: runId }, taskScope, userScope: userScope ?? 'failedUsers' };
      return this.activateWithScope(workflowId, scope, author);
    }
    if (userScope !== undefined)
      throw invalid({ path: 'userScope', value: userScope }, 'absent beside processingResults');
    return this.activateWithScope(workflowId, { processingResults, taskScope }, author);
  }

  /** The new run is recorded as one of failed users: Graph has no scope for groups of failures. */
  async #reprocessGroups(
    workflowId: string,
    { runId, keys, taskScope }: { runId: string; keys: readonly string[]; taskScope: ActivationTaskScope },
    createdBy: ReturnType<typeof readAuthor>,
  ): Promise<Run> {
    const workflow = await this.#runnable(workflowId);
    const scope = { run: { id: runId }, taskScope, userScope: 'failedUsers' as const };
    const { activatedOnScope } = readScope(scope, this.#deps.settings.limits.subjectsPerActivationMax);
    const { store } = this.#deps.ports;
    const reprocessing = await reprocessingOfGroups(store, workflow, runId, keys, taskScope);
    const how = { workflowExecutionType: 'activatedWithScope', createdBy, activatedOnScope } as const;
    return this.#plan(workflow, 'failureGroup', { ...how, ...reprocessing });
  }

  async preview(workflowId: string, input: PreviewInput, author?: Author): Promise<Run> {
    const createdBy = readAuthor(author);
    const { ports, settings, deleted } = this.#deps;
    const workflow = await this.#runnable(workflowId);
    const at = fieldsOf(root(input, 'the preview'), ['subjects', 'nextSlot']);
    const isOfSlot = at('nextSlot').value !== undefined && readFlag(at('nextSlot'));
    if (isOfSlot && at('subjects').value !== undefined)
      throw invalid(at('subjects'), 'absent beside nextSlot', 'both');
    const max = settings.limits.subjectsPerPreviewMax;
    const ids = isOfSlot ? [] : readIds(at('subjects'), max, 'subjectsPerPreviewMax');
    if (qualificationOf(workflow, settings.catchUpMs)?.observation)
      throw invalid(
        { path: 'executionConditions.trigger', value: workflow.executionConditions },
        'one that no change makes due, to be previewed',
        'one of changes',
      );
    const candidates = isOfSlot
      ? await this.#ofNextSlot(workflow)
      : [await candidatesByIds(ids, ports.directory)];
    let replaced: readonly RunRecord[] = [];
    const run = await this.#plan(workflow, isOfSlot ? 'nextSlot' : 'subjects', {
      workflowExecutionType: 'preview',
      createdBy,
      candidates,
      notes: (made) => [previewNote(workflow.id, made.id)],
      // In one commit: a workflow has one preview at any moment, whatever crashes.
      alongside: async (tx, made) => {
        replaced = await previewsBefore(tx, workflow.id, made.id);
        for (const old of replaced) await removeRun(tx, old);
      },
    });
    for (const old of replaced) deleted(old.id);
    return run;
  }

  /** The people of the next slot; it admits none of them. @throws LifecycleError `InvalidArgument` without a trigger. */
  async #ofNextSlot(workflow: Workflow): Promise<CandidateBatches> {
    const { ledger, ports, settings } = this.#deps;
    const qualification = requireQualification(workflow, settings.catchUpMs);
    await ledger.settings.load();
    const slotAtMs = nextSlot(ports.clock.now(), ledger.settings.scheduleIntervalMs);
    const { context } = ledger;
    const { directory } = ports;
    return withoutMoments(
      candidatesDue({ context, directory, workflowId: workflow.id, qualification, slotAtMs }),
    );
  }

  async evaluate(
    workflowId: string,
    options?: { readonly at?: string },
    author?: Author,
  ): Promise<SlotEvaluation> {
    const { at } = readOptions(options, 'runs.evaluate', EVALUATE_OPTIONS);
    const createdBy = readAuthor(author);
    const { ports, ledger, scheduler, dispatcher } = this.#deps;
    const workflow = await this.#runnable(workflowId);
    expectNoQuarantine(workflow);
    const nowMs = ports.clock.now();
    const atMs = at ?? nowMs;
    if (atMs > nowMs) throw invalid({ path: 'at', value: options?.at }, 'a moment that is not in the future');
    await ledger.settings.load();
    const slotAtMs = slotStart(atMs, ledger.settings.scheduleIntervalMs);
    const { outcome, selection } = await scheduler.evaluate(workflow, slotAtMs, createdBy);
    const slotDateTime = isoOf(slotAtMs);
    if (outcome.kind === 'noUsers') return { slotDateTime, run: null, selection };
    if (outcome.kind === 'slotTaken') {
      throw new LifecycleError(
        'Duplicate',
        `Expected the slot of ${slotDateTime} to be free, got a run that was made for it`,
        { workflowId, slotAtMs },
      );
    }
    if (outcome.kind === 'planned') dispatcher.enqueue(outcome.run);
    return { slotDateTime, run: runResource(outcome.run), selection };
  }

  /**
   * @param field named by the error when no subject is selected.
   * @param tally counts of the subjects that a rule was evaluated for.
   */
  async #plan(
    workflow: Workflow,
    field: string,
    plan: Omit<RunPlan, 'workflow' | 'scheduledAtMs' | 'slotAtMs'>,
    tally: SelectionTally | null = null,
  ): Promise<Run> {
    const { ledger, ports, settings, dispatcher } = this.#deps;
    const whole: RunPlan = { ...plan, workflow, scheduledAtMs: ports.clock.now(), slotAtMs: null };
    const { outcome, selection } =
      tally === null
        ? { outcome: await planRun(ledger.context, whole), selection: null }
        : await planSelected({
            context: ledger.context,
            directory: ports.directory,
            tally,
            isStrict: settings.strictSelection,
            plan: whole,
          });
    if (outcome.kind !== 'planned') throw noUsersSelected(field, selection);
    dispatcher.enqueue(outcome.run);
    return runResource(outcome.run);
  }

  /** A workflow that can be run now: enabled, and every task has its handler. */
  async #runnable(workflowId: string): Promise<Workflow> {
    const { isStopped, ports, dispatcher } = this.#deps;
    if (isStopped())
      throw new LifecycleError('EngineStopped', 'Expected a running engine, got one that was stopped');
    const workflow = await requireWorkflow(ports.store, workflowId);
    if (!workflow.isEnabled) {
      throw new LifecycleError(
        'WorkflowDisabled',
        `Expected workflow \`${workflow.displayName}\` to be enabled, got a disabled one`,
        { workflowId },
      );
    }
    await dispatcher.bind(workflow);
    return workflow;
  }
}

function noUsersSelected(field: string, selection: Selection | null): LifecycleError<'InvalidArgument'> {
  const why = selection === null ? [] : leftOutSentences(selection).map((sentence) => `. ${sentence}`);
  const message = `Expected ${field} to select at least one person, got none${why.join('')}`;
  return new LifecycleError('InvalidArgument', message, {
    field,
    ...(selection === null ? {} : { selection }),
  });
}

function expectNoQuarantine({ id, displayName, quarantineDetails }: Workflow): void {
  if (quarantineDetails.quarantineType === 'notQuarantined') return;
  throw new LifecycleError(
    'WorkflowQuarantined',
    `Expected workflow \`${displayName}\` to be out of quarantine, got: ${quarantineDetails.quarantineReason}; clear it first`,
    { workflowId: id, quarantineType: quarantineDetails.quarantineType },
  );
}
