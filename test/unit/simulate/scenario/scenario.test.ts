import { expect, expectTypeOf, it } from 'vitest';
import type { WorkflowInput } from '../../../../src/ledger/input/workflow.ts';
import type { RetryPolicy } from '../../../../src/ports/task-handler.ts';
import { SCENARIO_SCHEMA, type Scenario, type TaskBehaviour } from '../../../../src/simulate.ts';

/** Every schema in a schema. */
function schemasIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(schemasIn);
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner];
}

it('the JSON schema of scenarios is JSON, names its draft, and refuses unknown fields of every object', () => {
  expect(JSON.parse(JSON.stringify(SCENARIO_SCHEMA))).toEqual(SCENARIO_SCHEMA);
  expect(SCENARIO_SCHEMA).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    required: ['name', 'start', 'horizon', 'population', 'workflows'],
  });
  const open = schemasIn(SCENARIO_SCHEMA).filter(
    (schema) =>
      Object.keys(schema.properties ?? {}).length > 0 &&
      'type' in schema &&
      schema.additionalProperties !== false,
  );
  expect(open).toEqual([]);
});

it('the JSON schema of scenarios bounds every number, text and list', () => {
  const unbounded = schemasIn(SCENARIO_SCHEMA).filter(
    ({ type, maximum, maxLength, maxItems, enum: words, $comment }) =>
      ((type === 'number' || type === 'integer') && maximum === undefined) ||
      (type === 'array' && maxItems === undefined) ||
      (type === 'string' && maxLength === undefined && words === undefined && $comment === undefined),
  );
  // The names of an object whose values are alike.
  expect(unbounded.filter((schema) => Object.keys(schema).length > 1)).toEqual([]);
});

it('the type of scenarios is that of their schema, read-only and without undefined', () => {
  expectTypeOf<Scenario['name']>().toEqualTypeOf<string>();
  expectTypeOf<Required<Scenario>['process'][number]['kind']>().toEqualTypeOf<
    'off' | 'asleep' | 'clockJump'
  >();
  expectTypeOf<Required<Scenario['workflows'][number]>['workflow']>().toEqualTypeOf<WorkflowInput>();
  expectTypeOf<Required<TaskBehaviour>['retry']>().toExtend<RetryPolicy>();
  const scenario = {
    name: 'n',
    start: '2026-01-01',
    horizon: 'P1D',
    population: { kind: 'generated', headcount: 1 },
    workflows: [{ template: 'Onboard new hire employee' }],
  } as const;
  expectTypeOf(scenario).toExtend<Scenario>();
  // @ts-expect-error: a field that there is not
  const { headcount } = {} as Scenario;
  expect(headcount).toBeUndefined();
});
