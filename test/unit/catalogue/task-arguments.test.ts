import { describe, expect, it } from 'vitest';
import { argumentProblem } from '../../../src/catalogue/task-arguments.ts';
import type { Parameter } from '../../../src/model/workflow/workflow.ts';

const parameter = (valueType: Parameter['valueType'], ...values: string[]): Parameter => ({
  name: 'p',
  values,
  valueType,
});

describe('argumentProblem', () => {
  it.each(['string', 'int', 'bool', 'enum'] as const)('lets an argument of type %s be left open', (type) => {
    expect(argumentProblem(parameter(type, 'a'), '')).toBeNull();
  });

  it('takes any text for a string, also beside its suggestions', () => {
    expect(argumentProblem(parameter('string', 'User', 'Manager'), 'somebody else')).toBeNull();
  });

  it.each(['0', '-12', '43200'])('takes %s for an int', (value) => {
    expect(argumentProblem(parameter('int'), value)).toBeNull();
  });

  it.each(['1.5', '1e3', ' 1', '0x10', '99999999999', 'one'])('refuses %j for an int', (value) => {
    expect(argumentProblem(parameter('int'), value)).toBe('a whole number');
  });

  it('takes true and false for a bool, and nothing else', () => {
    expect(argumentProblem(parameter('bool'), 'true')).toBeNull();
    expect(argumentProblem(parameter('bool'), 'false')).toBeNull();
    expect(argumentProblem(parameter('bool'), 'True')).toBe('`true` or `false`');
  });

  it('takes the values of an enum, and names them otherwise', () => {
    expect(argumentProblem(parameter('enum', 'a', 'b'), 'b')).toBeNull();
    expect(argumentProblem(parameter('enum', 'a', 'b'), 'c')).toBe('one of a, b');
  });
});
