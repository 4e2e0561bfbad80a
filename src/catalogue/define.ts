/** Makes frozen entries: the catalogue is shared by the whole process. */
import type { WorkflowCategory } from '../model/status.ts';
import type { Parameter, TaskDefinition } from '../model/workflow/workflow.ts';

const FLAGS = ['true', 'false'] as const;

/** A parameter that takes any text; `suggestions` are values that Entra gives a meaning to. */
export function text(name: string, suggestions: readonly string[] = []): Parameter {
  return Object.freeze({ name, values: Object.freeze([...suggestions]), valueType: 'string' });
}

/** A parameter that is `true` or `false`. Graph types these as an enumeration. */
export function flag(name: string): Parameter {
  return Object.freeze({ name, values: FLAGS, valueType: 'enum' });
}

const RECIPIENTS = ['User', 'Manager', 'Sponsors', '{UserId}'] as const;

/** The parameters that every e-mail task takes. Source: domain §4.1. */
export const EMAIL_PARAMETERS: readonly Parameter[] = Object.freeze([
  text('cc'),
  text('customSubject'),
  text('customBody'),
  text('locale'),
  text('to', RECIPIENTS),
]);

/** The properties that differ between entries. */
export interface Definition {
  readonly id: string;
  readonly key: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: readonly WorkflowCategory[];
  readonly parameters?: readonly Parameter[];
}

/** A definition as Entra has it: version 1, `continueOnError` false, GUID in lower case. */
export function define(definition: Definition): TaskDefinition {
  return Object.freeze({
    ...definition,
    id: definition.id.toLowerCase(),
    category: Object.freeze([...definition.category]),
    continueOnError: false,
    parameters: Object.freeze([...(definition.parameters ?? [])]),
    version: 1,
  });
}
