import type { Parameter, TaskDefinition } from '../model/workflow/workflow.ts';

const isInt = (value: string): boolean => /^-?\d{1,10}$/.test(value);
const isBool = (value: string): boolean => value === 'true' || value === 'false';

/** Value type → what a value must be, and whether one is. */
const CHECKS: Record<Parameter['valueType'], (parameter: Parameter, value: string) => string | null> = {
  string: () => null,
  int: (_, value) => (isInt(value) ? null : 'a whole number'),
  bool: (_, value) => (isBool(value) ? null : '`true` or `false`'),
  enum: ({ values }, value) => (values.includes(value) ? null : `one of ${values.join(', ')}`),
};

/**
 * What a value of this parameter must be when `value` is not it; `null` when it is. An empty value is
 * always valid: it stands for an argument without a value, as in templates.
 */
export function argumentProblem(parameter: Parameter, value: string): string | null {
  return value === '' ? null : CHECKS[parameter.valueType](parameter, value);
}

/** The parameter with exactly this name. */
export function findParameter(definition: TaskDefinition, name: string): Parameter | undefined {
  return definition.parameters.find((parameter) => parameter.name === name);
}
