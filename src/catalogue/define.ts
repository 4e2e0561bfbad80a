/** Makes frozen entries: the catalogue is shared by the whole process. */
import type { WorkflowCategory } from '../model/status.ts';
import type { Parameter, TaskDefinition } from '../model/workflow/workflow.ts';

const FLAGS = ['true', 'false'] as const;

/** A parameter whose name the compiler knows. */
interface NamedParameter<Name extends string> extends Parameter {
  readonly name: Name;
}

/** A parameter that takes any text; `suggestions` are values that Entra gives a meaning to. */
export function text<const Name extends string>(
  name: Name,
  suggestions: readonly string[] = [],
): NamedParameter<Name> {
  return Object.freeze({ name, values: Object.freeze([...suggestions]), valueType: 'string' });
}

/** A parameter that is `true` or `false`. Graph types these as an enumeration. */
export function flag<const Name extends string>(name: Name): NamedParameter<Name> {
  return Object.freeze({ name, values: FLAGS, valueType: 'enum' });
}

const RECIPIENTS = ['User', 'Manager', 'Sponsors', '{UserId}'] as const;

/** The parameters that every e-mail task takes. Source: domain §4.1. */
export const EMAIL_PARAMETERS = Object.freeze([
  text('cc'),
  text('customSubject'),
  text('customBody'),
  text('locale'),
  text('to', RECIPIENTS),
]);

/** The properties that differ between entries. */
interface Definition<Key extends string, Name extends string> {
  readonly id: string;
  readonly key: Key;
  readonly displayName: string;
  readonly description: string;
  readonly category: readonly WorkflowCategory[];
  readonly parameters?: readonly NamedParameter<Name>[];
}

/** A definition of which the compiler knows the key and the names of the parameters. */
export interface KnownDefinition<Key extends string = string, Name extends string = string>
  extends TaskDefinition {
  readonly key: Key;
  readonly parameters: readonly NamedParameter<Name>[];
}

/** A definition as Entra has it: version 1, `continueOnError` false, GUID in lower case. */
export function define<const Key extends string, const Name extends string = never>(
  definition: Definition<Key, Name>,
): KnownDefinition<Key, Name> {
  return Object.freeze({
    ...definition,
    id: definition.id.toLowerCase(),
    category: Object.freeze([...definition.category]),
    continueOnError: false,
    parameters: Object.freeze([...(definition.parameters ?? [])]),
    version: 1,
  });
}
