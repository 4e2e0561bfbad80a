import { readFile, stat } from 'node:fs/promises';
import { fillTemplate } from '../../catalogue/fill-template.ts';
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import { findWorkflowTemplate, WORKFLOW_TEMPLATES } from '../../catalogue/workflow-templates.ts';
import { shown } from '../../errors/shown.ts';
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import { nearest } from '../../input/nearest.ts';
import { readRule } from '../../ledger/input/conditions.ts';
import { readWorkflowInput, type WorkflowDraft, type WorkflowInput } from '../../ledger/input/workflow.ts';
import { DEFAULT_LIMITS } from '../../model/workflow/workflow-limits.ts';
import { CliError, messageOf } from '../terminal/cli-error.ts';
import { fillArguments, requireFilled } from './workflow-arguments.ts';

/** Options of a command for the workflow. */
export interface WorkflowChoice {
  /** A JSON file, or the name or GUID of a template. */
  readonly workflow: string;
  readonly arg?: ReadonlyMap<string, string>;
  readonly name?: string;
  /** Replaces the scope rule. */
  readonly scope?: string;
}

/** A workflow as it will be stored: with arguments, validated. */
export type ChosenWorkflow = WorkflowInput & Pick<WorkflowDraft, 'executionConditions'>;

/**
 * Reads the workflow that a command names, and sets its arguments.
 *
 * @throws CliError for an unknown template or argument, a file that is not JSON, an argument without a value;
 *   LifecycleError for an invalid workflow, naming the field.
 */
export async function readWorkflow(choice: WorkflowChoice): Promise<ChosenWorkflow> {
  const raw = (await isFile(choice.workflow))
    ? await fromFile(choice.workflow)
    : fromTemplate(choice.workflow);
  const named = { ...raw, ...(choice.name === undefined ? {} : { displayName: choice.name }) };
  const scoped = choice.scope === undefined ? named : withScope(named, choice.scope);
  const filled = fillArguments(scoped, choice.arg ?? new Map());
  const draft = readWorkflowInput(filled, DEFAULT_LIMITS);
  requireFilled(draft.tasks, choice.arg ?? new Map());
  return withoutDefaults(draft);
}

/**
 * Input for `ensure`, without the defaults: the command is for one run, so scheduling stays as it is, and off for a new
 * workflow.
 */
function withoutDefaults({ isSchedulingEnabled: _, ...draft }: WorkflowDraft): ChosenWorkflow {
  const { description, isEnabled, settings, administrationScopeTargets, ...others } = draft;
  return {
    ...others,
    ...(description === null ? {} : { description }),
    ...(isEnabled ? {} : { isEnabled }),
    ...(settings.quarantineConfiguration === null ? {} : { settings }),
    ...(administrationScopeTargets.length === 0 ? {} : { administrationScopeTargets }),
  };
}

/** Whether this names a file: it exists, or looks like a path. */
async function isFile(name: string): Promise<boolean> {
  if (findWorkflowTemplate(name)) return false;
  const found = await stat(name).catch(() => null);
  return found !== null || /\.json$|^\.{0,2}[\\/]/i.test(name);
}

async function fromFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const got = isMissing ? 'no file' : messageOf(cause);
    throw new CliError(`Expected ${path} to hold a workflow, got ${got}`, null, { cause });
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new CliError(`Expected ${path} to be JSON, got: ${messageOf(cause)}`, null, { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    const { $schema: _, ...workflow } = parsed as Readonly<Record<string, unknown>>;
    return workflow;
  }
  throw new CliError(`Expected ${path} to hold one workflow, an object, got ${shown(parsed)}`);
}

function fromTemplate(name: string): Readonly<Record<string, unknown>> {
  const template = findWorkflowTemplate(name);
  if (template) return fillTemplate(template, {}, readRule) as Readonly<Record<string, unknown>>;
  const names = WORKFLOW_TEMPLATES.map(({ displayName }) => displayName);
  const near = nearest(name, names);
  throw new CliError(
    `Expected --workflow to be a file or a template, got \`${name}\``,
    [
      ...(near === null ? [] : [`Did you mean "${near}"?`]),
      'Templates (see `tenure templates`):',
      ...names.map((one) => `  ${one}`),
    ].join('\n'),
  );
}

function withScope(raw: Readonly<Record<string, unknown>>, rule: string): Readonly<Record<string, unknown>> {
  const conditions = raw.executionConditions;
  if (typeof conditions !== 'object' || conditions === null || !('trigger' in conditions)) {
    throw new CliError('Expected a workflow with a trigger for --scope, got one that runs on demand only');
  }
  readRule({ path: '--scope', value: rule });
  const scope = { '@odata.type': '#microsoft.graph.identityGovernance.ruleBasedSubjectSet', rule };
  return { ...raw, executionConditions: { ...conditions, scope } };
}

/** The attributes with dates in the conditions of a workflow and in a further rule. */
export function dateAttributesOf(
  { executionConditions: conditions }: Pick<ChosenWorkflow, 'executionConditions'>,
  rule?: string,
): readonly string[] {
  const rules = [
    ...('scope' in conditions && 'rule' in conditions.scope ? [conditions.scope.rule] : []),
    ...(rule === undefined ? [] : [rule]),
  ];
  const trigger = 'trigger' in conditions ? conditions.trigger : null;
  return [
    ...(trigger !== null && 'timeBasedAttribute' in trigger ? [trigger.timeBasedAttribute] : []),
    ...(trigger !== null && 'operator' in trigger ? [trigger.attribute] : []),
    ...rules.flatMap((text) => parseScopeRule(text).dateAttributes),
  ];
}

/** Readable name of a task: the key of its definition, or its custom name. */
export function taskKey(taskDefinitionId: string): string {
  return findTaskDefinition(taskDefinitionId)?.key ?? taskDefinitionId;
}
