import { readFile, stat } from 'node:fs/promises';
import {
  fillTemplate,
  findTaskDefinition,
  findWorkflowTemplate,
  WORKFLOW_TEMPLATES,
} from '../catalogue/index.ts';
import { shown } from '../errors/index.ts';
import { parseScopeRule } from '../filter/index.ts';
import { nearest } from '../input/nearest.ts';
import { readRule } from '../ledger/conditions-input.ts';
import { readWorkflowInput, type WorkflowDraft, type WorkflowInput } from '../ledger/workflow-input.ts';
import { DEFAULT_LIMITS } from '../model/workflow-limits.ts';
import { CliError, messageOf } from './cli-error.ts';
import { fillArguments, requireFilled } from './workflow-arguments.ts';

/** What a command says about the workflow. */
export interface WorkflowChoice {
  /** A JSON file, or the name or GUID of a template. */
  readonly workflow: string;
  readonly arg?: ReadonlyMap<string, string>;
  readonly name?: string;
  /** In place of the scope rule. */
  readonly scope?: string;
}

/** A workflow as it will be kept: read, filled in and checked. */
export type ChosenWorkflow = WorkflowInput;

/**
 * Reads the workflow that a command names, and fills it in.
 *
 * @throws CliError for an unknown template or argument, a file that is no JSON, an argument left open;
 *   LifecycleError for a workflow that is not allowed, naming the field.
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
 * What a workflow that is kept already is to have. One run is what was asked for: scheduling stays as it is, and off
 * for a new workflow.
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

/** Whether this is meant as a file: it is there, or it looks like the name of one. */
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
    return parsed as Readonly<Record<string, unknown>>;
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
      'Templates (`tenure templates` tells more):',
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

/** The attributes in which the conditions of a workflow, and a rule beside them, look for dates. */
export function dateAttributesOf(
  { executionConditions: conditions }: ChosenWorkflow,
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

/** A task's name for people: the key of its definition, or the name of the host's own. */
export function taskKey(taskDefinitionId: string): string {
  return findTaskDefinition(taskDefinitionId)?.key ?? taskDefinitionId;
}
